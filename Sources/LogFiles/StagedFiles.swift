import Glibc

/// Files that appear in a folder for others to read, whole and durable or not at all.
///
/// A file is written beside its name. `publish` makes all that were written durable at once, and then gives them their
/// names: one flush of the file system for hundreds of files, for a flush of each costs more than its bytes.
struct StagedFiles {
    private static let suffix = ".partial"
    /// When as much has gathered, it is published: what a run that is killed has to write again.
    private static let mostFiles = 512
    private static let mostBytes = 128 << 20

    private let system: any FileSystem
    /// A file beside them that is open from before the first of them is written.
    private let anchor: OpenFile
    private var targets: [String] = []
    private var byteCount = 0
    /// Folders that are known to be there.
    private var made: Set<String> = []

    init(beside anchor: OpenFile, in system: any FileSystem) {
        self.anchor = anchor
        self.system = system
    }

    /// Makes a folder, and those above it. One that is there keeps its mode.
    mutating func makeFolder(_ path: String, isPublic: Bool = true) throws {
        guard made.insert(path).inserted else { return }
        try system.makeFolder(path, isPublic: isPublic)
    }

    /// Writes `bytes`, to appear as `target`.
    mutating func write(_ bytes: [UInt8], to target: String) throws {
        try makeFolder(FilePath.parent(target))
        let file = try OpenFile(target + Self.suffix, for: .publishing, in: system)
        try file.truncate(to: 0)
        try file.write(bytes, at: 0)
        targets.append(target)
        byteCount += bytes.count
        if targets.count >= Self.mostFiles || byteCount >= Self.mostBytes { try publish() }
    }

    /// The files that were written are there, and survive a power cut; their names may not yet.
    mutating func publish() throws {
        guard !targets.isEmpty else { return }
        try anchor.flushAll()
        for target in targets { try system.rename(target + Self.suffix, to: target) }
        targets.removeAll(keepingCapacity: true)
        byteCount = 0
    }

    /// Whether `name` is what a run that was killed has left.
    static func isLeftover(_ name: String) -> Bool { name.hasSuffix(suffix) }
}

enum FilePath {
    static func parent(_ path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }
}

extension FileSystem {
    /// Makes a folder, and for everybody those above it.
    func makeFolder(_ path: String, isPublic: Bool) throws(FileFault) {
        guard !path.isEmpty else { return }
        try makeFolder(FilePath.parent(path), isPublic: true)
        if isPublic { try makePublicDirectory(path) } else { try makeDirectory(path) }
    }
}

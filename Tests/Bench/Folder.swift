import Foundation

/// Folders of files: what they weigh, and how they go.
struct Folder {
    let path: String

    init(_ path: String) { self.path = path }

    func make() throws {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    func remove() throws {
        if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
    }

    /// Takes away the files of the folder itself whose names begin so.
    func removeFiles(beginningWith prefix: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: path) where name.hasPrefix(prefix) {
            try FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }
    }

    /// How many files of the folder itself have such names; none where it is not there.
    func count(endingWith suffix: String) throws -> Int {
        guard FileManager.default.fileExists(atPath: path) else { return 0 }
        return try FileManager.default.contentsOfDirectory(atPath: path).count { $0.hasSuffix(suffix) }
    }

    /// The bytes that files below take on the disk, in whole blocks, by the first part of their path here.
    func diskBytes() throws -> [String: Double] {
        try sum { Double($0.st_blocks) * 512 }
    }

    /// The lengths of the files below, together.
    func length() throws -> Double {
        try sum { Double($0.st_size) }.values.reduce(0, +)
    }

    private func sum(_ measure: (stat) -> Double) throws -> [String: Double] {
        var sums: [String: Double] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
            var facts = stat()
            // A server beside may take a file away between the listing and here.
            guard lstat("\(path)/\(name)", &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { continue }
            sums[String(name.prefix { $0 != "/" }), default: 0] += measure(facts)
        }
        return sums
    }

    /// Bytes that the file system still has room for.
    func freeBytes() throws -> Double {
        var facts = statvfs()
        guard statvfs(path, &facts) == 0 else { throw SystemError(path) }
        return Double(facts.f_bavail) * Double(facts.f_frsize)
    }
}

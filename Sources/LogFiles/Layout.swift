import LedgerCrypto
import LedgerEngine

/// The names in a data directory (DESIGN §3.1).
struct Layout: Hashable, Sendable {
    static let directories = ["entries", "levels", "keys", "callers", "private"]

    let root: String

    var lock: String { "\(root)/LOCK" }
    var entries: String { "\(root)/entries" }
    var levels: String { "\(root)/levels" }
    var offsets: String { "\(root)/offsets" }
    var heads: String { "\(root)/heads" }
    var watermark: String { "\(root)/watermark" }
    var cosigned: String { "\(root)/cosigned" }

    func level(_ level: UInt8) -> String { "\(levels)/\(level)" }

    /// Twenty digits, so that the names sort as the numbers do.
    func segment(_ first: UInt64) -> String {
        let digits = String(first)
        return "\(entries)/\(String(repeating: "0", count: 20 - digits.count))\(digits).seg"
    }

    /// The first entry of the segment with this name; nil for any other file.
    static func segment(named name: String) -> UInt64? {
        guard name.utf8.count == 24, name.hasSuffix(".seg") else { return nil }
        let digits = name.prefix(20)
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return UInt64(digits)
    }
}

/// A file of a log that readers open.
enum LogFile: Hashable {
    case offsets, heads
    case level(UInt8)
    /// By its first entry.
    case segment(UInt64)
}

extension Layout {
    func path(_ file: LogFile) -> String {
        switch file {
        case .offsets: offsets
        case .heads: heads
        case .level(let level): self.level(level)
        case .segment(let first): segment(first)
        }
    }

    /// Makes the directories and the empty files, with their names on the disk. Safe to run again after a crash;
    /// refuses a directory that holds a log.
    func lay(in system: any FileSystem) throws {
        try system.makeDirectory(root)
        for name in Self.directories { try system.makeDirectory("\(root)/\(name)") }
        guard try system.list(entries).allSatisfy({ Self.segment(named: $0) == nil }) else {
            throw StorageError.occupied("\(root) holds a log")
        }
        for path in [lock, offsets, heads, watermark] { try OpenFile(path, for: .creating, in: system).flush() }
        try system.flushDirectory(root)
        try system.flushDirectory(parent)
    }

    private var parent: String {
        guard let slash = root.lastIndex(of: "/") else { return "." }
        return slash == root.startIndex ? "/" : String(root[..<slash])
    }
}

/// What every part of a store needs to know: where it is, whose it is, what it was made with.
struct StoreBase: Sendable {
    let layout: Layout
    let geometry: SegmentGeometry
    /// SHA-256 of the log's origin.
    let origin: Digest
    let preallocation: UInt64
    let flushedAloneBytes: Int
    let segmentsInMemory: UInt64
    let system: any FileSystem

    /// The geometry is the one that the log was made with, if it has a segment.
    init(layout: Layout, origin: Digest, options: LogFiles.Options, system: any FileSystem) throws {
        self.layout = layout
        self.origin = origin
        self.system = system
        preallocation = options.preallocation
        flushedAloneBytes = options.flushedAloneBytes
        segmentsInMemory = max(1, options.segmentsInMemory)
        var geometry = SegmentGeometry(entries: options.segmentEntries)
        if try system.list(layout.entries).contains(where: { Layout.segment(named: $0) == 0 }) {
            let file = try OpenFile(layout.segment(0), for: .reading, in: system)
            if let header = SegmentHeader(try file.readUpTo(Int(SegmentGeometry.headerLength), at: 0)) {
                geometry = header.geometry
            }
        }
        self.geometry = geometry
    }

    /// The first entries of the segments that are there, ascending.
    func segments() throws -> [UInt64] {
        try system.list(layout.entries).compactMap { Layout.segment(named: $0) }.sorted()
    }
}

import LedgerCrypto
import LedgerEngine
import MerkleTree

/// Copies a log at its published head, its writer running or not: entries, levels, offsets, heads and cosigned heads, as
/// a store that can be opened. It says nothing of what stands beside them in the directory.
///
/// What lies below a published head never changes, so no lock is needed. Nothing is taken on trust: whoever makes a copy
/// has `LogCheck` read it.
public struct LogBackup {
    private let base: StoreBase
    private let target: Layout
    private let reads: LogReads
    private let system: any FileSystem
    private let progress: (_ bytes: UInt64) -> Void
    private var copied: UInt64 = 0

    private static let piece = 1 << 20
    /// Holes stay holes: a segment's unused slots take no room.
    private static let block = 1 << 14

    /// `progress` gets how many bytes are copied so far.
    public init(
        _ directory: String, origin: [UInt8], to folder: String, in system: any FileSystem = DiskFileSystem(),
        progress: @escaping (_ bytes: UInt64) -> Void = { _ in }
    ) throws {
        base = try StoreBase(
            layout: Layout(root: directory), origin: Digest.sha256(origin), options: LogFiles.Options(), system: system)
        target = Layout(root: folder)
        reads = LogReads(layout: base.layout, geometry: base.geometry, system: system)
        self.system = system
        self.progress = progress
    }

    /// Copies into the folder, which must not hold a log. When this returns, all of it is flushed, the names in the folder
    /// too; after a throw, it holds part of it.
    ///
    /// - Returns: the head at which the copy ends.
    public mutating func run() throws -> PublishedHead {
        try target.lay(in: system)
        // In this order: what witnesses have cosigned was published before.
        let cosigned = try cosignedEnd()
        guard let newest = try HeadScan(reads.file(.heads)).newestPlace() else {
            throw StorageError.outOfRange("\(base.layout.heads): no head was signed yet")
        }
        let size = newest.record.parts.size
        for first in try base.segments() where first < size { try copySegment(first, size: size) }
        try copy(base.layout.offsets, to: target.offsets, length: size * 8)
        for level in (0..<UInt8(64)).prefix(while: { size >> UInt64($0) > 0 }) {
            try copy(base.layout.level(level), to: target.level(level), length: size >> UInt64(level) * 32)
        }
        try copy(base.layout.heads, to: target.heads, length: newest.next)
        if let cosigned { try copy(base.layout.cosigned, to: target.cosigned, length: cosigned) }
        try markFlushed(size: size, heads: newest.next)
        for folder in [target.entries, target.levels, target.root] { try system.flushDirectory(folder) }
        return PublishedHead(newest.record)
    }

    private func cosignedEnd() throws -> UInt64? {
        guard try system.list(base.layout.root).contains("cosigned") else { return nil }
        return try HeadScan(OpenFile(base.layout.cosigned, for: .reading, in: system)).newestPlace()?.next
    }

    /// The commits of a segment up to `size` entries of the log.
    private mutating func copySegment(_ first: UInt64, size: UInt64) throws {
        let path = base.layout.segment(first)
        let walk = try SegmentWalk(first, use: .reading, in: base)
        guard walk.header != nil else {
            throw StorageError.corrupt("\(path): the header is damaged, or of another log")
        }
        var index = first
        var end = base.geometry.dataOffset
        var slot = 0
        while index < min(size, first + base.geometry.entries), case .commit(let commit) = walk.slot(slot) {
            index += UInt64(commit.count)
            end = commit.end
            slot += 1
        }
        guard index == min(size, first + base.geometry.entries) else {
            throw StorageError.corrupt("\(path): its commits do not lead to the published size \(size)")
        }
        let copy = try OpenFile(target.segment(first), for: .creating, in: system)
        try self.copy(walk.file, to: copy, 0..<base.geometry.slotOffset(slot))
        try self.copy(walk.file, to: copy, base.geometry.dataOffset..<end)
        try copy.truncate(to: end)
        try copy.flush()
    }

    private mutating func copy(_ path: String, to target: String, length: UInt64) throws {
        let copy = try OpenFile(target, for: .creating, in: system)
        try self.copy(OpenFile(path, for: .reading, in: system), to: copy, 0..<length)
        try copy.truncate(to: length)
        try copy.flush()
    }

    private mutating func copy(_ file: OpenFile, to copy: OpenFile, _ range: Range<UInt64>) throws {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let bytes = try file.read(Int(min(UInt64(Self.piece), range.upperBound - offset)), at: offset)
            for start in stride(from: 0, to: bytes.count, by: Self.block) {
                let block = bytes[start..<min(bytes.count, start + Self.block)]
                if block.contains(where: { $0 != 0 }) { try copy.write(block, at: offset + UInt64(start)) }
            }
            offset += UInt64(bytes.count)
            copied += UInt64(bytes.count)
            progress(copied)
        }
    }

    private func markFlushed(size: UInt64, heads: UInt64) throws {
        var watermark = Watermark()
        watermark.size = size
        watermark.heads = heads
        try watermark.store(in: OpenFile(target.watermark, for: .creating, in: system))
    }
}

import LedgerCrypto
import LedgerEngine
import MerkleTree
import Synchronization

/// Reading the files of a log: by the process that writes it, and by one that looks on. Safe from any thread.
///
/// Nothing here knows what is published; the caller bounds what it asks for.
final class LogReads: Sendable {
    private let layout: Layout
    private let geometry: SegmentGeometry
    private let system: any FileSystem
    private let files: Mutex<ReadFiles>
    /// Nodes that many proofs share.
    private let shared = Mutex(SharedNodes())

    init(layout: Layout, geometry: SegmentGeometry, system: any FileSystem) {
        self.layout = layout
        self.geometry = geometry
        self.system = system
        files = Mutex(ReadFiles(geometry: geometry))
    }

    /// A file that is read, opened when it is first asked for.
    func file(_ name: LogFile) throws -> OpenFile {
        try files.withLock { files in
            try files.file(name) { try OpenFile(layout.path(name), for: .reading, in: system) }
        }
    }

    /// Lets go of every file: after a recovery that replaced some.
    func forget() {
        files.withLock { $0 = ReadFiles(geometry: geometry) }
        shared.withLock { $0 = SharedNodes() }
    }

    /// The entries `[from, to)` in bundle coding, segment by segment.
    func bundle(_ range: Range<UInt64>) throws -> [UInt8] {
        if range.count == 1 { return try entry(range.lowerBound) }
        var bytes: [UInt8] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let segment = geometry.segment(of: start)
            let end = min(range.upperBound, segment + geometry.entries)
            let place = try place(of: start..<end)
            let file = try file(.segment(segment))
            let piece = try file.read(Int(place.upperBound - place.lowerBound), at: place.lowerBound)
            if bytes.isEmpty { bytes = piece } else { bytes.append(contentsOf: piece) }
            start = end
        }
        return bytes
    }

    /// One entry, most often in two reads: its length is read with what will be all of it.
    private func entry(_ index: UInt64) throws -> [UInt8] {
        let start = try offset(of: index)
        let file = try file(.segment(geometry.segment(of: index)))
        var bytes = try file.readUpTo(Self.mostEntries, at: start)
        guard bytes.count >= 2 else {
            throw StorageError.corrupt("\(file.path): ends at \(start), where entry \(index) begins")
        }
        let length: UInt16 = bytes.bigEndian(at: 0)
        let end = 2 + Int(length)
        if bytes.count < end {
            bytes += try file.read(end - bytes.count, at: start + UInt64(bytes.count))
        } else {
            bytes.removeLast(bytes.count - end)
        }
        return bytes
    }

    /// Bytes within which most entries end.
    private static let mostEntries = 2_048

    /// Where an entry begins in its segment's file.
    private func offset(of index: UInt64) throws -> UInt64 {
        let offset: UInt64 = try file(.offsets).read(8, at: index * 8).bigEndian(at: 0)
        guard offset >= geometry.dataOffset, offset <= UInt64(Int64.max) - 65_537 else {
            throw StorageError.corrupt("offsets: entry \(index) has no place")
        }
        return offset
    }

    /// Where entries of one segment stand in its file.
    private func place(of range: Range<UInt64>) throws -> Range<UInt64> {
        let first = try offset(of: range.lowerBound)
        let last = try offset(of: range.upperBound - 1)
        guard last >= first else {
            throw StorageError.corrupt("offsets: entry \(range.lowerBound) or \(range.upperBound - 1) has no place")
        }
        let segment = try file(.segment(geometry.segment(of: range.lowerBound)))
        let length: UInt16 = try segment.read(2, at: last).bigEndian(at: 0)
        let end = last + 2 + UInt64(length)
        // No run of entries is longer than this; a damaged offset must not ask for the whole memory.
        guard end - first <= UInt64(range.count) * 65_537 else {
            throw StorageError.corrupt("offsets: entries \(range) would be \(end - first) bytes long")
        }
        return first..<end
    }

    func nodes(_ addresses: [NodeAddress]) throws -> [Digest] {
        var digests = [Digest](repeating: TreeHash.emptyRoot, count: addresses.count)
        var missing: [Int] = []
        shared.withLock { shared in
            for (place, address) in addresses.enumerated() {
                if let digest = shared.find(address) { digests[place] = digest } else { missing.append(place) }
            }
        }
        var read: NeighbourNodes?
        for place in missing { digests[place] = try node(addresses[place], &read) }
        if missing.contains(where: { addresses[$0].level >= SharedNodes.lowest }) {
            shared.withLock { shared in
                for place in missing { shared.keep(addresses[place], digests[place]) }
            }
        }
        return digests
    }

    /// A node as it stands in its file.
    private func stored(_ address: NodeAddress) throws -> Digest {
        let offset = address.index * UInt64(Digest.byteCount)
        return try withUnsafeTemporaryAllocation(byteCount: Digest.byteCount, alignment: 8) { buffer in
            guard try file(.level(address.level)).read(into: buffer, at: offset) == buffer.count else {
                throw absent(address.index, address.level)
            }
            return Digest(loading: UnsafeRawBufferPointer(buffer))
        }
    }

    /// Four nodes side by side, as far as they are there: on a proof's way up, two siblings stand among them or just
    /// over them. To hash two of them costs less than another read.
    private struct NeighbourNodes {
        let level: UInt8
        let first: UInt64
        let hashes: [UInt8]

        func node(_ index: UInt64) -> Digest? {
            let start = Int(index - first) * Digest.byteCount
            let end = start + Digest.byteCount
            return end <= hashes.count ? Digest(hashes[start..<end]) : nil
        }
    }

    private func node(_ address: NodeAddress, _ read: inout NeighbourNodes?) throws -> Digest {
        let isOver = address.level % 2 == 1
        let (level, index) = isOver ? (address.level - 1, address.index << 1) : (address.level, address.index)
        let neighbours: NeighbourNodes
        if let read, read.level == level, read.first == index & ~3 {
            neighbours = read
        } else {
            let first = index & ~3
            let hashes = try file(.level(level)).readUpTo(4 * Digest.byteCount, at: first * UInt64(Digest.byteCount))
            neighbours = NeighbourNodes(level: level, first: first, hashes: hashes)
            read = neighbours
        }
        guard let node = neighbours.node(index) else { throw absent(index, level) }
        guard isOver else { return node }
        guard let right = neighbours.node(index + 1) else { throw absent(index + 1, level) }
        return TreeHash.node(node, right)
    }

    private func absent(_ index: UInt64, _ level: UInt8) -> StorageError {
        .corrupt("levels/\(level): \(NodeAddress(level: level, index: index)) is not there")
    }

    func hashes(level: UInt8, from index: UInt64, count: Int) throws -> [UInt8] {
        try file(.level(level)).read(count * 32, at: index * 32)
    }

    /// The head of the tree of `size`, folded from its nodes as they stand in their files: who opens a log learns so
    /// whether they are right.
    func head(at size: UInt64) throws -> Frontier {
        let size = TreeSize(size)
        guard let frontier = Frontier(size: size, hashes: try Frontier.addresses(for: size).map(stored)) else {
            throw StorageError.corrupt("levels: the nodes of size \(size) do not make a frontier")
        }
        return frontier
    }

    /// Whether levels and offsets are as long as a log of `size` entries needs them.
    func cover(_ size: UInt64) -> Bool {
        func holds(_ name: LogFile, _ length: UInt64) -> Bool {
            (try? file(name).length()).map { $0 >= length } ?? false
        }
        let levels = (0..<UInt8(64)).prefix { size >> UInt64($0) > 0 }
        return holds(.offsets, size * 8) && levels.allSatisfy { holds(.level($0), size >> UInt64($0) * 32) }
    }

    func note(for size: UInt64) throws -> [UInt8]? {
        try HeadScan(try file(.heads)).record(of: size)?.parts.note
    }

    /// The newest head that was signed, from the end of `heads`.
    func newestHead() throws -> PublishedHead? {
        guard let record = try HeadScan(try file(.heads)).newest()?.parts else { return nil }
        return PublishedHead(head: TreeHead(size: TreeSize(record.size), root: record.root), note: record.note)
    }
}

/// Bounds of what may be asked for under a published head.
extension PublishedHead? {
    func check(entries range: Range<UInt64>) throws {
        guard range.upperBound <= published else { throw beyond("entries \(range)") }
    }

    func check(_ addresses: [NodeAddress]) throws {
        for address in addresses where !address.isComplete(in: TreeSize(published)) { throw beyond("\(address)") }
    }

    func check(level: UInt8, from index: UInt64, count: Int) throws {
        guard level < 64, count > 0, index + UInt64(count) <= published >> UInt64(level) else {
            throw beyond("nodes \(index)..<\(index + UInt64(count)) of level \(level)")
        }
    }

    private var published: UInt64 { self?.size.value ?? 0 }

    private func beyond(_ what: String) -> StorageError {
        .outOfRange("\(what): the published size is \(published)")
    }
}

/// A data directory as somebody else's reader sees it: at the head that was published when it was opened, with
/// no lock, whether its writer runs or not.
public struct PublishedLog: LogReading {
    private let reads: LogReads
    private let head: PublishedHead

    public var published: PublishedHead? { head }

    /// - Parameter head: one of the log's heads, to read as if it were the newest; nil: the newest that was signed.
    public init(_ directory: String, at head: PublishedHead? = nil, in system: any FileSystem = DiskFileSystem()) throws
    {
        let layout = Layout(root: directory)
        let first = try OpenFile(layout.segment(0), for: .reading, in: system)
        guard let header = SegmentHeader(try first.readUpTo(Int(SegmentGeometry.headerLength), at: 0)) else {
            throw StorageError.corrupt("\(layout.segment(0)): the header is damaged, or of another format")
        }
        reads = LogReads(layout: layout, geometry: header.geometry, system: system)
        guard let head = try head ?? reads.newestHead() else {
            throw StorageError.outOfRange("\(layout.heads): no head was signed yet")
        }
        self.head = head
        guard try reads.head(at: head.size.value).head == head.head else {
            throw StorageError.corrupt("levels: the nodes do not give the root of the head of size \(head.size)")
        }
    }

    public func bundle(_ range: Range<UInt64>) throws -> [UInt8] {
        try published.check(entries: range)
        return try reads.bundle(range)
    }

    public func nodes(_ addresses: [NodeAddress]) throws -> [Digest] {
        try published.check(addresses)
        return try reads.nodes(addresses)
    }

    public func hashes(level: UInt8, from index: UInt64, count: Int) throws -> [UInt8] {
        try published.check(level: level, from: index, count: count)
        return try reads.hashes(level: level, from: index, count: count)
    }

    public func note(for size: TreeSize) throws -> [UInt8]? {
        size <= head.size ? try reads.note(for: size.value) : nil
    }
}

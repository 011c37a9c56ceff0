import LedgerCrypto
import MerkleTree

/// A batch of entries and everything that committing it will write: pure, made before the first byte is.
public struct BatchPlan: Sendable {
    /// New nodes of one level: neighbours, the first at `first`, 32 bytes each.
    public struct NodeRun: Hashable, Sendable {
        public let level: UInt8
        public let first: UInt64
        public let hashes: [UInt8]
    }

    public let before: Frontier
    public let after: Frontier
    /// The entries in bundle coding: u16 ‖ bytes, one after the other.
    public let data: [UInt8]
    /// Where each entry begins in `data`; ascending, the first is 0.
    public let starts: [Int]
    /// The leaf hash of each entry.
    public let leaves: [Digest]
    /// Every perfect node that the batch completes, by level, level 0 first.
    public let nodes: [NodeRun]
    /// The head after the batch: what will be signed.
    public let head: TreeHead

    public var first: LeafIndex { LeafIndex(before.size.value) }
    public var count: Int { leaves.count }

    /// Plans `entries` (each at most 65,535 bytes) after `before`.
    public init(appending entries: some Collection<[UInt8]>, to before: Frontier) {
        var data: [UInt8] = []
        var starts: [Int] = []
        data.reserveCapacity(entries.reduce(0) { $0 + 2 + $1.count })
        starts.reserveCapacity(entries.count)
        for entry in entries {
            precondition(entry.count <= Int(UInt16.max), "an entry holds at most 65,535 bytes")
            starts.append(data.count)
            data.append(UInt8(entry.count >> 8))
            data.append(UInt8(entry.count & 0xFF))
            data.append(contentsOf: entry)
        }
        self.init(data: data, starts: starts, before: before)
    }

    /// Plans entries that are in bundle coding already. `starts` must be where they begin in `data`.
    public init(data: [UInt8], starts: [Int], before: Frontier) {
        self.data = data
        self.starts = starts
        self.before = before
        let leaves = Self.leafHashes(of: data, starts: starts)
        self.leaves = leaves
        var frontier = before
        var runs: [(first: UInt64, hashes: [UInt8])] = []
        for leaf in leaves {
            frontier.append(leaf) { address, digest in
                let level = Int(address.level)
                while runs.count <= level { runs.append((0, [])) }
                if runs[level].hashes.isEmpty { runs[level].first = address.index }
                digest.append(to: &runs[level].hashes)
            }
        }
        after = frontier
        head = frontier.head
        nodes = runs.indices.filter { !runs[$0].hashes.isEmpty }
            .map { NodeRun(level: UInt8($0), first: runs[$0].first, hashes: runs[$0].hashes) }
    }

    /// The same batch cut into two at `count` entries: for a store whose files end in the middle of it.
    public func split(at count: Int) -> (BatchPlan, BatchPlan) {
        let middle = count < starts.count ? starts[count] : data.count
        let left = BatchPlan(data: Array(data[..<middle]), starts: Array(starts[..<count]), before: before)
        let right = BatchPlan(
            data: Array(data[middle...]), starts: starts[count...].map { $0 - middle }, before: left.after)
        return (left, right)
    }

    /// Hashes the entries of a bundle with one reused context.
    public static func leafHashes(of data: [UInt8], starts: [Int]) -> [Digest] {
        data.withUnsafeBytes { bytes in
            starts.indices.map { position in
                let start = starts[position] + 2
                let end = position + 1 < starts.count ? starts[position + 1] : bytes.count
                return TreeHash.leaf(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
            }
        }
    }

    /// Where the entries of a bundle begin, or nil where its lengths do not add up.
    public static func starts(in data: [UInt8]) -> [Int]? {
        var starts: [Int] = []
        var offset = 0
        while offset < data.count {
            guard offset + 2 <= data.count else { return nil }
            starts.append(offset)
            offset += 2 + Int(data[offset]) << 8 + Int(data[offset + 1])
        }
        return offset == data.count ? starts : nil
    }
}

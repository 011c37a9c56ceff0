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
    public let entries: PackedEntries
    /// Every perfect node that the batch completes, by level, level 0 first.
    public let nodes: [NodeRun]
    /// The head after the batch: what will be signed.
    public let head: TreeHead

    public var first: LeafIndex { LeafIndex(before.size.value) }
    public var count: Int { entries.count }
    /// The entries in bundle coding.
    public var data: [UInt8] { entries.data }

    /// Plans `entries` (each at most 65,535 bytes) after `before`.
    public init(appending entries: some Collection<[UInt8]>, to before: Frontier) {
        var packed = PackedEntries(roomFor: entries.count, bytes: entries.reduce(0) { $0 + 2 + $1.count })
        for entry in entries { packed.append { $0 += entry } }
        self.init(appending: packed, to: before)
    }

    /// Plans `entries` after `before`.
    public init(appending entries: PackedEntries, to before: Frontier) {
        self.entries = entries
        self.before = before
        var frontier = before
        var runs: [(first: UInt64, hashes: [UInt8])] = []
        for leaf in entries.leaves {
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
        let left = BatchPlan(appending: entries.part(0..<count), to: before)
        return (left, BatchPlan(appending: entries.part(count..<entries.count), to: left.after))
    }
}

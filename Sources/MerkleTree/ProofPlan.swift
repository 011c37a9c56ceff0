import LedgerCrypto

/// Which stored nodes a proof is made of: plan, read them once, assemble.
///
/// The plan is pure arithmetic, so a store needs one read for a whole proof and no knowledge of Merkle trees. At
/// most one of a proof's hashes stands over the ragged right edge, where the tree stores nothing: it is folded
/// here from the perfect subtrees under it.
public struct ProofPlan: Hashable, Sendable {
    /// What to read, in this order.
    public let nodes: [NodeAddress]

    /// How many of `nodes` each of the proof's hashes is folded from, in the proof's order.
    private let widths: [Int]

    /// Plans a proof of the roots over these runs of leaves, in order.
    init(roots runs: [Range<UInt64>]) {
        var nodes: [NodeAddress] = []
        var widths: [Int] = []
        nodes.reserveCapacity(2 * runs.count)
        widths.reserveCapacity(runs.count)
        for run in runs {
            let before = nodes.count
            NodeAddress.decompose(run, into: &nodes)
            widths.append(nodes.count - before)
        }
        self.nodes = nodes
        self.widths = widths
    }

    /// Makes the proof's hashes of what was read.
    ///
    /// - Precondition: `read` holds exactly one hash for each of `nodes`, in their order.
    public func assemble(_ read: [Digest]) -> [Digest] {
        precondition(read.count == nodes.count, "\(read.count) hashes were read for a plan of \(nodes.count) nodes")
        var rest = read[...]
        return widths.compactMap { width in
            defer { rest = rest.dropFirst(width) }
            return TreeHash.folding(rest.prefix(width))
        }
    }
}

/// The way from a tree's root down to one of its perfect subtrees or ragged ends, as RFC 6962 splits it.
enum TreeSplit {
    /// Where the tree over `run` (at least two leaves) is split: its left half is the largest power of two below
    /// the count of its leaves.
    static func middle(of run: Range<UInt64>) -> UInt64 {
        let last = run.upperBound - run.lowerBound - 1
        return run.lowerBound + (1 << UInt64(UInt64.bitWidth - 1 - last.leadingZeroBitCount))
    }
}

/// A node that never changes once it is there: the root of the perfect subtree over the leaves
/// `[index << level, (index + 1) << level)`. Leaves are level 0.
///
/// These are the only nodes a log stores. Nodes over a ragged right edge change with every append, so they are
/// made when they are asked for (`ProofPlan`).
public struct NodeAddress: Hashable, Sendable {
    public let level: UInt8
    public let index: UInt64

    public init(level: UInt8, index: UInt64) {
        self.level = level
        self.index = index
    }

    /// Whether a tree of `size` leaves holds this node complete.
    public func isComplete(in size: TreeSize) -> Bool {
        // `>>` gives 0 for 64 and above, so no level can trap.
        index < size.value >> level
    }

    /// How many leaves stand under the node; `nil` where that is more than a `UInt64` counts.
    public var leafCount: UInt64? {
        level < 64 ? 1 << UInt64(level) : nil
    }

    /// The aligned decomposition of the leaves `[start, end)`: the fewest perfect subtrees that cover exactly
    /// these, from left to right. Empty where `start` is not below `end`.
    ///
    /// From a start of 0 they grow smaller and are the tree's frontier; towards a ragged end they first grow and
    /// then shrink. There are never more than 126 of them.
    public static func decomposition(from start: UInt64, to end: UInt64) -> [NodeAddress] {
        var nodes: [NodeAddress] = []
        decompose(start..<max(start, end), into: &nodes)
        return nodes
    }

    /// Appends the aligned decomposition of a run of leaves.
    static func decompose(_ run: Range<UInt64>, into nodes: inout [NodeAddress]) {
        let end = run.upperBound
        var next = run.lowerBound
        while next < end {
            // Limited by where we stand (alignment) and by what is left (size). 0 is aligned to everything.
            let aligned = next.trailingZeroBitCount
            let fitting = UInt64.bitWidth - 1 - (end - next).leadingZeroBitCount
            let level = min(aligned, fitting)
            nodes.append(NodeAddress(level: UInt8(level), index: next >> UInt64(level)))
            next += 1 << UInt64(level)  // at most `end`
        }
    }
}

extension NodeAddress: CustomStringConvertible {
    public var description: String { "node \(index) of level \(level)" }
}

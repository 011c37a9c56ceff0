import LedgerCrypto

/// Shows that some leaves are exactly the log's leaves `[a, b)` (format page: `schemas/range-proof.md`).
///
/// `left` are the roots of the perfect subtrees that cover `[0, a)`, one for each set bit of a, largest first;
/// `right` are those of the aligned decomposition of `[b, n)`. With the leaves between them they are the whole
/// tree, so there is one way to fold them, and no hash may be missing or left over. Size and positions come from
/// whoever asks.
public struct RangeProof: Hashable, Sendable {
    public let left: [Digest]
    public let right: [Digest]

    public init(left: [Digest], right: [Digest]) {
        self.left = left
        self.right = right
    }

    /// What to read to prove the leaves from `start` up to, not including, `end`. These are stored nodes: what was
    /// read is the proof, nothing is to be assembled.
    ///
    /// An empty range is allowed: it shows that the tree divides there, and no leaf.
    public static func plan(
        from start: LeafIndex, to end: LeafIndex, size: TreeSize
    ) throws(ProofError) -> (left: [NodeAddress], right: [NodeAddress]) {
        guard start <= end, end.value <= size.value else {
            throw .rangeOutsideTree(from: start, count: start <= end ? end.value - start.value : 0, size)
        }
        return (
            left: NodeAddress.decomposition(from: 0, to: start.value),
            right: NodeAddress.decomposition(from: end.value, to: size.value)
        )
    }

    /// Checks that `leaves` are the log's leaves from `start` on under `head`, all of them and in this order.
    /// Returns only if the proof shows exactly that.
    public func verify(leaves: [Digest], from start: LeafIndex, in head: TreeHead) throws(ProofError) {
        let count = UInt64(leaves.count)
        let (end, overflows) = start.value.addingReportingOverflow(count)
        guard !overflows, end <= head.size.value else {
            throw .rangeOutsideTree(from: start, count: count, head.size)
        }
        let leftLevels = NodeAddress.decomposition(from: 0, to: start.value)
        let rightLevels = NodeAddress.decomposition(from: end, to: head.size.value)
        guard left.count == leftLevels.count, right.count == rightLevels.count else {
            throw .wrongHashCount(expected: leftLevels.count + rightLevels.count, found: left.count + right.count)
        }
        var edge = RightEdge(size: start.value, hashes: left)
        for leaf in leaves { edge.append(leaf, level: 0) }
        for (hash, node) in zip(right, rightLevels) { edge.append(hash, level: node.level) }
        guard edge.root == head.root else { throw .rootMismatch }
    }
}

/// A frontier that grows by whole subtrees. Each must begin where the tree ends and be aligned there, as the nodes
/// of an aligned decomposition are.
private struct RightEdge {
    var size: UInt64
    var hashes: [Digest]

    var root: Digest { TreeHash.folding(hashes) ?? TreeHash.emptyRoot }

    mutating func append(_ subtree: Digest, level: UInt8) {
        var hash = subtree
        // Each set bit from `level` up to the first clear one is a subtree that waits for this right half.
        for _ in 0..<(~(size >> UInt64(level))).trailingZeroBitCount { hash = TreeHash.node(hashes.removeLast(), hash) }
        hashes.append(hash)
        size += 1 << UInt64(level)  // at most the tree's size
    }
}

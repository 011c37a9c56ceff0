import LedgerCrypto

/// Shows that a tree continues an earlier one: the same leaves at the same positions, then more (RFC 6962 §2.1.2,
/// checked as RFC 9162 §2.1.4.2 states).
///
/// Both heads come from whoever asks, as with `InclusionProof`.
public struct ConsistencyProof: Hashable, Sendable {
    public let hashes: [Digest]

    public init(hashes: [Digest]) { self.hashes = hashes }

    /// What to read to prove that the tree of `second` leaves continues the tree of `first`. Nothing for equal sizes.
    public static func plan(first: TreeSize, second: TreeSize) throws(ProofError) -> ProofPlan {
        try checkOrder(first, second)
        var roots: [Range<UInt64>] = []
        var run = 0..<second.value
        while run.upperBound > first.value {
            let middle = TreeSplit.middle(of: run)
            if first.value <= middle {
                roots.append(middle..<run.upperBound)
                run = run.lowerBound..<middle
            } else {
                roots.append(run.lowerBound..<middle)
                run = middle..<run.upperBound
            }
        }
        // A first tree that stands in the second as it is needs no hash: the verifier has its root.
        if run.lowerBound != 0 { roots.append(run) }
        return ProofPlan(roots: roots.reversed())
    }

    /// Checks that the tree of `later` continues that of `earlier`. Returns only if the proof shows exactly that.
    ///
    /// An empty earlier tree is refused (`nothingBefore`), even under an empty later one: a check that cannot fail
    /// must not be reported as one that held.
    public func verify(from earlier: TreeHead, to later: TreeHead) throws(ProofError) {
        try ConsistencyProof.checkOrder(earlier.size, later.size)
        let first = earlier.size.value
        let second = later.size.value
        let expected = first == second ? 0 : ConsistencyProof.hashCount(first: first, second: second)
        guard hashes.count == expected else { throw .wrongHashCount(expected: expected, found: hashes.count) }
        guard first != second else {
            guard earlier.root == later.root else { throw .rootMismatch }
            return
        }
        // The deepest node that both trees share, and what stands beside it on the way up in each.
        let shift = UInt64(first.trailingZeroBitCount)
        let isPerfect = first.nonzeroBitCount == 1
        var path = hashes[...]
        let seed = isPerfect ? earlier.root : path.removeFirst()
        var position = EdgeWalk(at: (first - 1) >> shift, last: (second - 1) >> shift)
        var (earlierRoot, laterRoot) = (seed, seed)
        for sibling in path {
            switch position.step() {
            case .left:
                earlierRoot = TreeHash.node(sibling, earlierRoot)
                laterRoot = TreeHash.node(sibling, laterRoot)
            case .right:
                laterRoot = TreeHash.node(laterRoot, sibling)
            }
        }
        guard earlierRoot == earlier.root else { throw .earlierRootMismatch }
        guard laterRoot == later.root else { throw .rootMismatch }
    }

    private static func checkOrder(_ first: TreeSize, _ second: TreeSize) throws(ProofError) {
        guard first <= second else { throw .sizesOutOfOrder(first: first, second: second) }
        guard first.value > 0 else { throw .nothingBefore }
    }

    /// The length of a proof for 0 < `first` < `second`: the path of the first tree's last leaf in the second, less
    /// the levels below the deepest shared node, and that node itself unless it is the first tree's root. At most 64.
    private static func hashCount(first: UInt64, second: UInt64) -> Int {
        let seed = first.nonzeroBitCount == 1 ? 0 : 1
        return seed + InclusionProof.hashCount(index: first - 1, size: second) - first.trailingZeroBitCount
    }
}

import LedgerCrypto

/// Shows that a leaf stands at a position of a tree (RFC 6962 §2.1.1, checked as RFC 9162 §2.1.3.2 states).
///
/// The proof is hashes alone. The position and the head come from whoever asks: nearly every honest proof also
/// folds under some other size, so a proof that carried its own claim would prove nothing.
public struct InclusionProof: Hashable, Sendable {
    /// The siblings on the way from the leaf to the root.
    public let hashes: [Digest]

    public init(hashes: [Digest]) { self.hashes = hashes }

    /// What to read to prove that leaf `index` is in the tree of `size` leaves.
    public static func plan(index: LeafIndex, size: TreeSize) throws(ProofError) -> ProofPlan {
        guard index.value < size.value else { throw .indexOutsideTree(index, size) }
        var siblings: [Range<UInt64>] = []
        var run = 0..<size.value
        while run.upperBound - run.lowerBound > 1 {
            let middle = TreeSplit.middle(of: run)
            if index.value < middle {
                siblings.append(middle..<run.upperBound)
                run = run.lowerBound..<middle
            } else {
                siblings.append(run.lowerBound..<middle)
                run = middle..<run.upperBound
            }
        }
        return ProofPlan(roots: siblings.reversed())
    }

    /// Checks that `leaf` stands at `index` under `head`. Returns only if the proof shows exactly that.
    public func verify(leaf: Digest, at index: LeafIndex, in head: TreeHead) throws(ProofError) {
        guard index.value < head.size.value else { throw .indexOutsideTree(index, head.size) }
        let expected = InclusionProof.hashCount(index: index.value, size: head.size.value)
        guard hashes.count == expected else { throw .wrongHashCount(expected: expected, found: hashes.count) }
        var position = EdgeWalk(at: index.value, last: head.size.value - 1)
        var root = leaf
        for sibling in hashes {
            root = position.step() == .left ? TreeHash.node(sibling, root) : TreeHash.node(root, sibling)
        }
        guard root == head.root else { throw .rootMismatch }
    }

    /// The length of the path of leaf `index` < `size`: below the level where it and the last leaf part there is a
    /// sibling on every level, above it only on the left. At most 64.
    static func hashCount(index: UInt64, size: UInt64) -> Int {
        let inner = UInt64.bitWidth - (index ^ (size - 1)).leadingZeroBitCount
        return inner + (index >> UInt64(inner)).nonzeroBitCount
    }
}

/// The way up from a node, along the siblings that a proof names (RFC 9162 §2.1.3.2, step 4): `fn` and `sn` there.
struct EdgeWalk {
    enum Side { case left, right }

    private var at: UInt64
    private var last: UInt64

    init(at: UInt64, last: UInt64) {
        self.at = at
        self.last = last
    }

    /// Takes one step up; which side the sibling stood on.
    mutating func step() -> Side {
        let onTheEdge = at == last
        let side: Side = at & 1 == 1 || onTheEdge ? .left : .right
        if onTheEdge {
            // A last node without a right sibling rises until it has a left one.
            while at & 1 == 0, at != 0 { climb() }
        }
        climb()
        return side
    }

    private mutating func climb() {
        at >>= 1
        last >>= 1
    }
}

/// Why a proof cannot be made, or does not show what was claimed.
public enum ProofError: Error, Hashable, Sendable {
    /// The leaf is not in a tree of this size.
    case indexOutsideTree(LeafIndex, TreeSize)
    /// Leaves `[from, to)` are no run of a tree of this size.
    case rangeOutsideTree(from: LeafIndex, count: UInt64, TreeSize)
    /// The second tree is smaller than the first.
    case sizesOutOfOrder(first: TreeSize, second: TreeSize)
    /// Every tree continues the empty one: there is nothing to prove, and nothing is learnt.
    case nothingBefore
    /// A proof of this claim has another number of hashes.
    case wrongHashCount(expected: Int, found: Int)
    /// The hashes fold to another root than the head's.
    case rootMismatch
    /// The hashes fold to another root than the earlier head's.
    case earlierRootMismatch
}

extension ProofError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .indexOutsideTree(let index, let size):
            "entry \(index) is not in a tree of \(size) entries"
        case .rangeOutsideTree(let from, let count, let size):
            "\(count) entries from \(from) do not lie in a tree of \(size) entries"
        case .sizesOutOfOrder(let first, let second):
            "a tree of \(second) entries cannot continue one of \(first)"
        case .nothingBefore:
            "the earlier tree is empty: every tree continues it, so there is nothing to prove"
        case .wrongHashCount(let expected, let found):
            "the proof has \(found) hashes where \(expected) belong"
        case .rootMismatch:
            "the proof's hashes lead to another root than the head's"
        case .earlierRootMismatch:
            "the proof's hashes lead to another root than the earlier head's"
        }
    }
}

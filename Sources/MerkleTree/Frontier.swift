import LedgerCrypto

/// The right edge of a growing tree: the perfect subtrees that cover `[0, size)`, largest first, one for each set
/// bit of `size`. It is all that is needed to append a leaf and to know the root.
///
/// A value: copy it to plan a batch, and keep the copy only when the batch is durable.
public struct Frontier: Hashable, Sendable {
    public private(set) var size: TreeSize
    public private(set) var hashes: [Digest]

    /// The frontier of a tree without leaves.
    public init() {
        size = .zero
        hashes = []
    }

    /// Takes up a tree where it was left: `hashes` as `addresses(for: size)` names them.
    ///
    /// `nil` unless there is exactly one hash for each set bit of `size`, and for sizes above 2^63 − 1, which no
    /// checkpoint may carry (so that an append cannot overflow either).
    public init?(size: TreeSize, hashes: [Digest]) {
        guard size.value <= UInt64(Int64.max), hashes.count == size.value.nonzeroBitCount else { return nil }
        self.size = size
        self.hashes = hashes
    }

    /// The stored nodes that make up the frontier of a tree of `size` leaves, in the order of `hashes`.
    public static func addresses(for size: TreeSize) -> [NodeAddress] {
        NodeAddress.decomposition(from: 0, to: size.value)
    }

    /// Adds a leaf, and reports every node that it completes: itself at level 0, then upwards.
    public mutating func append(_ leaf: Digest, completed: (NodeAddress, Digest) -> Void) {
        let position = size.value
        var hash = leaf
        completed(NodeAddress(level: 0, index: position), hash)
        // Each set bit at the bottom of `position` is a subtree that waits for this right half.
        for level in 1..<(1 + (~position).trailingZeroBitCount) {
            hash = TreeHash.node(hashes.removeLast(), hash)
            completed(NodeAddress(level: UInt8(level), index: position >> UInt64(level)), hash)
        }
        hashes.append(hash)
        size = TreeSize(position + 1)
    }

    /// Adds a leaf.
    public mutating func append(_ leaf: Digest) {
        append(leaf) { _, _ in }
    }

    /// The root over all leaves, folded from the right; `TreeHash.emptyRoot` where there are none.
    public var root: Digest { TreeHash.folding(hashes) ?? TreeHash.emptyRoot }

    public var head: TreeHead { TreeHead(size: size, root: root) }
}

extension TreeHash {
    /// The root over subtrees that shrink from left to right, as RFC 6962 splits them; `nil` for none.
    static func folding(_ hashes: some BidirectionalCollection<Digest>) -> Digest? {
        guard let last = hashes.last else { return nil }
        return hashes.dropLast().reversed().reduce(last) { right, left in node(left, right) }
    }
}

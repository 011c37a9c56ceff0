import LedgerCrypto

/// Stored nodes out of a tree that is kept as tiles (C2SP tlog-tiles): plan, read the tiles once, assemble.
///
/// What proofs and frontiers need are nodes of any binary level; tiles hold every eighth. A node between them is
/// folded from at most 128 neighbours in one tile. Nothing is checked here: whoever uses the nodes compares the root
/// that they lead to.
public struct TileRead: Hashable, Sendable {
    /// What to read, each tile once, as wide as the tree of the plan's size has it.
    public let tiles: [TileAddress]
    private let places: [Place]

    /// Where a node is: the hashes [offset, offset + count) of a tile.
    private struct Place: Hashable {
        let tile: Int
        let offset: Int
        let count: Int
    }

    /// Plans the reading of `nodes`, in a tree of `size` leaves. `nil` where the tree does not hold one of them.
    public init?(_ nodes: [NodeAddress], size: TreeSize) {
        var tiles: [TileAddress] = []
        var numbers: [TileAddress: Int] = [:]
        var places: [Place] = []
        for node in nodes {
            guard node.level < 64, node.isComplete(in: size) else { return nil }
            let first = node.index << UInt64(node.level % 8)
            guard let tile = TileAddress.holding(first, level: node.level / 8, size: size) else { return nil }
            let number = numbers[tile] ?? tiles.count
            if number == tiles.count {
                numbers[tile] = number
                tiles.append(tile)
            }
            places.append(Place(tile: number, offset: Int(first & 0xFF), count: 1 << Int(node.level % 8)))
        }
        self.tiles = tiles
        self.places = places
    }

    /// The nodes, in the order of the plan, from the hashes of `tiles` in theirs. `nil` where a tile has not the width
    /// that was planned.
    public func nodes(from read: [[Digest]]) -> [Digest]? {
        guard read.count == tiles.count, zip(read, tiles).allSatisfy({ $0.count == $1.width }) else { return nil }
        return places.compactMap { TreeHash.folding(perfect: read[$0.tile][$0.offset..<$0.offset + $0.count]) }
    }
}

extension TileAddress {
    /// The tile that holds node `index` of the tile level `level`, as wide as a tree of `size` leaves has it; `nil`
    /// where that tree has no such node.
    public static func holding(_ index: UInt64, level: UInt8, size: TreeSize) -> TileAddress? {
        let count = size.value >> (8 * UInt64(level))
        guard level < 8, index < count else { return nil }
        let first = index & ~0xFF
        return TileAddress(level: level, index: index >> 8, width: Int(min(256, count - first)))
    }
}

extension TreeHash {
    /// The node over 1, 2, 4 … neighbours.
    fileprivate static func folding(perfect hashes: ArraySlice<Digest>) -> Digest? {
        guard let first = hashes.first else { return nil }
        guard hashes.count > 1 else { return first }
        let middle = hashes.startIndex + hashes.count / 2
        guard let left = folding(perfect: hashes[..<middle]), let right = folding(perfect: hashes[middle...]) else {
            return nil
        }
        return node(left, right)
    }
}

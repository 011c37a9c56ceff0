import LedgerCrypto

/// A tile of C2SP tlog-tiles: up to 256 neighbouring nodes of one level, of which every eighth is tiled.
///
/// Tile (L, N) holds the nodes `[256·N, 256·N + width)` of binary level 8·L; on level 0 these are the leaf hashes,
/// and the bundle of entries of the same index and width holds the entries under them. A full tile never changes;
/// a partial one is a prefix of every later one.
public struct TileAddress: Hashable, Sendable {
    /// How many nodes a full tile has.
    public static let fullWidth = 256

    /// The tile level, 0…63: nodes of binary level 8·`level`.
    public let level: UInt8
    public let index: UInt64
    /// 1…256.
    public let width: Int

    /// `nil` for a level above 63, a width outside 1…256, and an index no node could have.
    public init?(level: UInt8, index: UInt64, width: Int = fullWidth) {
        guard level < 64, (1...TileAddress.fullWidth).contains(width), index <= UInt64.max >> 8 else { return nil }
        self.level = level
        self.index = index
        self.width = width
    }

    public var isPartial: Bool { width < TileAddress.fullWidth }

    /// The binary level of the nodes: 8·`level`, at most 504 (levels that any real tree has are below 64).
    public var nodeLevel: Int { 8 * Int(level) }

    /// The positions of the tile's nodes on their binary level: the slice of a stored level that is this tile.
    public var nodeIndexes: Range<UInt64> {
        let first = index << 8
        // The last tile of all would end at 2^64.
        return first..<(first.addingReportingOverflow(UInt64(width)).overflow ? .max : first + UInt64(width))
    }

    /// Whether a tree of `size` leaves holds every node of the tile.
    public func isComplete(in size: TreeSize) -> Bool {
        let nodes = TileAddress.nodeCount(level: level, size: size)
        return nodes >> 8 > index || (nodes >> 8 == index && nodes & 0xFF >= UInt64(width))
    }

    /// The width of the partial tile that ends `level` in a tree of `size` leaves; 0: there is none.
    public static func partialWidth(level: UInt8, size: TreeSize) -> Int {
        Int(nodeCount(level: level, size: size) & 0xFF)
    }

    /// How many full tiles `level` has in a tree of `size` leaves: these have the indexes from 0 on.
    public static func fullCount(level: UInt8, size: TreeSize) -> UInt64 {
        nodeCount(level: level, size: size) >> 8
    }

    /// Every tile that a log serves for `size`: level by level from 0, full tiles first, then the partial one.
    public static func all(for size: TreeSize) -> some Sequence<TileAddress> {
        (0..<UInt8(8)).lazy.flatMap { level in
            let full = fullCount(level: level, size: size)
            let width = partialWidth(level: level, size: size)
            return (0..<full + (width > 0 ? 1 : 0)).lazy.compactMap { index in
                TileAddress(level: level, index: index, width: index < full ? fullWidth : width)
            }
        }
    }

    /// The node over a full tile, which stands on the next tiled level; `nil` unless there are exactly 256 `hashes`.
    public static func root(of hashes: [Digest]) -> Digest? {
        guard hashes.count == fullWidth else { return nil }
        var level = hashes
        while level.count > 1 {
            level = stride(from: 0, to: level.count, by: 2).map { TreeHash.node(level[$0], level[$0 + 1]) }
        }
        return level.first
    }

    private static func nodeCount(level: UInt8, size: TreeSize) -> UInt64 {
        // `>>` gives 0 for 64 and above.
        size.value >> (8 * UInt64(level))
    }
}

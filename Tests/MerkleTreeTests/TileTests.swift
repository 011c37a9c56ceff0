import LedgerCrypto
import MerkleTree
import Testing

@Suite("Tiles")
struct TileTests {
    @Test("tiles are slices of the tree's levels, and a full tile's root stands on the next one")
    func tilesAreSlices() throws {
        var levels = [(0..<66_000).map { TreeHash.leaf(NaiveTree.entry($0)) }]
        while let below = levels.last, below.count > 1 {
            levels.append((0..<below.count / 2).map { TreeHash.node(below[2 * $0], below[2 * $0 + 1]) })
        }
        let tiles = Array(TileAddress.all(for: size(66_000)))
        #expect(tiles.count == 257 + 1 + 1 + 1 + 1)
        for tile in tiles {
            let level = levels[tile.nodeLevel]
            let first = Int(tile.nodeIndexes.lowerBound)
            try #require(Int(tile.nodeIndexes.upperBound) <= level.count)
            let hashes = Array(level[first..<(first + tile.width)])
            if tile.isPartial {
                #expect(first + tile.width == level.count)
                #expect(TileAddress.root(of: hashes) == nil)
            } else {
                #expect(TileAddress.root(of: hashes) == levels[tile.nodeLevel + 8][Int(tile.index)])
            }
        }
    }

    @Test(
        "a size's tiles are exactly those that it completes",
        arguments: [0, 1, 255, 256, 257, 512, 65_535, 65_536, 70_000])
    func tilesOfASize(count: Int) {
        let tiles = Array(TileAddress.all(for: size(count)))
        for tile in tiles { #expect(tile.isComplete(in: size(count))) }
        for tile in tiles where tile.isPartial || count > 0 {
            // One node more in the last tile of a level is one too many.
            let wider =
                tile.width < 256 ? TileAddress(level: tile.level, index: tile.index, width: tile.width + 1) : nil
            #expect(wider?.isComplete(in: size(count)) != true)
        }
        let nodes = (0..<8).reduce(0) { $0 + (count >> (8 * $1)) }
        #expect(tiles.reduce(0) { $0 + $1.width } == nodes)
        #expect(Set(tiles).count == tiles.count)
    }

    @Test("the widths of the tlog-tiles page: 70,000 entries")
    func widthsOfTheSpecification() {
        let seventyThousand = size(70_000)
        #expect(TileAddress.fullCount(level: 0, size: seventyThousand) == 273)
        #expect(TileAddress.partialWidth(level: 0, size: seventyThousand) == 112)
        #expect(TileAddress.fullCount(level: 1, size: seventyThousand) == 1)
        #expect(TileAddress.partialWidth(level: 1, size: seventyThousand) == 17)
        #expect(TileAddress.partialWidth(level: 2, size: seventyThousand) == 1)
        #expect(TileAddress.partialWidth(level: 3, size: seventyThousand) == 0)
    }

    @Test("addresses that no tile can have are refused, and absurd sizes do not trap")
    func absurdAddresses() {
        #expect(TileAddress(level: 64, index: 0) == nil)
        #expect(TileAddress(level: 0, index: 0, width: 0) == nil)
        #expect(TileAddress(level: 0, index: 0, width: 257) == nil)
        #expect(TileAddress(level: 0, index: .max) == nil)
        let last = TileAddress(level: 63, index: .max >> 8)
        #expect(last?.isComplete(in: TreeSize(.max)) == false)
        #expect(last?.nodeIndexes.upperBound == .max)
        #expect(TileAddress.partialWidth(level: 255, size: TreeSize(.max)) == 0)
        #expect(TileAddress.fullCount(level: 0, size: TreeSize(.max)) == .max >> 8)
        #expect(TileAddress.all(for: TreeSize(.max)).first { _ in true } == TileAddress(level: 0, index: 0))
    }
}

import LedgerCrypto
import MerkleTree
import TestMaterial
import Testing

@Suite("Nodes out of tiles")
struct TileReadTests {
    /// A tree's nodes by their address, and its tiles out of them.
    private struct StoredTree {
        var frontier = Frontier()
        var nodes: [NodeAddress: Digest] = [:]

        init(_ count: Int) {
            for number in 0..<count {
                frontier.append(TreeHash.leaf(Array("entry \(number)".utf8))) { nodes[$0] = $1 }
            }
        }

        func hashes(_ tile: TileAddress) throws -> [Digest] {
            try tile.nodeIndexes.map { try #require(nodes[NodeAddress(level: UInt8(tile.nodeLevel), index: $0)]) }
        }
    }

    @Test("Every stored node is in the tile that holds it", arguments: [1, 2, 255, 256, 257, 600, 70_000])
    func everyNode(count: Int) throws {
        let tree = StoredTree(count)
        let size = TreeSize(UInt64(count))
        let addresses = tree.nodes.keys.sorted { ($0.level, $0.index) < ($1.level, $1.index) }
        let some = count < 1_000 ? addresses : addresses.filter { $0.index % 97 == 0 || $0.level > 6 }
        let read = try #require(TileRead(some, size: size))
        #expect(Set(read.tiles).count == read.tiles.count)
        #expect(read.tiles.allSatisfy { $0.isComplete(in: size) })
        let nodes = try #require(read.nodes(from: try read.tiles.map(tree.hashes)))
        #expect(nodes == some.map { tree.nodes[$0] })
    }

    @Test("Frontier and consistency proofs come out of the tiles, for all sizes to 70 and some larger")
    func proofs() throws {
        let tree = StoredTree(700)
        for second in Array(1...70) + [255, 256, 257, 511, 512, 700] {
            let whole = StoredTree(second)
            let size = TreeSize(UInt64(second))
            let edge = try #require(TileRead(Frontier.addresses(for: size), size: size))
            let hashes = try #require(edge.nodes(from: try edge.tiles.map(whole.hashes)))
            #expect(Frontier(size: size, hashes: hashes)?.root == whole.frontier.root)
            for first in Set([1, second / 3 + 1, second / 2 + 1, second]) where first <= second {
                let plan = try ConsistencyProof.plan(first: TreeSize(UInt64(first)), second: size)
                let read = try #require(TileRead(plan.nodes, size: size))
                let nodes = try #require(read.nodes(from: try read.tiles.map(tree.hashes)))
                let earlier = StoredTree(first).frontier.head
                try ConsistencyProof(hashes: plan.assemble(nodes)).verify(from: earlier, to: whole.frontier.head)
            }
        }
    }

    @Test("A node that the tree does not hold, and a tile of another width, are refused")
    func refused() throws {
        let tree = StoredTree(5)
        let size = TreeSize(5)
        #expect(TileRead([NodeAddress(level: 0, index: 5)], size: size) == nil)
        #expect(TileRead([NodeAddress(level: 1, index: 2)], size: size) == nil)
        #expect(TileRead([NodeAddress(level: 255, index: 0)], size: TreeSize(.max)) == nil)
        let read = try #require(TileRead([NodeAddress(level: 2, index: 0)], size: size))
        let tile = try #require(read.tiles.first)
        #expect(tile.width == 5)
        #expect(read.nodes(from: [try tree.hashes(tile).dropLast()]) == nil)
        #expect(read.nodes(from: []) == nil)
        #expect(TileRead([], size: .zero)?.nodes(from: []) == [])
    }
}

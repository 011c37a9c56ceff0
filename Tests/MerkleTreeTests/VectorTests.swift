import Foundation
import LedgerCrypto
import MerkleTree
import TestMaterial
import Testing

/// This project's own vectors, which `tools/make-merkle-vectors` writes from the RFCs without our Swift.
@Suite("Own vectors")
struct VectorTests {
    private struct Inclusion: Decodable {
        let name, index, size, leaf, root: String
        let proof: [String]
        let holds: Bool
    }

    private struct Consistency: Decodable {
        let name, first, second, root1, root2: String
        let proof: [String]
        let holds: Bool
    }

    private struct RangeCase: Decodable {
        let name, from, size, root: String
        let leaves, left, right: [String]
        let holds: Bool
    }

    @Test("inclusion cases, right and wrong")
    func inclusion() throws {
        let cases = try read("inclusion", as: [Inclusion].self)
        #expect(cases.count > 300)
        for vector in cases {
            let proof = InclusionProof(hashes: try digests(vector.proof))
            let leaf = try digest(vector.leaf)
            let index = try #require(LeafIndex(canonical: vector.index))
            let head = TreeHead(size: try #require(TreeSize(canonical: vector.size)), root: try digest(vector.root))
            let passes = holds { () throws(ProofError) in try proof.verify(leaf: leaf, at: index, in: head) }
            #expect(passes == vector.holds, "\(vector.name)")
        }
    }

    @Test("consistency cases, right and wrong")
    func consistency() throws {
        let cases = try read("consistency", as: [Consistency].self)
        #expect(cases.count > 200)
        for vector in cases {
            let proof = ConsistencyProof(hashes: try digests(vector.proof))
            let first = TreeHead(size: try #require(TreeSize(canonical: vector.first)), root: try digest(vector.root1))
            let second = TreeHead(
                size: try #require(TreeSize(canonical: vector.second)), root: try digest(vector.root2))
            let passes = holds { () throws(ProofError) in try proof.verify(from: first, to: second) }
            #expect(passes == vector.holds, "\(vector.name)")
        }
    }

    @Test("range cases, right and wrong")
    func ranges() throws {
        let cases = try read("range", as: [RangeCase].self)
        #expect(cases.count > 400)
        for vector in cases {
            let proof = RangeProof(left: try digests(vector.left), right: try digests(vector.right))
            let leaves = try digests(vector.leaves)
            let from = try #require(LeafIndex(canonical: vector.from))
            let head = TreeHead(size: try #require(TreeSize(canonical: vector.size)), root: try digest(vector.root))
            let passes = holds { () throws(ProofError) in try proof.verify(leaves: leaves, from: from, in: head) }
            #expect(passes == vector.holds, "\(vector.name)")
        }
    }

    @Test("hashes and roots")
    func hashes() throws {
        struct File: Decodable {
            struct Leaf: Decodable { let entry, hash: String }
            struct Node: Decodable { let left, right, hash: String }
            struct Root: Decodable { let size, root: String }
            let leaves: [Leaf]
            let nodes: [Node]
            let roots: [Root]
        }
        let file = try read("hashes", as: File.self)
        for leaf in file.leaves {
            let entry = Hex.decode(leaf.entry) ?? [UInt8](repeating: 0xFF, count: 65_535)
            #expect(TreeHash.leaf(entry).hex == leaf.hash)
        }
        for node in file.nodes {
            #expect(TreeHash.node(try digest(node.left), try digest(node.right)).hex == node.hash)
        }
        var frontier = Frontier()
        for root in file.roots {
            let target = try #require(TreeSize(canonical: root.size))
            while frontier.size < target { frontier.append(TreeHash.leaf(NaiveTree.entry(Int(frontier.size.value)))) }
            #expect(frontier.root.hex == root.root)
        }
    }

    @Test("tiles: which there are, and their bytes")
    func tiles() throws {
        struct File: Decodable {
            struct Level: Decodable { let level: UInt8, full: String, partial: Int }
            struct Size: Decodable { let size: String, levels: [Level] }
            struct Tile: Decodable { let size: String, level: UInt8, index: String, width: Int, sha256: String }
            let sizes: [Size]
            let tiles: [Tile]
        }
        let file = try read("tiles", as: File.self)
        for vector in file.sizes {
            let size = try #require(TreeSize(canonical: vector.size))
            for level in vector.levels {
                #expect(String(TileAddress.fullCount(level: level.level, size: size)) == level.full)
                #expect(TileAddress.partialWidth(level: level.level, size: size) == level.partial)
            }
        }
        var nodes: [NodeAddress: Digest] = [:]
        var frontier = Frontier()
        for index in 0..<300 { frontier.append(TreeHash.leaf(NaiveTree.entry(index))) { nodes[$0] = $1 } }
        for vector in file.tiles {
            let index = try #require(UInt64(vector.index))
            let tile = try #require(TileAddress(level: vector.level, index: index, width: vector.width))
            var bytes: [UInt8] = []
            for node in tile.nodeIndexes {
                try #require(nodes[NodeAddress(level: UInt8(tile.nodeLevel), index: node)]).append(to: &bytes)
            }
            #expect(Digest.sha256(bytes).hex == vector.sha256)
        }
    }

    private func digest(_ hex: String) throws -> Digest { try #require(Digest(hex: hex)) }

    private func digests(_ hexes: [String]) throws -> [Digest] { try hexes.map(digest) }

    private func read<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(Checkout.bytes("Tests/Vectors/merkle/\(name).json")))
    }
}

import LedgerCrypto
import MerkleTree
import SignedNotes

/// A log's hash tiles under one signed head: none is given out that does not lead to its root.
///
/// The tiles at the right edge are read first; together they fold to the root. Every other tile is full, and its root
/// stands in the tile above it. So each tile is checked by itself, when it is asked for, and a wrong one is named.
struct VerifiedTiles: Sendable {
    /// A tile that does not lead to the signed root.
    struct Wrong: Error {
        /// The tile's path, or what stands for several.
        let what: String
        let reason: String
    }

    let head: TreeHead
    private let source: TileSource
    private let edge: [TileAddress: [Digest]]
    private let above = TileCache()

    init(_ source: TileSource, under head: TreeHead) async throws {
        self.source = source
        self.head = head
        guard head.size.value > 0 else {
            edge = [:]
            return
        }
        guard let read = TileRead(Frontier.addresses(for: head.size), size: head.size) else {
            throw Wrong(what: "the head", reason: "a log of \(head.size) entries is larger than any")
        }
        var hashes: [[Digest]] = []
        for tile in read.tiles { hashes.append(try await source.tile(tile)) }
        guard let nodes = read.nodes(from: hashes), Frontier(size: head.size, hashes: nodes)?.root == head.root else {
            let paths = read.tiles.map { TilePath.format($0) }.joined(separator: ", ")
            throw Wrong(what: paths, reason: "at the right edge they do not fold to the signed root")
        }
        // They are partial, each, and every hash in them was folded.
        edge = Dictionary(uniqueKeysWithValues: zip(read.tiles, hashes))
    }

    /// The hashes of a tile of the head's tree.
    func hashes(_ tile: TileAddress) async throws -> [Digest] {
        if let known = edge[tile] { return known }
        if let known = await above.hashes(tile) { return known }
        let hashes = try await source.tile(tile)
        let path = TilePath.format(tile)
        guard let root = TileAddress.root(of: hashes) else {
            throw Wrong(what: path, reason: "the signed head has no such tile")
        }
        guard root == (try await parent(of: tile)) else {
            throw Wrong(what: path, reason: "it does not hash to what the tile above it says")
        }
        if tile.level > 0 { await above.keep(hashes, of: tile) }
        return hashes
    }

    /// What has to be the root of a full tile.
    func parent(of tile: TileAddress) async throws -> Digest {
        guard let above = TileAddress.holding(tile.index, level: tile.level + 1, size: head.size) else {
            throw Wrong(what: TilePath.format(tile), reason: "the signed head has no such tile")
        }
        return try await hashes(above)[Int(tile.index & 0xFF)]
    }

    /// Nodes of the tree, for proofs.
    func nodes(_ addresses: [NodeAddress]) async throws -> [Digest] {
        guard let read = TileRead(addresses, size: head.size) else {
            throw Wrong(what: "the head", reason: "its tree does not hold a node that is needed")
        }
        var tiles: [[Digest]] = []
        for tile in read.tiles { tiles.append(try await hashes(tile)) }
        guard let nodes = read.nodes(from: tiles) else {
            throw Wrong(what: "a tile", reason: "it has another width than the signed head gives it")
        }
        return nodes
    }

    /// The head that this tree had at an earlier size.
    func head(at size: TreeSize) async throws -> TreeHead {
        let hashes = try await nodes(Frontier.addresses(for: size))
        guard let frontier = Frontier(size: size, hashes: hashes) else {
            throw Wrong(what: "the head", reason: "it has no tree of \(size) entries before it")
        }
        return frontier.head
    }

    /// The proof that this tree continues the one it had at an earlier size.
    func consistency(from size: TreeSize) async throws -> ConsistencyProof {
        let plan = try ConsistencyProof.plan(first: size, second: head.size)
        return ConsistencyProof(hashes: plan.assemble(try await nodes(plan.nodes)))
    }

    /// The proof that an entry stands in this tree.
    func inclusion(of index: LeafIndex) async throws -> InclusionProof {
        let plan = try InclusionProof.plan(index: index, size: head.size)
        return InclusionProof(hashes: plan.assemble(try await nodes(plan.nodes)))
    }
}

/// Verified tiles above the entries: one for 65,536 entries.
private actor TileCache {
    private var tiles: [TileAddress: [Digest]] = [:]

    func hashes(_ tile: TileAddress) -> [Digest]? { tiles[tile] }

    func keep(_ hashes: [Digest], of tile: TileAddress) { tiles[tile] = hashes }
}

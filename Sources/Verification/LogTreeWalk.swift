import LedgerCrypto
import MerkleTree

/// One walk over a tlog-tiles tree: section by section along the entries and the level-0 tiles, then the tiles above.
/// It opens no file itself.
struct LogTreeWalk {
    let head: TreeHead
    /// The sections that `take` wants, in order.
    let sections: LogTreeSections
    let scope: LogTreeScope
    private let earlier: TreeSize?

    private(set) var found = LogTreeFindings()
    /// Hashes of higher tiles that are not what the entries give there, and not what the tile below gives.
    private(set) var aboveEntries = LogTreePlaces()
    private(set) var aboveTiles = LogTreePlaces()
    /// The last tile of each level, where it is not full.
    private(set) var edges: [[Digest]] = []

    init(head: TreeHead, earlier: TreeSize?, scope: LogTreeScope) {
        self.head = head
        self.scope = scope
        self.earlier = earlier
        sections = LogTreeSections(of: head.size, earlier: earlier, scope: scope)
    }

    /// Takes up what was found in the next section.
    mutating func take(
        _ findings: LogTreeFindings, of section: LogTreeSection, progress: (_ done: UInt64, _ of: UInt64) -> Void
    ) {
        found.append(findings)
        for bundle in section.bundles { progress(section.end(of: bundle), head.size.value) }
    }

    /// Walks over the tiles above the entries, once all sections were taken.
    mutating func finish(_ read: @escaping (_ path: String) throws -> [UInt8]?) throws {
        edges = [found.edge]
        var below = (found.fromEntries, found.fromTiles)
        var level: UInt8 = 1
        while level < 8, head.size.value >> (8 * UInt64(level)) > 0 {
            below = try compareTiles(of: level, in: LogTreeFiles(read), below.0, below.1)
            level += 1
        }
    }

    /// Compares the tiles of one level above the entries with what the level below it holds, according to the entries
    /// and according to the tiles themselves.
    /// - Returns: the same of this level, for the next.
    private mutating func compareTiles(
        of level: UInt8, in files: LogTreeFiles, _ fromEntries: [Digest], _ fromTiles: [Digest]
    ) throws -> ([Digest], [Digest]) {
        var (nextEntries, nextTiles): ([Digest], [Digest]) = ([], [])
        var edge: [Digest] = []
        var position = 0
        while position < fromTiles.count {
            let width = min(256, fromTiles.count - position)
            let (entries, tiles) = (fromEntries[position..<position + width], fromTiles[position..<position + width])
            let place = LogTreePlace(level: level, index: UInt64(position / 256))
            let tile = try files.tile(place, width: width, &found.broken) ?? Array(tiles)
            aboveEntries.compare(entries, tile, level: level, first: UInt64(position))
            aboveTiles.compare(tiles, tile, level: level, first: UInt64(position))
            if width == 256 {
                nextEntries.append(Frontier(over: entries).root)
                nextTiles.append(Frontier(over: tile).root)
            } else {
                edge = tile
            }
            position += width
        }
        edges.append(edge)
        return (nextEntries, nextTiles)
    }

    /// Whether the entries, hashed here, give the signed root.
    var entriesLeadToRoot: Bool {
        found.broken.count == 0 && root(found.fromEntries[...], found.partial) == head.root
    }

    /// The root that the entries give at the earlier size; nil where there is none, or they do not reach it.
    var earlierRoot: Digest? {
        guard let earlier else { return nil }
        let full = Int(earlier.value / 256)
        guard earlier.value <= head.size.value, full <= found.fromEntries.count else { return nil }
        return root(found.fromEntries[..<full], found.cut ?? Frontier())
    }

    /// The root over full bundles and what follows them: as the bundles' roots are nodes of one level, they make a
    /// frontier of their own, whose hashes come before those of the rest.
    private func root(_ bundles: ArraySlice<Digest>, _ rest: Frontier) -> Digest? {
        let size = TreeSize(UInt64(bundles.count) * 256 + rest.size.value)
        return Frontier(size: size, hashes: Frontier(over: bundles).hashes + rest.hashes)?.root
    }
}

extension Frontier {
    /// The frontier over hashes of one level.
    init(over hashes: some Sequence<Digest>) {
        self.init()
        for hash in hashes { append(hash) }
    }
}

import ApprovalEvents
import LedgerCrypto
import MerkleTree
import SignedNotes

/// One pass over a tlog-tiles tree: entries and level-0 tiles side by side, then the tiles above.
struct LogTreeWalk {
    let tree: LogTree
    let head: TreeHead
    /// The size at which the root is kept too.
    let earlier: TreeSize?

    /// Files that cannot be read at all: missing, too short or long, or no bundle.
    private var broken = Trouble()
    private var form = Trouble()
    private var clock = Trouble()
    private var lastTime: Timestamp?
    /// Entries whose hash is not the one in their level-0 tile.
    private var atEntries = Places()
    /// Hashes of higher tiles that are not what the entries give there, and not what the tile below gives.
    private var aboveEntries = Places()
    private var aboveTiles = Places()
    private var frontier = Frontier()
    private(set) var earlierRoot: Digest?
    /// What each tile level holds according to the entries and according to the tiles themselves. Level 0 is not
    /// kept (it is as long as the log); of its tiles, the roots of the full ones and the content of the last are.
    private var fromEntries: [Digest] = []
    private var fromTiles: [Digest] = []
    private var edges: [[Digest]] = []

    /// A hash by its level and its index there: an entry's index at level 0.
    struct Place: Hashable {
        let level: UInt8
        let index: UInt64
    }

    /// Places that disagree: the first thousand, and how many there are.
    struct Places {
        private(set) var list: [Place] = []
        private(set) var count = 0

        mutating func compare(_ one: some Sequence<Digest>, _ other: [Digest], level: UInt8, first: UInt64) {
            for (offset, pair) in Swift.zip(one, other).enumerated() where pair.0 != pair.1 {
                count += 1
                if list.count < 1000 { list.append(Place(level: level, index: first + UInt64(offset))) }
            }
        }
    }

    init(tree: LogTree, head: TreeHead, earlier: TreeSize?) {
        (self.tree, self.head, self.earlier) = (tree, head, earlier)
    }

    /// Whether the entries, hashed here, give the signed root.
    var entriesLeadToRoot: Bool { broken.count == 0 && frontier.head == head }

    mutating func run(progress: (UInt64, UInt64) -> Void) throws {
        if earlier?.value == 0 { earlierRoot = TreeHead.empty.root }
        try walkEntries(progress: progress)
        var level: UInt8 = 1
        while level < 8, head.size.value >> (8 * UInt64(level)) > 0 {
            try walkTiles(level: level)
            level += 1
        }
    }

    private mutating func walkEntries(progress: (UInt64, UInt64) -> Void) throws {
        let size = head.size.value
        var edge: [Digest] = []
        var position: UInt64 = 0
        while position < size {
            let width = Int(min(256, size - position))
            let place = Place(level: 0, index: position / 256)
            let entries = try bundle(place, width: width)
            let tile = try self.tile(place, width: width)
            let hashes = entries?.map { TreeHash.leaf(Array($0)) }
            if let hashes, let tile { atEntries.compare(hashes, tile, level: 0, first: position) }
            for (offset, entry) in (entries ?? []).enumerated() { check(entry, at: position + UInt64(offset)) }
            grow(hashes ?? tile)
            if width == 256 {
                // Of a missing side the other's word is taken for what lies above; the file itself is named.
                fromEntries.append(Self.root(hashes ?? tile))
                fromTiles.append(Self.root(tile ?? hashes))
            } else {
                edge = tile ?? hashes ?? []
            }
            position += UInt64(width)
            progress(position, size)
        }
        edges.append(edge)
    }

    private mutating func grow(_ hashes: [Digest]?) {
        for hash in hashes ?? [] {
            frontier.append(hash)
            if frontier.size == earlier { earlierRoot = frontier.root }
        }
    }

    private mutating func check(_ bytes: ArraySlice<UInt8>, at index: UInt64) {
        do {
            let entry = try LedgerEntry(parsing: Array(bytes))
            if let lastTime, entry.ledgerTime < lastTime { clock.note("entry \(index)") }
            lastTime = entry.ledgerTime
        } catch {
            form.note("entry \(index): \(error)")
        }
    }

    /// Compares the tiles of one level above the entries with what the level below it holds.
    private mutating func walkTiles(level: UInt8) throws {
        let below = (fromEntries, fromTiles)
        (fromEntries, fromTiles) = ([], [])
        var edge: [Digest] = []
        var position = 0
        while position < below.1.count {
            let width = min(256, below.1.count - position)
            let (entries, tiles) = (below.0[position..<position + width], below.1[position..<position + width])
            let tile =
                try self.tile(Place(level: level, index: UInt64(position / 256)), width: width) ?? Array(tiles)
            aboveEntries.compare(entries, tile, level: level, first: UInt64(position))
            aboveTiles.compare(tiles, tile, level: level, first: UInt64(position))
            if width == 256 {
                fromEntries.append(Self.root(Array(entries)))
                fromTiles.append(Self.root(tile))
            } else {
                edge = tile
            }
            position += width
        }
        edges.append(edge)
    }

    private static func root(_ hashes: [Digest]?) -> Digest {
        var frontier = Frontier()
        for hash in hashes ?? [] { frontier.append(hash) }
        return frontier.root
    }
}

// MARK: - Reading

extension LogTreeWalk {
    /// A tile's hashes. Where a partial tile was removed because the full one is there, the full one is cut down.
    private mutating func tile(_ tile: Place, width: Int) throws -> [Digest]? {
        let path = Self.tilePath(tile, width: width)
        var bytes = try tree.read(path)
        if bytes == nil, width < 256 {
            bytes = try tree.read(Self.tilePath(tile, width: 256)).map { Array($0.prefix(32 * width)) }
        }
        guard let bytes else {
            broken.note("\(path) is missing")
            return nil
        }
        guard bytes.count == 32 * width else {
            broken.note("\(path) has \(bytes.count) bytes instead of \(32 * width)")
            return nil
        }
        return stride(from: 0, to: bytes.count, by: 32).compactMap { Digest(bytes[$0..<$0 + 32]) }
    }

    private mutating func bundle(_ tile: Place, width: Int) throws -> [ArraySlice<UInt8>]? {
        let path = Self.bundlePath(tile.index, width: width)
        let whole = try tree.read(path)
        let full = whole == nil && width < 256 ? try tree.read(Self.bundlePath(tile.index, width: 256)) : nil
        do throws(EntryBundle.Failure) {
            if let whole { return try EntryBundle.entries(in: whole, count: width) }
            if let full { return try EntryBundle.prefix(width, of: full).0 }
            broken.note("\(path) is missing")
        } catch {
            broken.note("\(path): \(error)")
        }
        return nil
    }

    private static func tilePath(_ tile: Place, width: Int) -> String {
        TileAddress(level: tile.level, index: tile.index, width: width).map { TilePath.format($0) } ?? ""
    }

    private static func bundlePath(_ index: UInt64, width: Int) -> String {
        TilePath.format(entries: index, width: width)
    }
}

// MARK: - Judging

extension LogTreeWalk {
    /// Says what is wrong, and where one of two disagreeing files still leads to the signed root, which is.
    func judge(into report: inout VerificationReport) {
        report.add("files", "every bundle and tile that the head needs is there and whole", broken.outcome)
        var entries = Trouble()
        var tiles = Trouble()
        if entriesLeadToRoot {
            for item in atEntries.list + aboveEntries.list {
                tiles.note("\(tilePath(item)): hash \(item.index % 256) is wrong")
            }
        } else {
            judgeAgainstTiles(&entries, &tiles)
        }
        report.add(
            "entries", "every entry is the one that was signed: \(head.size) entries hash to the signed root",
            entriesOutcome(entries))
        report.add("tiles", "every tile holds the hashes of what lies below it", tilesOutcome(tiles))
        report.add("entry-form", "every entry is in the one canonical form and valid", form.outcome)
        report.add("clock", "the ledger's clock never falls along them", clock.outcome)
    }

    /// The entries do not lead to the signed root. Where the tiles still do, they say which entries are wrong.
    private func judgeAgainstTiles(_ entries: inout Trouble, _ tiles: inout Trouble) {
        let tilesLead = tileRoot == head.root
        let doubted = Set(aboveTiles.list)
        for item in atEntries.list {
            if tilesLead, !doubted.contains(Place(level: 1, index: item.index / 256)) {
                entries.note("entry \(item.index) in \(bundlePath(item.index)) was changed")
            } else {
                entries.note(
                    "entry \(item.index): \(bundlePath(item.index)) and \(tilePath(item)) disagree, one was changed")
            }
        }
        for item in aboveTiles.list {
            let below = Place(level: item.level - 1, index: item.index * 256)
            tiles.note("\(tilePath(below)) does not hash to what \(tilePath(item)) says: one was changed")
        }
    }

    private func entriesOutcome(_ trouble: Trouble) -> Outcome {
        if trouble.count > 0 { return trouble.outcome }
        if broken.count > 0 { return .notChecked(reason: "files are missing or broken") }
        return entriesLeadToRoot
            ? .holds : .fails(reason: "entries and tiles agree, but their root is not the signed one")
    }

    private func tilesOutcome(_ trouble: Trouble) -> Outcome {
        if trouble.count > 0 { return trouble.outcome }
        if broken.count > 0 { return .notChecked(reason: "files are missing or broken") }
        return tileRoot == head.root
            ? .holds : .fails(reason: "the tiles at the right edge do not fold to the signed root")
    }

    /// The root that the tiles alone give: the last tile of each level, folded.
    private var tileRoot: Digest? {
        guard head.size.value > 0 else { return TreeHead.empty.root }
        var hashes: [Digest] = []
        for (level, edge) in edges.enumerated().reversed() {
            let width = Int(head.size.value >> (8 * UInt64(level)) & 255)
            guard edge.count == width else { return nil }
            var start = 0
            for bit in (0..<8).reversed() where width >> bit & 1 == 1 {
                hashes.append(Self.root(Array(edge[start..<start + (1 << bit)])))
                start += 1 << bit
            }
        }
        return Frontier(size: head.size, hashes: hashes)?.root
    }

    /// The tile that holds the hash at a place.
    private func tilePath(_ item: Place) -> String {
        let count = head.size.value >> (8 * UInt64(item.level))
        let tile = item.index / 256
        return Self.tilePath(Place(level: item.level, index: tile), width: Int(min(256, count - tile * 256)))
    }

    private func bundlePath(_ index: UInt64) -> String {
        Self.bundlePath(index / 256, width: Int(min(256, head.size.value - index / 256 * 256)))
    }
}

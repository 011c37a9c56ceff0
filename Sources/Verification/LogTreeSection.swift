import ApprovalEvents
import LedgerCrypto
import MerkleTree
import SignedNotes

/// A few neighbouring bundles and the level-0 tiles beside them: what is looked at by itself, so that many may be at
/// once.
struct LogTreeSection: Sendable {
    /// Indexes of the bundles.
    let bundles: Range<UInt64>
    /// How many entries the log has.
    let size: UInt64
    /// A size at which the frontier is kept too.
    let earlier: UInt64?
    let scope: LogTreeScope

    /// The number of the first entry after a bundle.
    func end(of bundle: UInt64) -> UInt64 { min(size, (bundle + 1) * 256) }

    /// Reads the section's files, hashes its entries and compares.
    func findings(_ read: @escaping (_ path: String) throws -> [UInt8]?) throws -> LogTreeFindings {
        var found = LogTreeFindings()
        for index in bundles { try check(index, in: LogTreeFiles(read), &found) }
        return found
    }

    private func check(_ index: UInt64, in files: LogTreeFiles, _ found: inout LogTreeFindings) throws {
        let first = index * 256
        let place = LogTreePlace(level: 0, index: index)
        let width = Int(end(of: index) - first)
        let entries = try files.bundle(index, width: width, &found.broken)
        let tile = try files.tile(place, width: width, &found.broken)
        let hashes = entries?.map { entry in entry.withUnsafeBytes { TreeHash.leaf($0) } }
        if let hashes, let tile, hashes != tile { found.atEntries.compare(hashes, tile, level: 0, first: first) }
        if scope == .everything {
            for (offset, entry) in (entries ?? []).enumerated() { found.read(entry, at: first + UInt64(offset)) }
        }
        // Of a missing side the other's word is taken for what lies above; the file itself is named.
        let (ours, theirs) = (hashes ?? tile ?? [], tile ?? hashes ?? [])
        if width == 256 {
            let root = Frontier(over: ours).root
            found.fromEntries.append(root)
            found.fromTiles.append(ours == theirs ? root : Frontier(over: theirs).root)
        } else {
            found.partial = Frontier(over: ours)
            found.edge = theirs
        }
        if let earlier, earlier / 256 == index { found.cut = Frontier(over: ours.prefix(Int(earlier % 256))) }
    }
}

/// All sections of a log, in order.
struct LogTreeSections: Sendable {
    private let size: UInt64
    private let earlier: UInt64?
    private let scope: LogTreeScope

    /// Long enough that handing them out costs nothing, short enough that all cores are busy to the end.
    private static let bundleCount: UInt64 = 8

    init(of size: TreeSize, earlier: TreeSize?, scope: LogTreeScope) {
        (self.size, self.earlier, self.scope) = (size.value, earlier?.value, scope)
    }

    private var bundleCount: UInt64 { size / 256 + (size % 256 > 0 ? 1 : 0) }

    var count: Int { Int((bundleCount + Self.bundleCount - 1) / Self.bundleCount) }

    subscript(_ number: Int) -> LogTreeSection {
        let first = UInt64(number) * Self.bundleCount
        return LogTreeSection(
            bundles: first..<min(first + Self.bundleCount, bundleCount), size: size, earlier: earlier, scope: scope)
    }
}

/// What was found in neighbouring sections of a log.
struct LogTreeFindings: Sendable {
    /// Files that cannot be read at all: missing, too short or long, or no bundle.
    var broken = Trouble()
    private(set) var form = Trouble()
    private(set) var clock = Trouble()
    private var first: (index: UInt64, time: Timestamp)?
    private var lastTime: Timestamp?
    /// Entries whose hash is not the one in their level-0 tile.
    var atEntries = LogTreePlaces()
    /// The roots over full bundles and over full tiles.
    var fromEntries: [Digest] = []
    var fromTiles: [Digest] = []
    /// Over the entries of the last bundle, where it is not full.
    var partial = Frontier()
    /// The tile beside it.
    var edge: [Digest] = []
    /// Over the entries of its last bundle up to the earlier size.
    var cut: Frontier?

    /// Reads what an entry says.
    mutating func read(_ bytes: ArraySlice<UInt8>, at index: UInt64) {
        do {
            let time = try LedgerEntry(parsing: Array(bytes)).ledgerTime
            if let lastTime, time < lastTime { clock.note("entry \(index)") }
            if first == nil { first = (index, time) }
            lastTime = time
        } catch {
            form.note("entry \(index): \(error)")
        }
    }

    /// Takes up what was found right after this.
    mutating func append(_ next: LogTreeFindings) {
        broken.append(next.broken)
        form.append(next.form)
        if let lastTime, let first = next.first, first.time < lastTime { clock.note("entry \(first.index)") }
        clock.append(next.clock)
        first = first ?? next.first
        lastTime = next.lastTime ?? lastTime
        atEntries.append(next.atEntries)
        fromEntries += next.fromEntries
        fromTiles += next.fromTiles
        (partial, edge) = (next.partial, next.edge)
        cut = cut ?? next.cut
    }
}

/// A hash by its level and its index there: an entry's index at level 0.
struct LogTreePlace: Hashable, Sendable {
    let level: UInt8
    let index: UInt64
}

/// Places that disagree: the first thousand, and how many there are.
struct LogTreePlaces: Sendable {
    private(set) var list: [LogTreePlace] = []
    private(set) var count = 0

    private static let most = 1000

    mutating func compare(_ one: some Sequence<Digest>, _ other: [Digest], level: UInt8, first: UInt64) {
        for (offset, pair) in zip(one, other).enumerated() where pair.0 != pair.1 {
            count += 1
            if list.count < Self.most { list.append(LogTreePlace(level: level, index: first + UInt64(offset))) }
        }
    }

    mutating func append(_ next: LogTreePlaces) {
        count += next.count
        list += next.list.prefix(Self.most - list.count)
    }
}

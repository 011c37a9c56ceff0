import ApprovalEvents
import LedgerCrypto
import MerkleTree
import SignedNotes
import Verification

/// Reads a run of entries up to a head: each is hashed, compared with its signed hash, and read.
///
/// Bundles are fetched and read several at a time and taken in order, for the clock runs along them.
struct EntryRun: Sendable {
    let source: TileSource
    let tiles: VerifiedTiles
    /// The first entry that is new.
    let start: UInt64
    /// The ledger's time of the entry before.
    private let earlier: Timestamp?

    init(source: TileSource, tiles: VerifiedTiles, from start: UInt64, after earlier: Timestamp?) {
        self.source = source
        self.tiles = tiles
        self.start = start
        self.earlier = earlier
    }

    struct Found {
        /// The first entry that was not read: the head's size, or less where entries are not shown to us.
        var end: UInt64
        var ledgerTime: Timestamp?
        /// Signed, and not as an entry must be: the first of them, and how many there are.
        private(set) var troubles: [EntryTrouble] = []
        private(set) var troubleCount = 0
        /// Served, and not signed.
        var wrong: [String] = []

        /// A log of other things than ours may have nothing but troubles.
        mutating func note(_ more: some Collection<EntryTrouble>) {
            troubles += more.prefix(EntryRun.namedTroubles - troubles.count)
            troubleCount += more.count
        }
    }

    private static let namedTroubles = 10
    private static let parallel = 8
    private static let namedWrong = 10

    private struct Part: Sendable {
        let number: UInt64
        let reading: BundleReading?
        var wrong: [String] = []
    }

    func read(progress: (_ done: UInt64, _ of: UInt64) -> Void) async throws -> Found {
        let size = tiles.head.size.value
        var found = Found(end: start, ledgerTime: earlier)
        let numbers = start < size ? start / 256..<(size - 1) / 256 + 1 : 0..<0
        try await withThrowingTaskGroup(of: Part.self) { group in
            var next = numbers.lowerBound
            var waiting: [UInt64: Part] = [:]
            for turn in numbers {
                while next < numbers.upperBound, next < turn + UInt64(Self.parallel) {
                    let number = next
                    group.addTask { try await read(number) }
                    next += 1
                }
                while waiting[turn] == nil, let part = try await group.next() { waiting[part.number] = part }
                guard let part = waiting.removeValue(forKey: turn), let reading = part.reading else {
                    group.cancelAll()
                    return
                }
                found.wrong += part.wrong.prefix(max(0, Self.namedWrong - found.wrong.count))
                if let fallen = reading.clockTrouble(after: found.ledgerTime) { found.note([fallen]) }
                found.note(reading.troubles)
                found.ledgerTime = [found.ledgerTime, reading.times?.upperBound].compactMap(\.self).max()
                found.end = min(size, (turn + 1) * 256)
                progress(found.end - start, size - start)
            }
        }
        return found
    }

    /// One bundle; without a reading where the log does not show it to us.
    private func read(_ number: UInt64) async throws -> Part {
        guard let tile = TileAddress.holding(number << 8, level: 0, size: tiles.head.size) else {
            return Part(number: number, reading: nil)
        }
        let bytes: [UInt8]
        do {
            bytes = try await source.bundle(number, width: tile.width)
        } catch TileSource.Failure.refused {
            return Part(number: number, reading: nil)
        }
        let signed = try await tiles.hashes(tile)
        let first = number * 256
        let known = Int(max(start, first) - first)
        let path = TilePath.format(entries: number, width: tile.width)
        do throws(EntryBundle.Failure) {
            let reading = try BundleReading(bytes, count: tile.width, from: LeafIndex(first), known: known)
            var part = Part(number: number, reading: reading)
            for (offset, leaf) in reading.leaves.enumerated() where leaf != signed[offset] {
                part.wrong.append("entry \(first + UInt64(offset)) in \(path) is not the one that was signed")
            }
            return part
        } catch { throw VerifiedTiles.Wrong(what: path, reason: "\(error)") }
    }
}

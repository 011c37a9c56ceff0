import ApprovalEvents
import Foundation
import GRDB
import LedgerEngine
import MerkleTree

/// One page of a search: the keys' positions, each ascending, are walked together. Whichever key stands furthest
/// says from where the others have to look next, so a rare key carries the walk over what a common one has.
///
/// The work of one page is bounded (`mostSteps`): a page may end early, even empty, with a cursor to go on from. So
/// no combination of keys can hold a reader for long.
struct IndexSearch {
    static let mostSteps = 50_000
    static let mostResults = 1_000

    let query: EventQuery
    let key: MarkKey

    func run(in database: Database) throws -> EventPage {
        let end = EventPage(indexes: [], next: nil)
        guard let head = try IndexFile.head(database) else { throw IndexError.unusable("the head is missing") }
        let range = try positions(upTo: min(head.size.value, query.below.value), in: database)
        guard !range.isEmpty, var keys = try keys(in: database) else { return end }
        let limit = max(1, min(query.limit, Self.mostResults))
        return keys.isEmpty ? Self.page(of: range, limit: limit) : try walk(range, &keys, limit: limit)
    }

    private func walk(_ range: Range<Int64>, _ keys: inout [PositionCursor], limit: Int) throws -> EventPage {
        var found: [LeafIndex] = []
        var candidate = range.lowerBound
        var agreeing = 0
        var steps = 0
        while true {
            guard let next = try keys[steps % keys.count].first(from: candidate), range.contains(next) else {
                return EventPage(indexes: found, next: nil)
            }
            agreeing = next == candidate ? agreeing + 1 : 1
            candidate = next
            steps += 1
            if agreeing >= keys.count {
                // Here, and not when the page became full: a cursor is given only where something follows.
                if found.count == limit { return EventPage(indexes: found, next: found.last) }
                found.append(LeafIndex(UInt64(candidate)))
                candidate += 1
                agreeing = 0
            } else if steps >= Self.mostSteps, candidate > range.lowerBound {
                return EventPage(indexes: found, next: LeafIndex(UInt64(candidate - 1)))
            }
        }
    }

    /// Without keys every position matches.
    private static func page(of range: Range<Int64>, limit: Int) -> EventPage {
        let shown = range.prefix(limit).map { LeafIndex(UInt64($0)) }
        return EventPage(indexes: shown, next: shown.count < range.count ? shown.last : nil)
    }

    /// The query's keys; nil if one of them stands nowhere.
    private func keys(in database: Database) throws -> [PositionCursor]? {
        var keys: [PositionCursor] = []
        if let subject = query.subject {
            var key = key
            keys.append(try PositionCursor(subject: key.fingerprint(ofSubject: subject), in: database))
        }
        for (kind, word) in [(Posting.Kind.approver, query.approver), (.actor, query.actor), (.type, query.type)] {
            guard let word else { continue }
            guard let number = try IndexLookup.number(of: word, in: database) else { return nil }
            keys.append(PositionCursor(Posting.Key(kind: kind, word: number), in: database))
        }
        return keys
    }

    /// The positions that cursor, size and times leave. The ledger's time never falls along the log.
    private func positions(upTo size: UInt64, in database: Database) throws -> Range<Int64> {
        var lower: Int64 = query.after.map { Int64(clamping: $0.value) &+ 1 } ?? 0
        var upper = Int64(clamping: size)
        if lower < 0 { lower = .max }
        if let from = query.from { lower = max(lower, try first(notBefore: from, in: database) ?? upper) }
        if let to = query.to { upper = min(upper, try first(notBefore: to, in: database) ?? upper) }
        return lower < upper ? lower..<upper : 0..<0
    }

    private func first(notBefore time: Timestamp, in database: Database) throws -> Int64? {
        // The ledger's time has milliseconds; a bound between two of them means the later one.
        let bound = time.milliseconds + (time.nanoseconds % 1_000_000 == 0 ? 0 : 1)
        return try database.cachedStatement(
            sql: "SELECT position FROM moment WHERE ledgertime >= ? ORDER BY ledgertime LIMIT 1"
        ).integer([bound])
    }
}

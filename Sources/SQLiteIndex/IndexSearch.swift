import ApprovalEvents
import Foundation
import GRDB
import LedgerEngine
import MerkleTree

/// One page of a search: an ordered scan of the most selective key's table, each candidate looked up in the
/// tables of the other keys.
///
/// The work of one page is bounded (`mostCandidates`): a page may end early, even empty, with a cursor to go on
/// from. So no combination of keys can hold a reader for long.
struct IndexSearch {
    static let mostCandidates = 50_000
    static let mostResults = 1_000

    let query: EventQuery

    /// One key of the query: the table that holds it and its value there.
    private struct Key {
        let table: String
        let value: DatabaseValue
    }

    func run(in database: Database) throws -> EventPage {
        let end = EventPage(indexes: [], next: nil)
        guard let head = try IndexFile.head(database) else { throw IndexError.unusable("the head is missing") }
        let range = try positions(upTo: min(head.size.value, query.below.value), in: database)
        guard !range.isEmpty, let keys = try keys(in: database) else { return end }
        let limit = max(1, min(query.limit, Self.mostResults))
        guard let driver = keys.first else { return Self.page(of: range, limit: limit) }
        return try scan(range, driver: driver, others: Array(keys.dropFirst()), limit: limit, in: database)
    }

    private func scan(_ range: Range<Int64>, driver: Key, others: [Key], limit: Int, in database: Database) throws
        -> EventPage
    {
        let candidates = try database.cachedStatement(
            sql:
                "SELECT position FROM \(driver.table) WHERE key = ? AND position >= ? AND position < ? ORDER BY position"
        )
        let probes = try others.map { key in
            (key, try database.cachedStatement(sql: "SELECT 1 FROM \(key.table) WHERE key = ? AND position = ?"))
        }
        let cursor = try Int64.fetchCursor(candidates, arguments: [driver.value, range.lowerBound, range.upperBound])
        var found: [LeafIndex] = []
        var looked = 0
        var last: Int64 = range.lowerBound
        while let position = try cursor.next() {
            // Here, and not when the page became full: a cursor is given only where something may follow.
            if found.count == limit { return EventPage(indexes: found, next: found.last) }
            if looked == Self.mostCandidates { return EventPage(indexes: found, next: LeafIndex(UInt64(last))) }
            let matches = try probes.allSatisfy { key, probe in
                try Int.fetchOne(probe, arguments: [key.value, position]) != nil
            }
            if matches { found.append(LeafIndex(UInt64(position))) }
            looked += 1
            last = position
        }
        return EventPage(indexes: found, next: nil)
    }

    /// Without keys every position matches.
    private static func page(of range: Range<Int64>, limit: Int) -> EventPage {
        let shown = range.prefix(limit).map { LeafIndex(UInt64($0)) }
        return EventPage(indexes: shown, next: shown.count < range.count ? shown.last : nil)
    }

    /// The query's keys, the most selective kind first; nil if one of them stands nowhere.
    private func keys(in database: Database) throws -> [Key]? {
        var keys: [Key] = []
        if let subject = query.subject { keys.append(Key(table: "of_subject", value: subject.data.databaseValue)) }
        for (table, word) in [("of_approver", query.approver), ("of_actor", query.actor), ("of_type", query.type)] {
            guard let word else { continue }
            guard let number = try IndexLookup.number(of: word, in: database) else { return nil }
            keys.append(Key(table: table, value: number.databaseValue))
        }
        return keys
    }

    /// The positions that cursor, size and times leave. The ledger's time never falls along the log, so its
    /// bounds are found by bisection and need no index of their own.
    private func positions(upTo size: UInt64, in database: Database) throws -> Range<Int64> {
        var lower: Int64 = query.after.map { Int64(clamping: $0.value) &+ 1 } ?? 0
        var upper = Int64(clamping: size)
        if lower < 0 { lower = .max }
        if let from = query.from { lower = max(lower, try first(notBefore: from, below: upper, in: database)) }
        if let to = query.to { upper = min(upper, try first(notBefore: to, below: upper, in: database)) }
        return lower < upper ? lower..<upper : 0..<0
    }

    private func first(notBefore time: Timestamp, below size: Int64, in database: Database) throws -> Int64 {
        let statement = try database.cachedStatement(sql: "SELECT ledgertime FROM entry WHERE position = ?")
        // The ledger's time has milliseconds; a bound between two of them means the later one.
        let bound = time.milliseconds + (time.nanoseconds % 1_000_000 == 0 ? 0 : 1)
        var (low, high) = (Int64(0), size)
        while low < high {
            let middle = low + (high - low) / 2
            guard let there = try Int64.fetchOne(statement, arguments: [middle]) else {
                throw IndexError.unusable("entry \(middle) is missing")
            }
            if there < bound { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

import Foundation
import GRDB
import LedgerCrypto

/// What the file says of its marks when it is opened.
package enum MarkFile {
    package static let schema = """
        CREATE TABLE secret (one INTEGER PRIMARY KEY CHECK (one = 1), key BLOB NOT NULL, sum BLOB NOT NULL);
        CREATE TABLE tail (first INTEGER PRIMARY KEY, marks BLOB NOT NULL);
        CREATE TABLE run (number INTEGER PRIMARY KEY, level INTEGER NOT NULL, first INTEGER NOT NULL,
            beyond INTEGER NOT NULL);
        CREATE TABLE block (run INTEGER NOT NULL, first BLOB NOT NULL, marks BLOB NOT NULL, UNIQUE (run, first));
        CREATE TABLE filter (run INTEGER NOT NULL, part INTEGER NOT NULL, lines BLOB NOT NULL, UNIQUE (run, part));
        """

    /// What numbers and levels of runs can be: far beyond what a log reaches, and far from an overflow.
    private static let numbers: Range<Int64> = 1..<1 << 62
    private static let levels: Range<Int64> = 0..<64

    package static func writeKey(in database: Database) throws {
        let key = try MarkKey.random()
        try database.execute(sql: "INSERT INTO secret VALUES (1, ?, ?)", arguments: [Data(key), sum(key)])
    }

    /// The key; a change of it shows, for under another key nothing would be found any more.
    static func key(in database: Database) throws -> MarkKey {
        guard let row = try Row.fetchOne(database, sql: "SELECT key, sum FROM secret"),
            let bytes = row.bytes(0).map(Array.init), let key = MarkKey(bytes), row.bytes(1) == sum(bytes)
        else { throw IndexError.unusable("the key of its marks is damaged") }
        return key
    }

    private static func sum(_ key: [UInt8]) -> Data { Data(Digest.sha256(Array("mark key ".utf8) + key).bytes) }

    /// The runs with their filters, ascending by position, without a gap from 0 on, within the index's size.
    static func runs(size: Int64, in database: Database) throws -> [MarkRun] {
        var end: Int64 = 0
        return try Row.fetchAll(database, sql: "SELECT number, level, first, beyond FROM run ORDER BY first").map {
            row in
            guard let number = row.integer(0), numbers.contains(number), let level = row.integer(1),
                levels.contains(level), row.integer(2) == end, let beyond = row.integer(3),
                beyond > end, beyond <= size
            else { throw IndexError.unusable("its runs do not follow one another") }
            let filter = try filter(of: number, identities: Int(beyond - end), in: database)
            defer { end = beyond }
            return MarkRun(number: number, level: level, positions: end..<beyond, filter: filter)
        }
    }

    private static func filter(of run: Int64, identities count: Int, in database: Database) throws -> MarkFilter {
        var lines: [UInt8] = []
        var next: Int64 = 0
        let parts = try Row.fetchCursor(
            database, sql: "SELECT part, lines FROM filter WHERE run = ? ORDER BY part", arguments: [run])
        while let part = try parts.next() {
            guard part.integer(0) == next, let sealed = part.bytes(1),
                let bytes = MarkSum.open(sealed, .filter, run, next)
            else {
                throw IndexError.unusable("the filter of run \(run) cannot be read")
            }
            lines.append(contentsOf: bytes)
            next += 1
        }
        guard let filter = MarkFilter(lines, identities: count) else {
            throw IndexError.unusable("the filter of run \(run) has a wrong length")
        }
        return filter
    }

    /// Numbers of runs that have blocks and no row: what a merge left unfinished, or has used up. And the next number.
    ///
    /// - Throws: `IndexError.unusable` where one of the runs has no block.
    static func loose(beside runs: [MarkRun], in database: Database) throws -> (dead: [Int64], next: Int64) {
        var named = Set(runs.map(\.number))
        var (dead, last) = ([Int64](), named.max() ?? 0)
        let select = try database.cachedStatement(sql: "SELECT run FROM block WHERE run > ? ORDER BY run LIMIT 1")
        var at = Int64.min
        while let run = try select.integer([at]) {
            guard numbers.contains(run) else { throw IndexError.unusable("a block is of no run") }
            if named.remove(run) == nil { dead.append(run) }
            (at, last) = (run, max(run, last))
        }
        guard named.isEmpty else { throw IndexError.unusable("a run has no blocks") }
        return (dead, last + 1)
    }

    /// Deletes up to `count` rows of a run's filter and blocks. Returns false once nothing is left.
    static func delete(_ run: Int64, upTo count: Int, in database: Database) throws -> Bool {
        for table in ["filter", "block"] {
            try database.cachedStatement(
                sql: "DELETE FROM \(table) WHERE rowid IN (SELECT rowid FROM \(table) WHERE run = ? LIMIT ?)"
            ).execute(arguments: [run, count])
            if database.changesCount > 0 { return true }
        }
        return false
    }
}

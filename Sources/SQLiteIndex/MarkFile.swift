import Foundation
import GRDB
import LedgerCrypto

/// What the file says of its marks when it is opened.
enum MarkFile {
    static let schema = """
        CREATE TABLE secret (one INTEGER PRIMARY KEY CHECK (one = 1), key BLOB NOT NULL, sum BLOB NOT NULL);
        CREATE TABLE tail (first INTEGER PRIMARY KEY, marks BLOB NOT NULL);
        CREATE TABLE run (number INTEGER PRIMARY KEY, level INTEGER NOT NULL, first INTEGER NOT NULL,
            beyond INTEGER NOT NULL);
        CREATE TABLE block (run INTEGER NOT NULL, first BLOB NOT NULL, marks BLOB NOT NULL, UNIQUE (run, first));
        CREATE TABLE filter (run INTEGER NOT NULL, part INTEGER NOT NULL, lines BLOB NOT NULL, UNIQUE (run, part));
        """

    static func writeKey(in database: Database) throws {
        let key = try MarkKey.random()
        try database.execute(sql: "INSERT INTO secret VALUES (1, ?, ?)", arguments: [Data(key), sum(key)])
    }

    /// The key; a change of it shows, for under another key nothing would be found any more.
    static func key(in database: Database) throws -> MarkKey {
        guard let row = try Row.fetchOne(database, sql: "SELECT key, sum FROM secret"),
            let bytes = Data.fromDatabaseValue(row[0]).map(Array.init), let key = MarkKey(bytes),
            Data.fromDatabaseValue(row[1]) == sum(bytes)
        else { throw IndexError.unusable("the key of its marks is damaged") }
        return key
    }

    private static func sum(_ key: [UInt8]) -> Data { Data(Digest.sha256(Array("mark key ".utf8) + key).bytes) }

    /// The runs with their filters, ascending by position, without a gap from 0 on.
    static func runs(in database: Database) throws -> [MarkRun] {
        var end: Int64 = 0
        return try Row.fetchAll(database, sql: "SELECT number, level, first, beyond FROM run ORDER BY first").map {
            row in
            guard let number = Int64.fromDatabaseValue(row[0]), let level = Int64.fromDatabaseValue(row[1]),
                Int64.fromDatabaseValue(row[2]) == end, let beyond = Int64.fromDatabaseValue(row[3]), beyond > end
            else { throw IndexError.unusable("its runs do not follow one another") }
            var lines: [UInt8] = []
            let parts = try Row.fetchCursor(
                database, sql: "SELECT lines FROM filter WHERE run = ? ORDER BY part", arguments: [number])
            while let part = try parts.next() { Data.fromDatabaseValue(part[0]).map { lines.append(contentsOf: $0) } }
            guard let filter = MarkFilter(lines, identities: Int(beyond - end)) else {
                throw IndexError.unusable("the filter of run \(number) has a wrong length")
            }
            defer { end = beyond }
            return MarkRun(number: number, level: level, positions: end..<beyond, filter: filter)
        }
    }

    /// Numbers of runs that have blocks and no row: what a merge left unfinished, or has used up. And the next number.
    static func loose(in database: Database) throws -> (dead: [Int64], next: Int64) {
        let named = try Set(Int64.fetchAll(database, sql: "SELECT number FROM run"))
        var (dead, last) = ([Int64](), named.max() ?? 0)
        var at = Int64.min
        while let run = try Int64.fetchOne(database, sql: "SELECT min(run) FROM block WHERE run > ?", arguments: [at]) {
            if !named.contains(run) { dead.append(run) }
            (at, last) = (run, max(run, last))
        }
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

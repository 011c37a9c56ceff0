import Foundation
import GRDB

/// The newest marks: one row of the table `tail` a transaction, its key the first position.
enum MarkTail {
    static func write(_ marks: ArraySlice<Mark>, from first: Int64, in database: Database) throws {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Mark.byteCount * marks.count)
        for mark in marks { mark.append(to: &bytes) }
        try database.cachedStatement(sql: "INSERT INTO tail VALUES (?, ?)").execute(arguments: [
            first, MarkSum.seal(bytes, .tail, first),
        ])
    }

    static func read(in database: Database) throws -> [Mark] {
        var all: [Mark] = []
        let rows = try Row.fetchCursor(database.cachedStatement(sql: "SELECT first, marks FROM tail ORDER BY first"))
        while let row = try rows.next() {
            guard let first = row.integer(0), let sealed = row.bytes(1),
                let bytes = MarkSum.open(sealed, .tail, first), let marks = Mark.list(bytes)
            else {
                throw IndexError.unusable("the newest marks cannot be read")
            }
            all += marks
        }
        return all
    }

    static func delete(in database: Database) throws {
        try database.execute(sql: "DELETE FROM tail")
    }
}

import ApprovalEvents
import GRDB
import LedgerEngine
import MerkleTree
import SQLiteIndex
import Testing

@Suite("A transaction that fails in the middle") struct FailedTransactionTests {
    let directory: Directory

    init() throws { directory = try Directory() }

    /// Everything that the file holds, row by row.
    private func content(_ queue: DatabaseQueue) throws -> [String] {
        try queue.read { database in
            try ["applied", "word", "moment", "posting", "tail", "run", "block", "filter"].flatMap { table in
                try Row.fetchAll(database, sql: "SELECT * FROM \(table)").map { row in
                    "\(table) \(row.databaseValues)"
                }.sorted()
            }
        }
    }

    private func expectRows(_ index: SQLiteIndex, upTo size: UInt64) throws {
        #expect(try index.applied() == Rows.head(size))
        let asked = (0..<size + 50).map { Rows.identity($0) }
        let expected = (0..<size).map { LeafIndex($0) } + Array(repeating: nil, count: 50)
        #expect(try index.positions(of: asked) == expected)
        for subject in [0, size / 8, size / 4 - 1] {
            let query = EventQuery(subject: Text("apr_\(subject)"), below: TreeSize(size), limit: 9)
            #expect(try index.search(query).indexes == (4 * subject..<4 * subject + 4).map { LeafIndex($0) })
        }
    }

    @Test(
        arguments: [
            "INSERT ON tail", "DELETE ON tail", "INSERT ON block", "DELETE ON block", "INSERT ON filter",
            "DELETE ON filter", "INSERT ON run", "DELETE ON run", "INSERT ON posting", "INSERT ON applied",
        ], ["ABORT", "ROLLBACK"])
    func `Memory and file stay as they were, and go on afterwards`(place: String, way: String) throws {
        let path = directory.file("index.db")
        let index = try SQLiteIndex(path: path, sizes: MarkSizes(tail: 80, fanOut: 2))
        var size: UInt64 = 0
        func apply() throws {
            try index.apply(Rows.rows(size..<size + 40), head: Rows.head(size + 40))
            size += 40
        }
        for _ in 0..<13 { try apply() }
        let other = try DatabaseQueue(path: path)
        try other.writeWithoutTransaction { database in
            try database.execute(
                sql: "CREATE TRIGGER refuse BEFORE \(place) BEGIN SELECT RAISE(\(way), 'refused'); END")
        }
        var before: [String] = []
        let error = try #require(throws: DatabaseError.self) {
            for _ in 0..<20 {
                before = try content(other)
                try apply()
            }
        }
        #expect(error.message == "refused")
        for _ in 0..<2 {
            #expect(try content(other) == before)
            try expectRows(index, upTo: size)
            #expect(throws: DatabaseError.self) { try apply() }
        }
        try other.writeWithoutTransaction { try $0.execute(sql: "DROP TRIGGER refuse") }
        for _ in 0..<20 { try apply() }
        try expectRows(index, upTo: size)
        #expect(index.complaint == nil)
        try index.close()
        try expectRows(SQLiteIndex(path: path), upTo: size)
    }
}

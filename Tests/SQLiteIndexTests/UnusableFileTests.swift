import ApprovalEvents
import Foundation
import GRDB
import LedgerEngine
import MerkleTree
import SQLiteIndex
import TestMaterial
import Testing

@Suite("A file that is no index of ours") struct UnusableFileTests {
    let directory: Directory
    let path: String

    init() throws {
        directory = try Directory()
        path = directory.file("index.db")
    }

    /// It reports nothing usable, refuses work, and is replaced by `reset`.
    private func expectUnusable(_ comment: Comment) throws {
        let index = try SQLiteIndex(path: path)
        #expect(try index.applied() == nil, comment)
        #expect(index.complaint != nil, comment)
        #expect(throws: IndexError.self, comment) { try index.positions(of: [Rows.identity(0)]) }
        #expect(throws: IndexError.self, comment) { try index.search(EventQuery(below: TreeSize(1), limit: 1)) }
        #expect(throws: IndexError.self, comment) { try index.apply(Rows.rows(0..<1), head: Rows.head(1)) }
        try index.reset()
        #expect(try index.applied() == .empty, comment)
        try index.apply(Rows.rows(0..<10), head: Rows.head(10))
        #expect(try index.positions(of: [Rows.identity(7)]) == [LeafIndex(7)], comment)
        try index.close()
    }

    private func alter(_ sql: String) throws {
        try Rows.filled(path, to: 10).close()
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    @Test func `Text that is no database`() throws {
        try Data("not a database, but long enough to have a header of sixteen bytes\n".utf8).write(
            to: URL(fileURLWithPath: path))
        try expectUnusable("text")
        #expect(FileManager.default.fileExists(atPath: path + ".unusable"))
    }

    @Test func `Another program's database`() throws {
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: "CREATE TABLE theirs (a)") }
        try queue.close()
        try expectUnusable("foreign")
    }

    @Test(arguments: [0, 1, 99]) func `An index of another version`(version: Int) throws {
        try alter("PRAGMA user_version = \(version)")
        try expectUnusable("version \(version)")
    }

    @Test(arguments: [
        "DELETE FROM applied", "UPDATE applied SET size = 11", "UPDATE applied SET size = -1",
        "UPDATE applied SET root = x'00'", "UPDATE applied SET size = 0", "DELETE FROM moment",
        "INSERT INTO moment VALUES (9000000000000, 10)", "DROP TABLE applied", "DROP TABLE moment",
    ])
    func `An index that contradicts itself`(sql: String) throws {
        try alter(sql)
        try expectUnusable("\(sql)")
    }

    @Test func `An index whose pages are overwritten never crashes, and can be replaced`() throws {
        try Rows.filled(path, to: 2_000).close()
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        for page in stride(from: 0, to: whole.count, by: 4096) {
            var damaged = whole
            for place in page..<min(page + 64, whole.count) { damaged[place] = 0xA5 }
            try damaged.write(to: URL(fileURLWithPath: path))
            let index = try SQLiteIndex(path: path)
            if try index.applied() != nil {
                _ = try? index.positions(of: (0..<2_000).map { Rows.identity($0) })
                _ = try? index.search(
                    EventQuery(type: "dev.countersign.approval.reviewed.v1", below: TreeSize(2_000), limit: 1_000))
            }
            try index.reset()
            #expect(try index.applied() == .empty)
            try index.close()
            try? FileManager.default.removeItem(atPath: path + ".unusable")
        }
    }

    @Test func `Every length of a cut file is either usable or said not to be`() throws {
        try Rows.filled(path, to: 500).close()
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        for length in stride(from: 0, to: whole.count, by: 1021) {
            try whole.prefix(length).write(to: URL(fileURLWithPath: path))
            let index = try SQLiteIndex(path: path)
            let applied = try index.applied()
            #expect(applied == nil || applied == .empty || applied == Rows.head(500), "\(length)")
            try index.reset()
            #expect(try index.applied() == .empty)
            try index.close()
        }
    }

    private func alterRuns(_ sql: String) throws {
        let index = try SQLiteIndex(path: path, sizes: MarkSizes(tail: 64, fanOut: 3))
        for start in stride(from: UInt64(0), to: 2_000, by: 100) {
            try index.apply(Rows.rows(start..<start + 100), head: Rows.head(start + 100))
        }
        try index.apply(Rows.rows(2_000..<2_010), head: Rows.head(2_010))
        try index.close()
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    @Test(arguments: [
        "UPDATE secret SET key = zeroblob(32)", "DELETE FROM secret", "UPDATE filter SET lines = x'00'",
        "DELETE FROM filter", "DELETE FROM block", "DELETE FROM run WHERE first = 0", "DELETE FROM tail",
        "UPDATE tail SET marks = substr(marks, 2)", "UPDATE tail SET marks = substr(marks, 25)",
        "UPDATE filter SET lines = zeroblob(length(lines))", "UPDATE run SET beyond = 9223372036854775807",
    ])
    func `An index whose runs or newest marks contradict one another`(sql: String) throws {
        try alterRuns(sql)
        try expectUnusable("\(sql)")
    }

    @Test func `A bit that is another in marks or filters is found: at the opening, or when the block is asked for`()
        throws
    {
        var random = SeededRandom(seed: 41)
        for (table, column) in [("tail", "marks"), ("filter", "lines"), ("block", "marks")] {
            for _ in 0..<12 {
                try? FileManager.default.removeItem(atPath: path)
                try alterRuns("SELECT 1")
                let queue = try DatabaseQueue(path: path)
                try queue.write { database in
                    let rows = try Int64.fetchAll(database, sql: "SELECT rowid FROM \(table)")
                    let row = try #require(rows.randomElement(using: &random))
                    var bytes = try #require(
                        try Data.fetchOne(
                            database, sql: "SELECT \(column) FROM \(table) WHERE rowid = ?", arguments: [row]))
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] ^=
                        1 << UInt8.random(in: 0..<8, using: &random)
                    try database.execute(
                        sql: "UPDATE \(table) SET \(column) = ? WHERE rowid = ?", arguments: [bytes, row])
                }
                try queue.close()
                let index = try SQLiteIndex(path: path)
                if table == "block" {
                    let all = (0..<2_010).map { Rows.identity(UInt64($0)) }
                    let found = try? index.positions(of: all)
                    // Subjects' blocks are not asked for by identities, and hold none.
                    #expect(found == nil || found?.contains(nil) == false)
                } else {
                    #expect(try index.applied() == nil, "\(table)")
                }
                try index.close()
            }
        }
    }

    @Test func `What another process applied since the file was opened is known once the head is asked for`() throws {
        let first = try Rows.filled(path, to: 10)
        let second = try SQLiteIndex(path: path)
        try first.apply(Rows.rows(10..<20), head: Rows.head(20))
        try first.close()
        #expect(try second.applied() == Rows.head(20))
        #expect(try second.positions(of: [Rows.identity(15)]) == [LeafIndex(15)])
        try second.apply(Rows.rows(20..<30), head: Rows.head(30))
        #expect(try second.positions(of: [Rows.identity(15), Rows.identity(25)]) == [LeafIndex(15), LeafIndex(25)])
        try second.close()
    }

    @Test func `Whoever did not ask for the head does not go on behind another process`() throws {
        let first = try Rows.filled(path, to: 10)
        let second = try SQLiteIndex(path: path)
        try first.apply(Rows.rows(10..<20), head: Rows.head(20))
        #expect(throws: IndexError.self) { try second.apply(Rows.rows(20..<30), head: Rows.head(30)) }
        try first.close()
        try second.close()
    }

    @Test(arguments: [
        "UPDATE block SET marks = substr(marks, 2)",
        "UPDATE block SET marks = substr(marks, 25) || substr(marks, 1, 24)",
        "UPDATE block SET marks = x''",
    ])
    func `A block that cannot be read is found when it is asked for, and the next start builds anew`(sql: String) throws
    {
        try alterRuns(sql)
        let index = try SQLiteIndex(path: path)
        #expect(try index.applied() == Rows.head(2_010))
        #expect(throws: IndexError.self) { try index.positions(of: (0..<2_000).map { Rows.identity($0) }) }
        #expect(try index.applied() == nil)
        try index.close()
        try expectUnusable("\(sql)")
    }

    @Test(arguments: [
        "applied SET size = 'x'", "applied SET size = 0.5", "applied SET root = 'x'", "applied SET root = 5",
        "applied SET sum = 5", "moment SET position = 'x' || position", "moment SET position = position + 0.5",
        "word SET text = number", "word SET text = 'x' || number", "posting SET first = first || 'x'",
        "posting SET later = 'x'", "posting SET later = 5", "secret SET key = 5", "secret SET sum = 'x'",
        "tail SET marks = 5", "tail SET marks = 'x'", "run SET level = 'x'", "run SET level = 0x7FFFFFFFFFFFFFFF",
        "run SET first = 'x'", "run SET beyond = 'x'", "run SET number = number + 0x7FFFFFFFFFFFFF00",
        "run SET beyond = 0x7FFFFFFFFFFFFFFF WHERE first = (SELECT max(first) FROM run)", "block SET run = run || 'x'",
        "block SET first = 'x' || rowid", "block SET marks = 5", "block SET marks = 'x'", "filter SET run = run || 'x'",
        "filter SET part = part || 'x'", "filter SET lines = 5", "filter SET lines = 'x'",
    ])
    func `A column that has another type, or a number beyond all bounds, is found at the latest when it is asked for`(
        change: String
    ) throws {
        try alterRuns("UPDATE \(change)")
        let index = try SQLiteIndex(path: path)
        _ = try? index.positions(of: (0..<2_000).map { Rows.identity($0) })
        for query in [
            EventQuery(subject: "apr_3", below: TreeSize(2_010), limit: 9),
            EventQuery(type: "dev.countersign.approval.reviewed.v1", below: TreeSize(2_010), limit: 9),
            EventQuery(from: Rows.time(7), below: TreeSize(2_010), limit: 9),
        ] { _ = try? index.search(query) }
        #expect(index.complaint != nil)
        #expect(throws: IndexError.self) { try index.apply(Rows.rows(2_010..<2_020), head: Rows.head(2_020)) }
        try index.close()
        try expectUnusable("\(change)")
    }

    @Test func `A directory that is not there is an error, not a crash`() {
        #expect(throws: (any Error).self) { try SQLiteIndex(path: directory.file("no/such/index.db")) }
    }
}

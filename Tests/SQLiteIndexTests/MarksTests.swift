import ApprovalEvents
import GRDB
import LedgerEngine
import MerkleTree
import SQLiteIndex
import TestMaterial
import Testing

@Suite("Marks") struct MarksTests {
    /// A small run's filter and a large one's, and how many of 100,000 strangers either takes for one of its own: half of
    /// them to twice as many as the formula says (193 and 2,526).
    @Test(arguments: [(50_000, 97..<386), (1_100_000, 1_263..<5_052)])
    func `A filter has every identity that it was given, and few others`(count: Int, mistakes: Range<Int>) throws {
        var random = SeededRandom(seed: 1)
        func fingerprints(_ count: Int) -> [Fingerprint] {
            (0..<count).map { _ in Fingerprint(high: random.next() >> 1, low: random.next()) }
        }
        let (inside, strangers) = (fingerprints(count), fingerprints(100_000))
        var filter = MarkFilter(identities: inside.count)
        #expect(!strangers.contains { filter.mayContain($0) })
        for fingerprint in inside { filter.insert(fingerprint) }
        let read = try #require(MarkFilter(filter.bytes(of: 0..<filter.lineCount), identities: inside.count))
        for filter in [filter, read] {
            #expect(inside.allSatisfy { filter.mayContain($0) })
            let wrong = strangers.count { filter.mayContain($0) }
            #expect(mistakes.contains(wrong), "\(wrong) of 100,000")
        }
    }

    /// Marks in a file of their own, so that what happens between a look-up's steps is the test's to say.
    private struct Marked {
        let directory: Directory
        let pool: DatabasePool
        let marks: Marks
        var size: UInt64 = 0

        init() throws {
            directory = try Directory()
            pool = try DatabasePool(path: directory.file("marks.db"))
            try pool.write { database in
                try database.execute(sql: MarkFile.schema)
                try MarkFile.writeKey(in: database)
            }
            marks = try pool.read { try Marks(size: 0, sizes: MarkSizes(tail: 100, fanOut: 2), in: $0) }
        }

        /// Every hundred rows are a run; the second run of a level is merged with the first at once.
        mutating func addRun() throws {
            let rows = Rows.rows(size..<size + 100)
            marks.take(try pool.write { try marks.add(rows, in: $0) })
            size += 100
        }

        func runs() throws -> [Int64] {
            try pool.read { try Int64.fetchAll($0, sql: "SELECT number FROM run ORDER BY first") }
        }
    }

    @Test func `Runs are of one size, however many rows come at once, and all of them are found`() throws {
        let directory = try Directory()
        let index = try SQLiteIndex(path: directory.file("index.db"), sizes: MarkSizes(tail: 100, fanOut: 4))
        var size: UInt64 = 0
        for count in [1, 99, 100, 101, 250, 3, 46, 400, 0, 900, 7] as [UInt64] {
            try index.apply(Rows.rows(size..<size + count), head: Rows.head(size + count))
            size += count
            let all = (0..<size + 1).map { Rows.identity($0) }
            #expect(try index.positions(of: all) == (0..<size).map { LeafIndex($0) } + [nil], "\(size) rows")
        }
        let queue = try DatabaseQueue(path: directory.file("index.db"))
        let lengths = try queue.read { database in
            try Row.fetchAll(database, sql: "SELECT level, beyond - first FROM run ORDER BY first").map {
                ($0[0] as Int, $0[1] as Int)
            }
        }
        #expect(lengths.count > 4)
        for (level, length) in lengths { #expect(length == (0..<level).reduce(100) { product, _ in 4 * product }) }
        #expect(lengths.reduce(0) { $0 + $1.1 } == size / 100 * 100)
    }

    @Test(arguments: [1, 100] as [UInt64]) func `Where a merge takes a run away while it is asked, the writer answers`(
        count: UInt64
    ) throws {
        var marked = try Marked()
        try marked.addRun()
        let before = try marked.runs()
        let identities = (0..<count).map { Rows.identity($0) } + [Rows.identity(7_000)]
        var asked: [String] = []
        let found = try marked.marks.positions(of: identities) { _, body in
            // The look-up has chosen its runs: now they go.
            try marked.addRun()
            #expect(try Set(marked.runs()).isDisjoint(with: before))
            asked.append("a reader")
            let found = try marked.pool.read(body)
            #expect(found == nil)
            return found
        } writing: { body in
            asked.append("the writer")
            return try marked.pool.writeWithoutTransaction(body)
        }
        #expect(found == (0..<Int64(count)).map { $0 } + [nil])
        #expect(asked == ["a reader", "the writer"])
    }

    @Test func `A run that is gone for good makes the file unusable, and no identity new`() throws {
        var marked = try Marked()
        try marked.addRun()
        let pool = marked.pool
        try pool.write { try $0.execute(sql: "DELETE FROM run") }
        #expect(throws: IndexError.unusable("a run is gone")) {
            try marked.marks.positions(of: [Rows.identity(3)]) { _, body in
                try pool.read(body)
            } writing: { body in
                try pool.writeWithoutTransaction(body)
            }
        }
    }
}

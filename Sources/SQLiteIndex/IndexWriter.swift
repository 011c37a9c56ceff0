import ApprovalEvents
import Foundation
import GRDB
import LedgerCrypto
import LedgerEngine
import MerkleTree

/// Adds rows: cached statements, one transaction (the caller's).
struct IndexWriter {
    private let database: Database
    /// Words that were committed before.
    private let words: [Text: Int64]
    /// Words that this transaction made or read; the cache may have them once it is committed.
    private var learnt: [Text: Int64] = [:]
    private var postings: [Posting.Key: Posting] = [:]
    private var newest: Int64?

    /// - Returns: what the caches may remember after the commit.
    static func apply(
        _ rows: [IndexRow], head: TreeHead, words: WordCache, marks: Marks, in database: Database
    ) throws -> (words: [Text: Int64], marks: Marks.Addition) {
        guard let applied = try IndexFile.head(database) else { throw IndexError.unusable("the head is missing") }
        var next = applied.size.value
        for row in rows {
            guard row.index.value == next else { throw IndexError.notContiguous(expected: next, got: row.index.value) }
            next += 1
        }
        guard head.size.value == next else { throw IndexError.notContiguous(expected: next, got: head.size.value) }
        let addition = try marks.add(rows, in: database)
        var writer = IndexWriter(database, words)
        for row in rows { try writer.add(row) }
        for (key, posting) in writer.postings { try writer.write(posting, under: key) }
        try IndexFile.write(head, in: database)
        return (writer.learnt, addition)
    }

    private init(_ database: Database, _ words: WordCache) {
        self.database = database
        self.words = words.known
    }

    private mutating func add(_ row: IndexRow) throws {
        let position = Int64(row.index.value)
        if newest != row.ledgerTime.milliseconds {
            newest = row.ledgerTime.milliseconds
            try database.cachedStatement(sql: "INSERT OR IGNORE INTO moment VALUES (?, ?)")
                .execute(arguments: [newest, position])
        }
        try post(position, .type, row.type)
        for principal in row.actors { try post(position, .actor, principal) }
        for principal in row.approvers { try post(position, .approver, principal) }
    }

    private mutating func post(_ position: Int64, _ kind: Posting.Kind, _ word: Text) throws {
        let key = Posting.Key(kind: kind, word: try number(of: word))
        let isFull = postings[key, default: Posting(first: position)].add(position)
        if isFull, let posting = postings.removeValue(forKey: key) { try write(posting, under: key) }
    }

    private func write(_ posting: Posting, under key: Posting.Key) throws {
        try database.cachedStatement(sql: "INSERT INTO posting VALUES (?, ?, ?, ?)")
            .execute(arguments: [key.kind.rawValue, key.word, posting.first, Data(posting.later)])
    }

    private mutating func number(of word: Text) throws -> Int64 {
        if let known = words[word] ?? learnt[word] { return known }
        let number: Int64
        if let stored = try IndexLookup.number(of: word, in: database) {
            number = stored
        } else {
            try database.cachedStatement(sql: "INSERT INTO word (text) VALUES (?)").execute(arguments: [word.data])
            number = database.lastInsertedRowID
        }
        learnt[word] = number
        return number
    }
}

/// Single look-ups.
enum IndexLookup {
    static func number(of word: Text, in database: Database) throws -> Int64? {
        try database.cachedStatement(sql: "SELECT number FROM word WHERE text = ?").integer([word.data])
    }
}

extension Text {
    /// The bytes, as SQLite keeps and compares them: a TEXT value would end at a NUL.
    var data: Data { Data(string.utf8) }
}

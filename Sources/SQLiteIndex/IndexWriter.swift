import ApprovalEvents
import Foundation
import GRDB
import LedgerCrypto
import LedgerEngine
import MerkleTree

/// Adds rows: cached statements, one transaction (the caller's).
struct IndexWriter {
    private let database: Database
    private let words: WordCache
    /// Words that this transaction made or read; the cache may have them once it is committed.
    private var learnt: [Text: Int64] = [:]

    private let entry: Statement
    private let identity: Statement
    private let subject: Statement
    private let type: Statement
    private let actor: Statement
    private let approver: Statement

    /// - Returns: the words that the cache may remember after the commit.
    static func apply(_ rows: [IndexRow], head: TreeHead, words: WordCache, in database: Database) throws -> [Text:
        Int64]
    {
        guard let applied = try IndexFile.head(database) else { throw IndexError.unusable("the head is missing") }
        var next = applied.size.value
        for row in rows {
            guard row.index.value == next else { throw IndexError.notContiguous(expected: next, got: row.index.value) }
            next += 1
        }
        guard head.size.value == next else { throw IndexError.notContiguous(expected: next, got: head.size.value) }
        var writer = try IndexWriter(database, words)
        for row in rows { try writer.add(row) }
        try database.cachedStatement(sql: "UPDATE applied SET size = ?, root = ? WHERE one = 1")
            .execute(arguments: [Int64(next), Data(head.root.bytes)])
        return writer.learnt
    }

    private init(_ database: Database, _ words: WordCache) throws {
        self.database = database
        self.words = words
        entry = try database.cachedStatement(sql: "INSERT INTO entry VALUES (?, ?)")
        identity = try database.cachedStatement(sql: "INSERT OR IGNORE INTO identity VALUES (?, ?, ?)")
        subject = try database.cachedStatement(sql: "INSERT INTO of_subject VALUES (?, ?)")
        type = try database.cachedStatement(sql: "INSERT INTO of_type VALUES (?, ?)")
        actor = try database.cachedStatement(sql: "INSERT OR IGNORE INTO of_actor VALUES (?, ?)")
        approver = try database.cachedStatement(sql: "INSERT OR IGNORE INTO of_approver VALUES (?, ?)")
    }

    private mutating func add(_ row: IndexRow) throws {
        let position = Int64(row.index.value)
        try entry.execute(arguments: [position, row.ledgerTime.milliseconds])
        try identity.execute(arguments: [try number(of: row.identity.source), row.identity.id.data, position])
        guard database.changesCount == 1 else {
            throw IndexError.duplicate(
                source: row.identity.source.string, id: row.identity.id.string, at: row.index.value)
        }
        if let key = row.subject { try subject.execute(arguments: [key.data, position]) }
        try type.execute(arguments: [try number(of: row.type), position])
        for principal in row.actors { try actor.execute(arguments: [try number(of: principal), position]) }
        for principal in row.approvers { try approver.execute(arguments: [try number(of: principal), position]) }
    }

    private mutating func number(of word: Text) throws -> Int64 {
        if let known = learnt[word] ?? words[word] { return known }
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
        try Int64.fetchOne(
            database.cachedStatement(sql: "SELECT number FROM word WHERE text = ?"), arguments: [word.data])
    }

    static func position(of identity: EventIdentity, words: WordCache, in database: Database) throws -> LeafIndex? {
        guard let source = try words[identity.source] ?? number(of: identity.source, in: database) else { return nil }
        let statement = try database.cachedStatement(sql: "SELECT position FROM identity WHERE source = ? AND id = ?")
        return try Int64.fetchOne(statement, arguments: [source, identity.id.data]).map { LeafIndex(UInt64($0)) }
    }
}

extension Text {
    /// The bytes, as SQLite keeps and compares them: a TEXT value would end at a NUL.
    var data: Data { Data(string.utf8) }
}

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
    private var postings: [Posting.Key: Posting] = [:]
    private var newest: Int64?

    private let identity: BoundStatement
    private let subject: BoundStatement

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
        for (key, posting) in writer.postings { try writer.write(posting, under: key) }
        try IndexFile.write(head, in: database)
        return writer.learnt
    }

    private init(_ database: Database, _ words: WordCache) throws {
        self.database = database
        self.words = words
        identity = try BoundStatement("INSERT OR IGNORE INTO identity VALUES (?, ?, ?)", in: database)
        subject = try BoundStatement("INSERT INTO of_subject VALUES (?, ?)", in: database)
    }

    private mutating func add(_ row: IndexRow) throws {
        let position = Int64(row.index.value)
        let source = try number(of: row.identity.source)
        guard try identity.run(source, row.identity.id, position) == 1 else {
            throw IndexError.duplicate(
                source: row.identity.source.string, id: row.identity.id.string, at: row.index.value)
        }
        if let key = row.subject { try subject.run(key, position) }
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
        guard let posting = postings[key] else {
            postings[key] = Posting(first: position)
            return
        }
        if posting.count < Posting.mostPositions {
            postings[key]?.append(position)
        } else {
            try write(posting, under: key)
            postings[key] = Posting(first: position)
        }
    }

    private func write(_ posting: Posting, under key: Posting.Key) throws {
        try database.cachedStatement(sql: "INSERT INTO posting VALUES (?, ?, ?, ?)")
            .execute(arguments: [key.kind.rawValue, key.word, posting.first, Data(posting.later)])
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

    static func positions(
        of identities: [EventIdentity], words: WordCache, in database: Database
    ) throws -> [LeafIndex?] {
        let statement = try BoundStatement("SELECT position FROM identity WHERE source = ? AND id = ?", in: database)
        var sources: [Text: Int64?] = [:]
        var found: [LeafIndex?] = []
        found.reserveCapacity(identities.count)
        for identity in identities {
            let source: Int64?
            if let known = sources[identity.source] {
                source = known
            } else {
                source = try words[identity.source] ?? number(of: identity.source, in: database)
                sources[identity.source] = source
            }
            let position = try source.flatMap { try statement.number($0, identity.id) }
            found.append(position.map { LeafIndex(UInt64($0)) })
        }
        return found
    }
}

extension Text {
    /// The bytes, as SQLite keeps and compares them: a TEXT value would end at a NUL.
    var data: Data { Data(string.utf8) }
}

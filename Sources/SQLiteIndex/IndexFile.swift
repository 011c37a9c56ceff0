import Foundation
import GRDB
import Glibc
import LedgerCrypto
import MerkleTree

/// The file itself: its settings, its schema, and what makes it unusable.
///
/// Sources, types and principals are interned (`word`): they repeat in every row. What many entries share (a type,
/// a principal) is kept as `Posting`s, each the positions of one transaction; the ledger's time as the first position
/// of each moment. Identities and subjects are `Marks`: sorted runs of keyed fingerprints.
enum IndexFile {
    /// "CSgn": marks the file as a Countersign index.
    static let applicationID: Int32 = 0x4353_676E
    /// Connections that read at once.
    static let readers = 4
    /// Grows with every change of the schema; another number means: rebuild.
    static let version: Int32 = 6

    static let schema = """
        CREATE TABLE applied (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, root BLOB NOT NULL,
            sum BLOB NOT NULL);
        CREATE TABLE word (number INTEGER PRIMARY KEY, text BLOB NOT NULL UNIQUE);
        CREATE TABLE moment (ledgertime INTEGER PRIMARY KEY, position INTEGER NOT NULL);
        CREATE TABLE posting (kind INTEGER NOT NULL, key INTEGER NOT NULL, first INTEGER NOT NULL, later BLOB NOT NULL,
            PRIMARY KEY (kind, key, first)) WITHOUT ROWID;
        """

    /// Makes the file if it is missing, and mode 0600 either way. SQLite gives its side files the same mode.
    static func makePrivate(_ path: String) throws {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path]) }
        defer { close(file) }
        guard fchmod(file, 0o600) == 0 else {
            throw CocoaError(.fileWriteNoPermission, userInfo: [NSFilePathErrorKey: path])
        }
    }

    /// Opens the connections and asserts the settings: GRDB sets `synchronous` itself when it turns the
    /// write-ahead log on, so what was asked for is read back.
    static func openPool(_ path: String) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.label = "countersign.index"
        configuration.maximumReaderCount = readers
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA temp_store = MEMORY")
            // KiB. Runs are written one page after another: with 8 MiB the writer is no faster than with 2.
            try database.execute(sql: "PRAGMA cache_size = \(database.configuration.readonly ? -1024 : -2048)")
        }
        let pool = try DatabasePool(path: path, configuration: configuration)
        try pool.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA synchronous = NORMAL")
            guard try Int.fetchOne(database, sql: "PRAGMA synchronous") == 1 else {
                throw IndexError.setting("synchronous=NORMAL")
            }
            guard try String.fetchOne(database, sql: "PRAGMA journal_mode") == "wal" else {
                throw IndexError.setting("journal_mode=wal")
            }
        }
        return pool
    }

    /// Gives an empty file its schema; says of any other what is wrong with it, or nil.
    static func prepare(_ database: Database) throws -> String? {
        let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") ?? 0
        let application = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let version = try Int32.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        if tables == 0, application == 0, version == 0 {
            try database.execute(sql: schema)
            try database.execute(sql: MarkFile.schema)
            try MarkFile.writeKey(in: database)
            try write(.empty, in: database)
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            try database.execute(sql: "PRAGMA user_version = \(Self.version)")
            return nil
        }
        guard application == applicationID else { return "the file is another program's database" }
        guard version == Self.version else {
            return "the file has index version \(version), this program \(Self.version)"
        }
        guard try head(database) != nil else { return "the file does not say how far it reaches, or contradicts it" }
        // Of all types bytes are ordered last: where the first is bytes, all are.
        if let first = try Row.fetchOne(database, sql: "SELECT text FROM word ORDER BY text LIMIT 1"),
            first.bytes(0) == nil
        {
            return "a word cannot be read"
        }
        return nil
    }

    /// The head that the rows reflect; nil if the file contradicts itself.
    static func head(_ database: Database) throws -> TreeHead? {
        let statement = try database.cachedStatement(sql: "SELECT size, root, sum FROM applied WHERE one = 1")
        guard let row = try Row.fetchOne(statement), let size = row.integer(0), size >= 0,
            let root = row.bytes(1).flatMap({ Digest($0) }), row.bytes(2) == sum(size, root)
        else { return nil }
        let newest = try Row.fetchOne(
            database.cachedStatement(sql: "SELECT position FROM moment ORDER BY ledgertime DESC LIMIT 1"))
        guard newest.map({ $0.integer(0).map((0..<size).contains) ?? false }) ?? (size == 0) else { return nil }
        return TreeHead(size: TreeSize(UInt64(size)), root: root)
    }

    /// Says how far the rows reach.
    static func write(_ head: TreeHead, in database: Database) throws {
        let size = Int64(head.size.value)
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO applied VALUES (1, ?, ?, ?)")
            .execute(arguments: [size, Data(head.root.bytes), sum(size, head.root)])
    }

    /// Holds size and root together, so that a change of one alone shows.
    private static func sum(_ size: Int64, _ root: Digest) -> Data {
        Data(Digest.sha256(Array("\(size) \(root.hex)".utf8)).bytes)
    }

    /// Whether an error says something about the file's content, and not about the moment.
    static func meansDamage(_ error: DatabaseError) -> Bool {
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT, .SQLITE_SCHEMA, .SQLITE_MISMATCH, .SQLITE_ERROR: true
        default: false
        }
    }

    static func remove(_ path: String) throws {
        for suffix in ["-wal", "-shm", ""] where unlink(path + suffix) != 0 && errno != ENOENT {
            throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path + suffix])
        }
    }

    static func putAside(_ path: String) throws {
        try remove(path + ".unusable")
        if rename(path, path + ".unusable") != 0, errno != ENOENT {
            throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path])
        }
        try remove(path)
    }
}

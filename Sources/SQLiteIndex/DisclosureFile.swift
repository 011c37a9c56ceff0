import ApprovalEvents
import Foundation
import GRDB
import Glibc
import LedgerEngine

/// The disclosure store over one SQLite file, `private/disclosures.db`.
///
/// Unlike the index it is the only copy of what it holds, so it commits with `synchronous=FULL`: what is put
/// survives a power cut when `put` returns. What is erased is overwritten in the file (`secure_delete`), and the
/// write-ahead log, which holds older copies of the pages, is emptied before `erase` returns. What the disk
/// itself keeps of overwritten blocks, and the backups, are the operator's to see to.
public final class DisclosureFile: DisclosureStore {
    /// "CSdi": marks the file as a disclosure store.
    private static let applicationID: Int32 = 0x4353_6469
    private static let version: Int32 = 1

    private let queue: DatabaseQueue

    /// Opens the store at `path`, or makes it, at mode 0600, in a directory that is made at mode 0700.
    ///
    /// - Throws: `DisclosureFileError` for a file that is something else: it is never replaced, since nothing
    ///   could bring its content back.
    public init(path: String) throws {
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try IndexFile.makePrivate(path)
        do {
            queue = try Self.open(path)
            try queue.write { try Self.prepare($0) }
        } catch let error as DatabaseError where IndexFile.meansDamage(error) {
            throw DisclosureFileError.damaged(path: path, reason: error.description)
        }
    }

    public func put(_ disclosures: [Disclosure]) throws {
        guard !disclosures.isEmpty else { return }
        try queue.write { database in
            let insert = try database.cachedStatement(sql: "INSERT OR IGNORE INTO disclosure VALUES (?, ?)")
            for disclosure in disclosures {
                try insert.execute(arguments: [disclosure.digest.data, disclosure.text.data])
            }
        }
    }

    public func disclosures(for digests: [Text]) throws -> [Disclosure] {
        try queue.read { database in
            let select = try database.cachedStatement(sql: "SELECT text FROM disclosure WHERE digest = ?")
            return try digests.compactMap { digest in
                guard let text = try Data.fetchOne(select, arguments: [digest.data]) else { return nil }
                guard let disclosure = Disclosure(Text(String(decoding: text, as: UTF8.self))),
                    disclosure.digest == digest
                else { throw DisclosureFileError.notItsDigest(digest.string) }
                return disclosure
            }
        }
    }

    public func erase(_ digests: [Text]) throws {
        try queue.write { database in
            let delete = try database.cachedStatement(sql: "DELETE FROM disclosure WHERE digest = ?")
            for digest in digests { try delete.execute(arguments: [digest.data]) }
        }
        // Even if nothing was deleted: an earlier erasure may have been cut off between its commit and this.
        try queue.writeWithoutTransaction { database in
            let row = try Row.fetchOne(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            guard row?[0] == 0 else { throw DisclosureFileError.logNotEmptied }
        }
    }

    /// Writes what the store at `path` holds now into a new file, its user running or not. What was erased is in no page
    /// of it. When this returns, the copy survives a power cut.
    public static func copy(_ path: String, to target: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(10)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { database in
            guard try Int32.fetchOne(database, sql: "PRAGMA application_id") == applicationID else {
                throw DisclosureFileError.foreign
            }
            try database.execute(sql: "VACUUM INTO ?", arguments: [target])
        }
        try queue.close()
        // SQLite leaves both to the caller.
        guard chmod(target, 0o600) == 0 else { throw DisclosureFileError.notCopied(String(cString: strerror(errno))) }
        let file = Glibc.open(target, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw DisclosureFileError.notCopied(String(cString: strerror(errno))) }
        defer { Glibc.close(file) }
        guard fsync(file) == 0 else { throw DisclosureFileError.notCopied(String(cString: strerror(errno))) }
    }

    /// Lets go of the file. The store cannot be used after it.
    public func close() throws {
        try queue.close()
    }

    private static func open(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "countersign.disclosures"
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(10)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        // After GRDB's own settings: it sets `synchronous` itself when it turns the write-ahead log on.
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "PRAGMA secure_delete = ON")
            for (name, value) in [("synchronous", 2), ("secure_delete", 1)]
            where try Int.fetchOne(database, sql: "PRAGMA \(name)") != value {
                throw IndexError.setting("\(name)=\(value)")
            }
            guard try String.fetchOne(database, sql: "PRAGMA journal_mode") == "wal" else {
                throw IndexError.setting("journal_mode=wal")
            }
        }
        return queue
    }

    private static func prepare(_ database: Database) throws {
        let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") ?? 0
        let application = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let version = try Int32.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        if tables == 0, application == 0, version == 0 {
            try database.execute(
                sql: "CREATE TABLE disclosure (digest BLOB PRIMARY KEY, text BLOB NOT NULL) WITHOUT ROWID")
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            try database.execute(sql: "PRAGMA user_version = \(Self.version)")
            return
        }
        guard application == applicationID else { throw DisclosureFileError.foreign }
        guard version == Self.version else { throw DisclosureFileError.version(Int(version)) }
    }
}

/// Why the disclosure store cannot be used.
public enum DisclosureFileError: Error, Hashable, Sendable, CustomStringConvertible {
    case damaged(path: String, reason: String)
    case foreign
    case version(Int)
    /// What is stored under a digest does not have it.
    case notItsDigest(String)
    /// The rows are gone, but older copies of them may still stand in the write-ahead log: erase again.
    case logNotEmptied
    /// A copy could not be made durable.
    case notCopied(String)

    public var description: String {
        switch self {
        case .damaged(let path, let reason): "\(path) is damaged: \(reason); restore it from its own backup"
        case .foreign: "the disclosure store is another program's database"
        case .version(let version): "the disclosure store has version \(version), which this program does not know"
        case .notItsDigest(let digest): "the disclosure stored under \(digest) does not have this digest"
        case .notCopied(let reason): "the copy of the disclosures could not be finished: \(reason)"
        case .logNotEmptied: "the disclosures were deleted, but the write-ahead log could not be emptied"
        }
    }
}

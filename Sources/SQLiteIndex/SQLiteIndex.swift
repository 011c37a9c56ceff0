import ApprovalEvents
import Dispatch
import Foundation
import GRDB
import LedgerCrypto
import LedgerEngine
import MerkleTree
import Synchronization

/// The event index over one SQLite file: who is where, and what a search finds.
///
/// The file is derived from the log and may be lost at any time. So it is written with
/// `synchronous=NORMAL`: after a power cut it is an older state of itself, and the engine applies what
/// is missing. A file that is something else (another program's, another version's, damaged) is not an
/// error either: `applied()` is nil, and `reset()` puts it aside and begins a new one.
///
/// It holds identities, subjects, types, principals' opaque ids and times: nothing that a submission
/// may conceal. Files are mode 0600.
public final class SQLiteIndex: EventIndex {
    private enum Store {
        case usable(DatabasePool, Marks)
        /// Why the file cannot be used, in words for the log.
        case unusable(String)
    }

    private let path: String
    private let sizes: MarkSizes
    private let store: Mutex<Store>
    private let words = WordCache()
    /// Fewer searches at once than there are readers: the look-ups of a commit never queue behind them.
    private let searches = DispatchSemaphore(value: IndexFile.readers - 1)

    /// Opens the index at `path`, or makes a new one.
    ///
    /// - Throws: where a file can be neither opened nor made (a missing directory, a full disk), or SQLite does
    ///   not take the settings. Never because of what the file holds.
    public convenience init(path: String) throws {
        try self.init(path: path, sizes: MarkSizes())
    }

    package init(path: String, sizes: MarkSizes) throws {
        self.path = path
        self.sizes = sizes
        store = Mutex(try Self.open(path, sizes))
    }

    /// Why nothing usable is there; nil if the index can be used.
    public var complaint: String? {
        guard case .unusable(let reason) = store.withLock({ $0 }) else { return nil }
        return reason
    }

    public func applied() throws -> TreeHead? {
        guard case .usable(let pool, let marks) = store.withLock({ $0 }) else { return nil }
        do {
            // Where the writer is, so that nothing is applied meanwhile by this process.
            return try watching(pool) {
                try pool.writeWithoutTransaction { database in
                    var head: TreeHead?
                    try database.inTransaction(.deferred) {
                        head = try IndexFile.head(database)
                        // Whoever held the log's lock before may have applied more since the file was opened.
                        if let size = head?.size.value, Int64(size) != marks.size {
                            let newer = try Marks(size: Int64(size), sizes: sizes, in: database)
                            store.withLock { $0 = .usable(pool, newer) }
                        }
                        return .commit
                    }
                    return head
                }
            }
        } catch IndexError.unusable {
            return nil
        }
    }

    public func positions(of identities: [EventIdentity]) throws -> [LeafIndex?] {
        let (pool, marks) = try usable()
        let found = try watching(pool) {
            // Rows never change, and one that is not there yet is known to whoever asks: no look-up needs to agree with
            // another. A transaction is cheaper only where it saves many statements a lock of their own.
            try marks.positions(of: identities) { blocks, body in
                try blocks > 4 ? pool.read(body) : pool.unsafeRead(body)
            } writing: { body in
                try pool.writeWithoutTransaction(body)
            }
        }
        return found.map { $0.map { LeafIndex(UInt64($0)) } }
    }

    public func apply(_ rows: [IndexRow], head: TreeHead) throws {
        let (pool, marks) = try usable()
        try watching(pool) {
            try pool.writeWithoutTransaction { database in
                var done: (words: [Text: Int64], marks: Marks.Addition)?
                do {
                    try database.inTransaction {
                        done = try IndexWriter.apply(rows, head: head, words: words, marks: marks, in: database)
                        return .commit
                    }
                } catch {
                    marks.giveUpMerges()
                    throw error
                }
                // Only now, and still the only writer: nothing rolled back must be remembered.
                if let done {
                    words.remember(done.words)
                    marks.take(done.marks)
                }
            }
        }
    }

    public func search(_ query: EventQuery) throws -> EventPage {
        searches.wait()
        defer { searches.signal() }
        let (pool, marks) = try usable()
        return try watching(pool) { try pool.read { try IndexSearch(query: query, key: marks.key).run(in: $0) } }
    }

    /// Puts an unusable file aside as `<path>.unusable` (for whoever wonders), deletes a usable one, and begins a
    /// new one.
    public func reset() throws {
        try store.withLock { store in
            switch store {
            case .usable(let pool, _):
                try pool.close()
                try IndexFile.remove(path)
            case .unusable:
                try IndexFile.putAside(path)
            }
            words.forget()
            store = try Self.open(path, sizes)
        }
    }

    /// Lets go of the file, its write-ahead log folded in. The index cannot be used after it.
    public func close() throws {
        try store.withLock { store in
            if case .usable(let pool, _) = store {
                try pool.close()
                store = .unusable("the index was closed")
            }
        }
    }

    private static func open(_ path: String, _ sizes: MarkSizes) throws -> Store {
        try IndexFile.makePrivate(path)
        do {
            let pool = try IndexFile.openPool(path)
            do {
                if let complaint = try pool.write({ try IndexFile.prepare($0) }) {
                    throw IndexError.unusable(complaint)
                }
                let marks = try pool.read { database in
                    try Marks(
                        size: Int64(IndexFile.head(database)?.size.value ?? 0), sizes: sizes, in: database)
                }
                return .usable(pool, marks)
            } catch {
                try pool.close()
                throw error
            }
        } catch let error as DatabaseError where IndexFile.meansDamage(error) {
            return .unusable(error.description)
        } catch IndexError.unusable(let reason) {
            return .unusable(reason)
        }
    }

    private func usable() throws -> (DatabasePool, Marks) {
        switch store.withLock({ $0 }) {
        case .usable(let pool, let marks): return (pool, marks)
        case .unusable(let reason): throw IndexError.unusable(reason)
        }
    }

    /// Gives the file up where what was read of it means damage.
    private func watching<Value>(_ pool: DatabasePool, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError where IndexFile.meansDamage(error) {
            giveUp(pool, error.description)
            throw IndexError.unusable(error.description)
        } catch IndexError.unusable(let reason) {
            giveUp(pool, reason)
            throw IndexError.unusable(reason)
        }
    }

    private func giveUp(_ pool: DatabasePool, _ reason: String) {
        store.withLock { store in
            guard case .usable(let current, _) = store, current === pool else { return }
            store = .unusable(reason)
        }
        // So that the next start builds it anew, where the file can still be written.
        try? pool.writeWithoutTransaction { try $0.execute(sql: "DELETE FROM applied") }
    }
}

/// Why the index did not do what it was asked to.
public enum IndexError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file holds nothing usable; it must be rebuilt.
    case unusable(String)
    /// Rows that do not continue where the index ends, or do not reach the head given.
    case notContiguous(expected: UInt64, got: UInt64)
    /// An identity that the index holds already: the log has one event twice.
    case duplicate(source: String, id: String, at: UInt64)
    /// SQLite did not take a setting that the index rests on.
    case setting(String)

    public var description: String {
        switch self {
        case .unusable(let reason): "the index cannot be used: \(reason)"
        case .notContiguous(let expected, let got): "the index expects \(expected) next and was given \(got)"
        case .duplicate(let source, let id, let at): "entry \(at) has the identity of an earlier one: \(source) \(id)"
        case .setting(let name): "SQLite did not take the setting \(name)"
        }
    }
}

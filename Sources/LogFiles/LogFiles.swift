import LedgerCrypto
import LedgerEngine
import MerkleTree
import Synchronization

/// A log in append-only files: the embedded default store.
///
/// The entry files are the truth. Levels and offsets can be made again from them; heads are what was promised on
/// top of them. `LogWriter` and `HeadLog` tell what stands at each step of a crash, `Recovery` what is made of it.
public final class LogFiles: LogStorage {
    private let reads: LogReads
    private let snapshot: Mutex<PublishedHead?>
    private let writer: Mutex<LogWriter>
    private let heads: HeadLog
    public let recovery: RecoveryReport

    /// How a log is written.
    public struct Options: Hashable, Sendable {
        /// Entries of one segment: chosen when a log begins, and kept for ever. Tests take fewer, to reach the seams.
        public var segmentEntries: UInt64 = 65_536
        /// How far ahead the newest segment gets its room on the disk, so that a flush need not write lengths.
        public var preallocation: UInt64 = 4 << 20
        /// Bytes of a commit, or of its share of a segment, up to which its thread reads back first and flushes then. More
        /// than that is flushed by another thread meanwhile; but to wake one takes its time, above all where the cores are busy.
        public var flushedAloneBytes = 256 << 10
        /// The newest segments, which the system may keep in memory after they were written; at least the one that is
        /// written.
        public var segmentsInMemory: UInt64 = 16

        public init() {}
    }

    init(writer: consuming LogWriter, published: PublishedHead?, recovery: RecoveryReport) {
        reads = writer.reads
        self.recovery = recovery
        heads = writer.heads
        snapshot = Mutex(published)
        self.writer = Mutex(writer)
    }

    /// Makes an empty log of `origin` in `directory`, which may be there but must not hold a log, and opens it.
    public static func create(
        _ directory: String, origin: [UInt8], options: Options = Options(), in system: any FileSystem = DiskFileSystem()
    ) throws -> LogFiles {
        try Layout(root: directory).lay(in: system)
        return try open(directory, origin: origin, options: options, in: system)
    }

    /// Opens a log for writing: takes the lock, recovers, flushes what it found. Nothing is signed by it.
    ///
    /// `seen` names who has seen the log at what size (the index, a witness): what they have seen is never cut.
    public static func open(
        _ directory: String, origin: [UInt8], seen: [SeenHead] = [], options: Options = Options(),
        in system: any FileSystem = DiskFileSystem()
    ) throws -> LogFiles {
        let layout = Layout(root: directory)
        let lock = try OpenFile(layout.lock, for: .creating, in: system)
        guard try lock.lock() else { throw StorageError.locked("\(layout.lock): another process writes this log") }
        let base = try StoreBase(layout: layout, origin: Digest.sha256(origin), options: options, system: system)
        var recovery = try Recovery(base: base, seen: seen)
        return try recovery.run(holding: lock)
    }

    // MARK: Reading

    public var published: PublishedHead? { snapshot.withLock { $0 } }

    public func bundle(_ range: Range<UInt64>) throws -> [UInt8] {
        try published.check(entries: range)
        return try reads.bundle(range)
    }

    public func nodes(_ addresses: [NodeAddress]) throws -> [Digest] {
        try published.check(addresses)
        return try reads.nodes(addresses)
    }

    public func hashes(level: UInt8, from index: UInt64, count: Int) throws -> [UInt8] {
        try published.check(level: level, from: index, count: count)
        return try reads.hashes(level: level, from: index, count: count)
    }

    public func note(for size: TreeSize) throws -> [UInt8]? {
        guard let published, size <= published.size else { return nil }
        return size == published.size ? published.note : try reads.note(for: size.value)
    }

    // MARK: Writing

    public var frontier: Frontier { writer.withLock { $0.frontier } }

    public func commit(_ plan: BatchPlan) throws {
        try writer.withLock { try $0.commit(plan) }
    }

    public func publish(_ head: PublishedHead) throws {
        try heads.append(head)
        snapshot.withLock { $0 = head }
    }

    /// Makes every published head survive a power cut, beside the commits: before somebody outside sees one who would
    /// miss it if it were gone. A failure breaks the store as a failed commit does.
    public func flushHeads() throws {
        try heads.flush()
    }

    public func settle() throws {
        try writer.withLock { try $0.settle() }
    }

    public func close() throws {
        try writer.withLock { try $0.close() }
        reads.forget()
    }
}

import LedgerCrypto
import MerkleTree

/// What may be read of a log: entries, tree nodes and notes. Every method is safe from any thread.
///
/// Reads beyond `published` are refused with `StorageError.outOfRange`: what lies there may still vanish.
public protocol LogReading: Sendable {
    /// The newest head that was signed; nil before entry 0.
    var published: PublishedHead? { get }

    /// The entries `[from, to)` in bundle coding (C2SP tlog-tiles): for each one a big-endian u16 length, then
    /// its bytes.
    func bundle(_ range: Range<UInt64>) throws -> [UInt8]

    /// The digests of `addresses`, in their order. Every address must be a perfect subtree of the published tree.
    func nodes(_ addresses: [NodeAddress]) throws -> [Digest]

    /// `count` neighbouring nodes of one binary level as they are served in a tile: 32 bytes each.
    func hashes(level: UInt8, from index: UInt64, count: Int) throws -> [UInt8]

    /// The newest stored note of exactly this size, or nil: not every size was published.
    func note(for size: TreeSize) throws -> [UInt8]?
}

/// The one place where a log is written. One process, one writer: the sequencer commits from its own executor, and
/// one stage behind it publishes heads.
///
/// The protocol exists because two stores do: `LogFiles` on a disk, and the same over layers that inject faults
/// and power cuts. A contract test in `LedgerEngineTests` runs any of them.
public protocol LogStorage: LogReading {
    /// What a writer needs to go on: the frontier of every durable entry, published or not.
    var frontier: Frontier { get }

    /// What opening it found and repaired.
    var recovery: RecoveryReport { get }

    /// Gives the plan's entries the next positions.
    ///
    /// When this returns, they have been read back and hashed again, and they survive a power cut. Readers do not see
    /// them before a head that covers them is published.
    ///
    /// After `StorageError.notCommitted` nothing has happened and the store can be used on. After any other error
    /// the batch may or may not be there: the store is broken, refuses everything, and must be opened again.
    func commit(_ plan: BatchPlan) throws

    /// Stores a signed head and shows it to readers, with everything below it.
    ///
    /// The head must be one that a commit led to, not smaller than the published one; the published one may come again
    /// with another note. Anything else is refused with `StorageError.outOfRange` and changes nothing: one root per
    /// size, for ever. A failure to store it breaks the store as a failed commit does.
    ///
    /// Safe beside a commit, and not held up by it; two calls at once are not for the caller to make.
    func publish(_ head: PublishedHead) throws

    /// Flushes what commits leave unflushed and moves the watermark, so that the next recovery begins here.
    /// Called every few seconds; a failure breaks the store as a failed commit does.
    func settle() throws

    /// Settles and lets go of the files. The store cannot be used after it.
    func close() throws
}

/// Why a store did not do what it was asked to.
public enum StorageError: Error, Sendable, CustomStringConvertible {
    /// Nothing was written that counts; the store works on. A full disk, most often.
    case notCommitted(String)
    /// A step failed whose effect is unknown (a flush, a read-back that differs). End the process, open again.
    case broken(String)
    /// The files contradict themselves or a signed head. Named for the operator; nothing is repaired silently.
    case corrupt(String)
    /// A log is there already, where a new one was to be made.
    case occupied(String)
    /// Another process writes this log.
    case locked(String)
    /// Asked for what is not (yet) published.
    case outOfRange(String)

    public var description: String {
        switch self {
        case .notCommitted(let what): "not committed: \(what)"
        case .broken(let what): "storage broken: \(what)"
        case .corrupt(let what): "corrupt: \(what)"
        case .occupied(let what): "occupied: \(what)"
        case .locked(let what): "locked: \(what)"
        case .outOfRange(let what): "out of range: \(what)"
        }
    }
}

import ApprovalEvents
import MerkleTree
import Synchronization

/// How the ledger is: for `/readyz`, `/metrics` and the operator. A value, taken at one moment.
public struct SequencerStatus: Hashable, Sendable {
    public enum Condition: Hashable, Sendable {
        case running
        /// Nothing is sealed or signed until the witnesses have cosigned the newest stored head.
        case awaitingWitnesses
        /// Nothing is sealed or signed until the clock is right again; the words say what is wrong with it.
        case clockStopped(String)
        /// The store is broken, or the key does not sign: the process must end and recover.
        case failed(String)
        case shuttingDown
    }

    public var condition: Condition = .running
    public var head: TreeHead
    /// The newest `ledgertime`, which is also when the newest head was signed, to the second.
    public var newest: Timestamp
    /// Events that wait for their commit.
    public var waiting = 0
    /// Entries that are durable and wait for a signed head.
    public var unpublished = 0
    /// Published entries that the index does not have yet.
    public var indexLag = 0
    /// Why the index does not follow, where it fails.
    public var indexTrouble: String?

    public var commits: UInt64 = 0
    public var sealed: UInt64 = 0
    public var resent: UInt64 = 0
    public var bytes: UInt64 = 0
    public var refused: [Text: UInt64] = [:]

    /// Ready to take events: what `/readyz` answers by.
    public var isReady: Bool { condition == .running && indexTrouble == nil }

    init(head: TreeHead, newest: Timestamp) {
        self.head = head
        self.newest = newest
    }
}

/// The status as it changes: written by the sequencer, read by anybody.
final class StatusBoard: Sendable {
    private let state: Mutex<SequencerStatus>

    init(_ status: SequencerStatus) {
        state = Mutex(status)
    }

    func update(_ change: (inout SequencerStatus) -> Void) {
        state.withLock { change(&$0) }
    }

    var current: SequencerStatus { state.withLock { $0 } }
}

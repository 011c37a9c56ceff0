import ApprovalEvents
import MerkleTree

/// The identities of events and what they are searched by: derived from the entries, rebuilt when in doubt.
///
/// Synchronous. `positions` is called from the sequencer's executor, `apply` from one follower at a time,
/// `search` from readers, all at the same moment: an implementation must let them run beside one another.
/// It holds nothing that a submission may conceal.
public protocol EventIndex: Sendable {
    /// The head up to which the rows reach; nil when nothing usable is there (it is then rebuilt from entry 0).
    func applied() throws -> TreeHead?
    /// The position of each event, in the order asked; nil for one that is not in the rows.
    func positions(of identities: [EventIdentity]) throws -> [LeafIndex?]
    /// Adds rows that continue at `applied()` and reach `head`, in one transaction: all of them or none. Throws where an
    /// identity is there already; below a row's `askedAt` that need not be looked for.
    func apply(_ rows: [IndexRow], head: TreeHead) throws
    func search(_ query: EventQuery) throws -> EventPage
    /// Forgets everything: the index belongs to another log, or is newer than this one.
    func reset() throws
}

/// What a search asks for. Members that are nil match everything.
public struct EventQuery: Hashable, Sendable {
    public var subject: Text?
    public var type: Text?
    public var actor: Text?
    public var approver: Text?
    /// Bounds of the ledger's time: `from` is inside, `to` is not.
    public var from: Timestamp?
    public var to: Timestamp?
    /// The cursor: only what lies after this position.
    public var after: LeafIndex?
    /// The published size: rows at or beyond it are not shown.
    public var below: TreeSize
    public var limit: Int

    public init(
        subject: Text? = nil, type: Text? = nil, actor: Text? = nil, approver: Text? = nil, from: Timestamp? = nil,
        to: Timestamp? = nil, after: LeafIndex? = nil, below: TreeSize, limit: Int
    ) {
        self.subject = subject
        self.type = type
        self.actor = actor
        self.approver = approver
        self.from = from
        self.to = to
        self.after = after
        self.below = below
        self.limit = limit
    }
}

/// One page of a search, ascending by position.
public struct EventPage: Hashable, Sendable {
    public let indexes: [LeafIndex]
    /// Pass it as `after` for the next page; nil at the end.
    public let next: LeafIndex?

    public init(indexes: [LeafIndex], next: LeafIndex?) {
        self.indexes = indexes
        self.next = next
    }
}

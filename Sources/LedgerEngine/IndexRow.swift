import ApprovalEvents
import MerkleTree

/// What the index keeps of an entry: never anything that could have been concealed.
///
/// A reference: it goes from the commit to the index through several hands, and has a dozen references of its own.
public final class IndexRow: Sendable {
    public let index: LeafIndex
    public let identity: EventIdentity
    public let type: Text
    public let subject: Text?
    /// Everybody who acted in the event, those on whose behalf, and the accounts through which: ids, each once.
    public let actors: [Text]
    /// The reviewer of an `approval.reviewed`, with the same neighbours.
    public let approvers: [Text]
    public let time: Timestamp
    public let ledgerTime: Timestamp
    /// The index was asked for the identity when it had at least so many entries, and did not know it: who seals a row has
    /// asked. 0 where nobody has.
    public let askedAt: TreeSize

    public init(
        index: LeafIndex, identity: EventIdentity, type: Text, subject: Text?, actors: [Text], approvers: [Text],
        time: Timestamp, ledgerTime: Timestamp, askedAt: TreeSize = TreeSize(0)
    ) {
        self.index = index
        self.identity = identity
        self.type = type
        self.subject = subject
        self.actors = actors
        self.approvers = approvers
        self.time = time
        self.ledgerTime = ledgerTime
        self.askedAt = askedAt
    }

    public convenience init(index: LeafIndex, entry: LedgerEntry) {
        let people = entry.withData { EventPeople(type: entry.type, data: $0) }
        self.init(
            index: index, identity: entry.identity, type: entry.type, subject: entry.subject, actors: people.actors,
            approvers: people.approvers, time: entry.time, ledgerTime: entry.ledgerTime)
    }

    convenience init(index: LeafIndex, event: ApprovalEvent, ledgerTime: Timestamp, askedAt: TreeSize) {
        self.init(
            index: index, identity: event.identity, type: event.type, subject: event.subject,
            actors: event.people.actors, approvers: event.people.approvers, time: event.time ?? ledgerTime,
            ledgerTime: ledgerTime, askedAt: askedAt)
    }
}

import ApprovalEvents
import MerkleTree

/// What the index keeps of an entry: never anything that could have been concealed.
public struct IndexRow: Hashable, Sendable {
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

    public init(
        index: LeafIndex, identity: EventIdentity, type: Text, subject: Text?, actors: [Text], approvers: [Text],
        time: Timestamp, ledgerTime: Timestamp
    ) {
        self.index = index
        self.identity = identity
        self.type = type
        self.subject = subject
        self.actors = actors
        self.approvers = approvers
        self.time = time
        self.ledgerTime = ledgerTime
    }

    public init(index: LeafIndex, entry: LedgerEntry) {
        let people = entry.withData { EventPeople(type: entry.type, data: $0) }
        self.init(
            index: index, identity: entry.identity, type: entry.type, subject: entry.subject, actors: people.actors,
            approvers: people.approvers, time: entry.time, ledgerTime: entry.ledgerTime)
    }

    init(index: LeafIndex, event: ApprovalEvent, people: EventPeople, ledgerTime: Timestamp) {
        self.init(
            index: index, identity: event.identity, type: event.type, subject: event.subject, actors: people.actors,
            approvers: people.approvers, time: event.time ?? ledgerTime, ledgerTime: ledgerTime)
    }
}

/// The principals of an event, found by their shape (EVENTS §2: `kind` is one of four words, and an `id`), so
/// that a type that is added later is searchable without a change here. Foreign types have none.
struct EventPeople: Hashable, Sendable {
    private static let kinds: [ShortName] = ["human", "agent", "service", "system"]
    private static let reviewed: Text = "dev.countersign.approval.reviewed.v1"
    /// EVENTS §2: `on_behalf_of` is at most 8 deep.
    private static let deepest = 9

    let actors: [Text]
    let approvers: [Text]

    init(_ event: ApprovalEvent) {
        self = event.withData { EventPeople(type: event.type, data: $0) }
    }

    init(type: Text, data: JSONNode?) {
        var found: [Text] = []
        var reviewers: [Text] = []
        if let data, VocabularyType.isOurs(type) {
            for (_, value) in data.members { Self.collect(value, into: &found) }
            if type == Self.reviewed, let reviewer = data["reviewer"] { Self.collect(reviewer, into: &reviewers) }
        }
        actors = found
        approvers = reviewers
    }

    private static func collect(_ value: JSONNode, into found: inout [Text]) {
        var next = value
        for _ in 0..<deepest {
            guard next.isObject, let kind = next["kind"]?.shortName, kinds.contains(kind), let id = next["id"]?.string
            else { return }
            if !found.contains(id) { found.append(id) }
            if let account = next["via"]?["id"]?.string, !found.contains(account) { found.append(account) }
            guard let behind = next["on_behalf_of"] else { return }
            next = behind
        }
    }
}

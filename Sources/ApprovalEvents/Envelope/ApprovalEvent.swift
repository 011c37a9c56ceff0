/// A submission that holds to every rule: syntax, envelope, vocabulary, digests, disclosures.
///
/// Only `parse` and `ledger` make one, so whoever holds one need not look again. Everything that sealing needs is
/// prepared here, because many of these are made at once and only one thread seals.
public struct ApprovalEvent: Sendable {
    let content: EventContent
    /// What was disclosed with the event. It is kept apart and never sealed.
    public let disclosures: [Disclosure]
    /// What resends are compared by: the canonical form of what was submitted, with the disclosures put back.
    public let canonicalSubmission: [UInt8]
    let sealable: SealableForm

    init(_ given: EventDraft, rules: IntakeRules) throws(EventRefusal) {
        var draft = given
        let payload = draft.checkSubmission(rules: rules)
        let concealment = draft.checkConcealment()
        draft.placeBody()
        guard draft.violations.isEmpty, let content = EventContent(draft, payload: payload) else {
            throw EventRefusal(draft.violations)
        }
        let sealable = SealableForm(content.attributes)
        var submission = sealable.bytes
        if let concealment {
            var open = content.attributes
            open["data"] = concealment.data
            submission = open.canonicalBytes
        }
        let size = max(submission.count, sealable.bytes.count)
        guard size <= EventLimits.submissionBytes else { throw EventRefusal([.tooLarge(size, at: draft.root)]) }
        self.content = content
        disclosures = concealment?.disclosures ?? []
        canonicalSubmission = submission
        self.sealable = sealable
    }

    /// An event that the ledger itself makes. It holds to the same rules as any other.
    public static func ledger(
        _ payload: EventPayload, id: Text, time: Timestamp, subject: Text? = nil, source: Text = "/ledger"
    ) throws(EventRefusal) -> ApprovalEvent {
        var draft = EventDraft(at: .root)
        var given: [(name: Text, value: Text)] = [("id", id), ("source", source), ("specversion", "1.0")]
        if let subject { given.append(("subject", subject)) }
        given.append(("time", time.text))
        if let type = payload.type { given.append(("type", type.text)) }
        draft.take(given)
        if let json = payload.json { draft.take(data: .object(json)) }
        return try ApprovalEvent(draft, rules: .standard)
    }
}

extension ApprovalEvent {
    public var identity: EventIdentity { content.identity }
    /// The CloudEvents `type`.
    public var type: Text { content.type }
    public var subject: Text? { content.subject }
    /// When the source says that it happened; nil only for foreign events that do not say.
    public var time: Timestamp? { content.time }
    public var sourceSequence: UInt64? { content.sourceSequence }
    /// The data, typed, as it is sealed: what is concealed is not in it.
    public var payload: EventPayload { content.payload }
    /// The envelope and its data as they will be sealed, without the ledger's three attributes.
    public var attributes: JSONObject { content.attributes }
}

extension ApprovalEvent: Hashable {
    public static func == (left: ApprovalEvent, right: ApprovalEvent) -> Bool {
        left.sealable.bytes == right.sealable.bytes && left.disclosures == right.disclosures
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(content.identity) }
}

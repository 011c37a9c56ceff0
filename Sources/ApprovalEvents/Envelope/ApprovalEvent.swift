/// A submission that holds to every rule: syntax, envelope, vocabulary, digests, disclosures.
///
/// Only `parse` and `ledger` make one, so whoever holds one need not look again. Everything that sealing needs is
/// prepared here, because many of these are made at once and only one thread seals.
///
/// A reference: it goes through many hands on its way into the log.
public final class ApprovalEvent: Sendable {
    let content: EventContent
    /// What was disclosed with the event. It is kept apart and never sealed.
    public let disclosures: [Disclosure]
    /// What resends are compared by: the canonical form of what was submitted, with the disclosures put back.
    public let canonicalSubmission: [UInt8]
    let sealable: SealableForm
    /// Who acted in it.
    package let people: EventPeople

    /// - Parameter draft: an event as it came. Afterwards it is what was made of it.
    init(_ draft: inout EventDraft, rules: IntakeRules) throws(EventRefusal) {
        let family = draft.checkSubmission(rules: rules)
        draft.settleContentType()
        guard draft.violations.isEmpty, let content = EventContent(draft, family: family) else {
            throw EventRefusal(draft.violations)
        }
        sealable = SealableForm(draft)
        people = EventPeople(content, draft.body)
        disclosures = draft.opened?.disclosures ?? []
        if let opened = draft.opened {
            draft.body = .json(JSONPart(JSONDocument(opened.data)))
            canonicalSubmission = SealableForm(draft).bytes
        } else {
            canonicalSubmission = sealable.bytes
        }
        self.content = content
        let size = max(canonicalSubmission.count, sealable.bytes.count)
        guard size <= EventLimits.submissionBytes else { throw EventRefusal([.tooLarge(size, at: draft.root)]) }
    }

    /// An event that the ledger itself makes. It holds to the same rules as any other.
    public static func ledger(
        _ payload: EventPayload, id: Text, time: Timestamp, subject: Text? = nil, source: Text = "/ledger"
    ) throws(EventRefusal) -> ApprovalEvent {
        var draft = EventDraft(at: .root)
        var given = [
            EventAttribute(.id, id), EventAttribute(.source, source), EventAttribute(.specversion, "1.0"),
        ]
        if let subject { given.append(EventAttribute(.subject, subject)) }
        given.append(EventAttribute(.time, time.text))
        if let type = payload.type { given.append(EventAttribute(.type, type.text)) }
        draft.take(given)
        if let json = payload.json { draft.take(data: JSONPart(JSONDocument(.object(json)))) }
        return try ApprovalEvent(&draft, rules: .standard)
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
    /// The data, typed, as it is sealed: what is concealed is not in it. Read anew each time that it is asked for.
    public var payload: EventPayload { content.payload(in: sealable.bytes) }
    /// The envelope and its data as they will be sealed, without the ledger's three attributes. Read anew each time that
    /// it is asked for.
    public var attributes: JSONObject { EventContent.members(in: sealable.bytes) }
    /// Lends the member `data`, nil where there is none, without a copy of all that is in it.
    package func withData<Result>(_ body: (JSONNode?) -> Result) -> Result {
        EventContent.withData(in: sealable.bytes, body)
    }
}

extension ApprovalEvent: Hashable {
    public static func == (left: ApprovalEvent, right: ApprovalEvent) -> Bool {
        left.sealable.bytes == right.sealable.bytes && left.disclosures == right.disclosures
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(content.identity) }
}

/// What identifies an event for ever: no two events of a log share it. Compared as bytes.
public struct EventIdentity: Hashable, Sendable {
    public let source: Text
    public let id: Text

    public init(source: Text, id: Text) {
        self.source = source
        self.id = id
    }
}

/// What an event says, submitted or sealed.
struct EventContent: Hashable, Sendable {
    let identity: EventIdentity
    let type: Text
    let subject: Text?
    /// Only a foreign event may leave it out.
    let time: Timestamp?
    let sourceSequence: UInt64?
    let payload: EventPayload
    /// The envelope and its data as they are sealed, without the ledger's three attributes.
    let attributes: JSONObject

    /// The content of a draft in which nothing was found wrong; nil if something is missing all the same.
    init?(_ draft: EventDraft, payload: EventPayload?) {
        guard let source = draft.text("source"), let id = draft.text("id"), let type = draft.text("type"), let payload
        else { return nil }
        identity = EventIdentity(source: source, id: id)
        self.type = type
        subject = draft.text("subject")
        time = draft.text("time").flatMap { Timestamp($0) ?? Timestamp(rfc3339: $0) }
        sourceSequence = draft.text("sourcesequence").flatMap(EventDraft.sequence)
        self.payload = payload
        attributes = draft.attributes
    }
}

extension EventDraft {
    /// The family's rules and what the vocabulary says of the data.
    mutating func checkSubmission(rules: IntakeRules) -> EventPayload? {
        checkCommonRules()
        switch Family(type: text("type")) {
        case .unknown: return nil
        case .foreign:
            checkForeignRules(rules)
            return .foreign
        case .ours(let type):
            checkOwnRules(type)
            return payload()
        }
    }

    /// Reads the data by the vocabulary. An unknown type is reported even where there is no data to read.
    mutating func payload() -> EventPayload? {
        guard let type = text("type") else { return nil }
        if case .json(let data) = body {
            return EventPayload.decode(type: type, data: data, at: root.appending("data"), violations: &violations)
        }
        guard VocabularyType(type) == nil else { return nil }
        return EventPayload.decode(
            type: type, data: .object([:]), at: root.appending("data"), violations: &violations)
    }
}

/// What identifies an event for ever: no two events of a log share it. Compared as bytes.
public struct EventIdentity: Hashable, Sendable {
    public let source: Text
    public let id: Text
    /// Of both, for this process: an event on its way in is looked for in one table after another.
    private let hash: Int

    public init(source: Text, id: Text) {
        self.source = source
        self.id = id
        var hasher = Hasher()
        hasher.combine(source)
        hasher.combine(id)
        hash = hasher.finalize()
    }

    public static func == (left: EventIdentity, right: EventIdentity) -> Bool {
        left.hash == right.hash && left.id == right.id && left.source == right.source
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}

/// What an event says of itself, submitted or sealed. Its data are read from its bytes by those who ask.
///
/// A reference, for an event and the entry that it becomes share it.
final class EventContent: Sendable {
    /// Which vocabulary the data follow.
    enum Family: Hashable, Sendable {
        case ours(VocabularyType)
        case foreign
        /// Of a type or version of ours that this build does not know.
        case opaque
    }

    let identity: EventIdentity
    let type: Text
    let family: Family
    let subject: Text?
    /// Only a foreign event may leave it out.
    let time: Timestamp?
    let sourceSequence: UInt64?

    /// The content of a draft in which nothing was found wrong; nil if something is missing all the same.
    init?(_ draft: borrowing EventDraft, family: Family?) {
        guard let source = draft[.source], let id = draft[.id], let type = draft[.type], let family else { return nil }
        identity = EventIdentity(source: source, id: id)
        self.type = type
        self.family = family
        subject = draft[.subject]
        time = draft.time ?? draft[.time].flatMap { Timestamp($0) ?? Timestamp(rfc3339: $0) }
        sourceSequence = draft[.sourcesequence].flatMap(EventDraft.sequence)
    }

    /// Reads the data in `bytes`, an event's canonical form, which was found good when this was made.
    func payload(in bytes: [UInt8]) -> EventPayload {
        switch family {
        case .foreign: return .foreign
        case .opaque: return .opaque
        case .ours(let type):
            let payload = Self.withData(in: bytes) { data in data.flatMap { try? type.form.read($0) } }
            // What was inspected can be read: tests hold the two together. If not, no rule is to be decided from it.
            return payload ?? .opaque
        }
    }

    /// Lends the member `data` of an event in canonical form.
    static func withData<Result>(in bytes: [UInt8], _ body: (JSONNode?) -> Result) -> Result {
        guard let document = try? JSONDocument(parsing: bytes, maxDepth: 1 + EventLimits.foreignDepth) else {
            return body(nil)
        }
        return document.withRoot { body($0["data"]) }
    }

    /// All members of an event in canonical form.
    static func members(in bytes: [UInt8]) -> JSONObject {
        (try? JSONValue(parsing: bytes, maxDepth: 1 + EventLimits.foreignDepth))?.asObject ?? [:]
    }
}

extension EventDraft {
    /// The family's rules and what the vocabulary says of the data.
    /// - Returns: the family; nil where there is no type, or none that this version knows.
    mutating func checkSubmission(rules: IntakeRules) -> EventContent.Family? {
        checkCommonRules()
        let type = self[.type]
        switch Family(type: type) {
        case .unknown: return nil
        case .foreign:
            checkForeignRules(rules)
            return .foreign
        case .ours(let known):
            checkOwnRules(known?.type)
            guard let known else {
                violations.append(EventPayload.unknown(type ?? "", at: root.appending("data")))
                return nil
            }
            checkData(known)
            return .ours(known.type)
        }
    }

    private mutating func checkData(_ known: KnownType) {
        guard case .json(let data) = body else { return }
        let found = data.withNode { Inspector.inspect($0, as: known, at: .root) }
        for violation in found.violations { violations.append(violation.inside(root.appending("data"))) }
        checkConcealment(found.digests, in: data, of: known.type)
    }
}

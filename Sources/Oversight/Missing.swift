import ApprovalEvents

/// What the log lacks. One lack is named once in a case, however many checks rest on it.
enum Missing: Hashable, Sendable {
    case event(EventIdentity)
    case request
    case start(EventIdentity)
    case notice(EventIdentity)
    case identity(Text)
    case join(Text, Text)
    case chainEnd(Text)
    case account(Text)
    case action(ContentDigest)
    case shown(EventIdentity)
    case numbers(Text)
    case order(EventIdentity, EventIdentity)
    case policy(Text)
    case reading(Text)
    case entries(UInt64)
    case choice(String)

    /// Whether it is an event of the case, which a gap of its source may hold.
    var isOfGap: Bool {
        switch self {
        case .event, .request, .start, .notice: true
        default: false
        }
    }

    /// What would decide, in words.
    var words: String {
        switch self {
        case .event(let identity): "the event \(identity.id) of \(identity.source)"
        case .request: "the request of this case"
        case .start(let identity): "the start of what \(identity.source) observed as \(identity.id)"
        case .notice(let identity): "the notification that the vote \(identity.id) answers"
        case .identity(let id): "who \(id) is (a binding, an enrolment or a roster)"
        case .join(let one, let other): "whether \(one) and \(other) are one (a binding)"
        case .chainEnd(let id): "for whom \(id) acts"
        case .account(let account): "whose account \(account) is (a binding)"
        case .action(let digest): "the action whose digest is \(digest)"
        case .shown(let identity): "what the voter of \(identity.id) was shown"
        case .numbers(let source): "what \(source) sent under the numbers that are missing"
        case .order(let one, let other):
            "which came first, \(one.id) of \(one.source) or \(other.id) of \(other.source)"
        case .policy(let source): "the policy that governs \(source)"
        case .reading(let type): "a verifier that reads \(type)"
        case .entries(let count): count == 1 ? "one entry that was not given" : "\(count) entries that were not given"
        case .choice(let words): words
        }
    }
}

/// A membership that began or ended.
public struct Member: VocabularyObject {
    public var principal: PrincipalID
    public var at: Timestamp

    public init(principal: PrincipalID, at: Timestamp) {
        self.principal = principal
        self.at = at
    }

    package static let form = ObjectForm<Member>(
        "Member",
        "A membership that began or ended.",
        Member.init(principal:at:),
        .member("principal", \.principal, "Whose."),
        .member("at", \.at, "When it began or ended, by the directory."))
}

/// Sequence numbers that will never come.
public struct Interval: VocabularyObject {
    public var first: Int64
    public var last: Int64
    public var reason: Text

    public init(first: Int64, last: Int64, reason: Text) {
        self.first = first
        self.last = last
        self.reason = reason
    }

    package static let form = ObjectForm<Interval>(
        "Interval",
        "Sequence numbers that will never come.",
        rules: [
            .ordered("first", "last")
        ],
        Interval.init(first:last:reason:),
        .member("first", \.first, as: .integer(from: 1), "The first of them."),
        .member("last", \.last, as: .integer(from: 1), "The last of them."),
        .member("reason", \.reason, "Why."))
}

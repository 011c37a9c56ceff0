/// Somebody added a remark to an event.
public struct RecordAnnotated: EventData {
    public var target: EventRef
    public var author: Principal
    public var text: Text?
    /// The digests of members that are concealed here, as they stand in `_sd`.
    public var concealed: [Text]
    public var evidence: Evidence?

    public init(
        target: EventRef, author: Principal, text: Text? = nil, concealed: [Text] = [], evidence: Evidence? = nil
    ) {
        self.target = target
        self.author = author
        self.text = text
        self.concealed = concealed
        self.evidence = evidence
    }

    package static let type = VocabularyType.recordAnnotated
    package static let form = ObjectForm<RecordAnnotated>(
        "record.annotated",
        "Somebody added a remark to an event.",
        RecordAnnotated.init(target:author:text:concealed:evidence:),
        .member("target", \.target, "The event."),
        .member("author", \.author, "Who."),
        .concealable("text", \.text, "The remark."),
        .concealed(\.concealed),
        .evidence(\.evidence))
}

/// Concealed parts of an event were destroyed. Written before anything is.
public struct RecordErased: EventData {
    public var target: EventRef
    public var digests: [Text]
    public var basis: Text
    public var erasedBy: Principal
    public var authority: Authority?
    public var reason: Text?
    /// The digests of members that are concealed here, as they stand in `_sd`.
    public var concealed: [Text]
    public var evidence: Evidence?

    public init(
        target: EventRef, digests: [Text], basis: Text, erasedBy: Principal, authority: Authority? = nil,
        reason: Text? = nil, concealed: [Text] = [], evidence: Evidence? = nil
    ) {
        self.target = target
        self.digests = digests
        self.basis = basis
        self.erasedBy = erasedBy
        self.authority = authority
        self.reason = reason
        self.concealed = concealed
        self.evidence = evidence
    }

    package static let type = VocabularyType.recordErased
    package static let form = ObjectForm<RecordErased>(
        "record.erased",
        "Concealed parts of an event were destroyed. Written before anything is.",
        RecordErased.init(target:digests:basis:erasedBy:authority:reason:concealed:evidence:),
        .member("target", \.target, "The event."),
        .member("digests", \.digests, as: .digests, "The _sd digests whose disclosures are destroyed."),
        .member("basis", \.basis, "The legal ground."),
        .member("erased_by", \.erasedBy, "Who asked for it."),
        .member("authority", \.authority, "What allowed it."),
        .concealable("reason", \.reason, "Why."),
        .concealed(\.concealed),
        .evidence(\.evidence))
}

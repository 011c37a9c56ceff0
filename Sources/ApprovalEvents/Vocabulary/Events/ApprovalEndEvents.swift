/// The deciding system found the requirement met.
public struct ApprovalGranted: EventData {
    public var actionDigest: ContentDigest
    public var votes: [EventRef]
    public var notBefore: Timestamp?
    public var notAfter: Timestamp?
    public var uses: Int64?
    public var evidence: Evidence?

    public init(
        actionDigest: ContentDigest, votes: [EventRef], notBefore: Timestamp? = nil, notAfter: Timestamp? = nil,
        uses: Int64? = nil, evidence: Evidence? = nil
    ) {
        self.actionDigest = actionDigest
        self.votes = votes
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.uses = uses
        self.evidence = evidence
    }

    package static let type = VocabularyType.approvalGranted
    package static let form = ObjectForm<ApprovalGranted>(
        "approval.granted",
        "The deciding system found the requirement met.",
        ApprovalGranted.init(actionDigest:votes:notBefore:notAfter:uses:evidence:),
        .member("action_digest", \.actionDigest, "Digest of the action that may run."),
        .member("votes", \.votes, as: .list(EventRef.valueShape, 1...64), "The votes that count."),
        .member("not_before", \.notBefore, "From when; absent: the time of this event."),
        .member("not_after", \.notAfter, "Until when; absent: as the policy says."),
        .member("uses", \.uses, as: .integer(from: 1), "How often it may be used; absent: once."),
        .evidence(\.evidence))
}

/// The deciding system refused.
public struct ApprovalDenied: EventData {
    public var actionDigest: ContentDigest
    public var cause: DenialCause
    public var votes: [EventRef]?
    public var evidence: Evidence?

    public init(
        actionDigest: ContentDigest, cause: DenialCause, votes: [EventRef]? = nil, evidence: Evidence? = nil
    ) {
        self.actionDigest = actionDigest
        self.cause = cause
        self.votes = votes
        self.evidence = evidence
    }

    package static let type = VocabularyType.approvalDenied
    package static let form = ObjectForm<ApprovalDenied>(
        "approval.denied",
        "The deciding system refused.",
        rules: [
            .requires(["votes"], where: "cause", isOneOf: ["vote"])
        ],
        ApprovalDenied.init(actionDigest:cause:votes:evidence:),
        .member("action_digest", \.actionDigest, "Digest of the action that may not run."),
        .member("cause", \.cause, "What refused it."),
        .member("votes", \.votes, as: .list(EventRef.valueShape, 1...64), "The votes that did."),
        .evidence(\.evidence))
}

/// A request or a grant ran out of time.
public struct ApprovalExpired: EventData {
    public var what: ExpiredThing
    public var due: Timestamp
    public var grant: EventRef?
    public var evidence: Evidence?

    public init(what: ExpiredThing, due: Timestamp, grant: EventRef? = nil, evidence: Evidence? = nil) {
        self.what = what
        self.due = due
        self.grant = grant
        self.evidence = evidence
    }

    package static let type = VocabularyType.approvalExpired
    package static let form = ObjectForm<ApprovalExpired>(
        "approval.expired",
        "A request or a grant ran out of time.",
        rules: [
            .requires(["grant"], where: "what", isOneOf: ["grant"])
        ],
        ApprovalExpired.init(what:due:grant:evidence:),
        .member("what", \.what, "Which of them."),
        .member("due", \.due, "The deadline that passed."),
        .member("grant", \.grant, "The grant that ran out."),
        .evidence(\.evidence))
}

/// A request was taken back.
public struct ApprovalCancelled: EventData {
    public var cancelledBy: Principal
    public var reason: Text?
    /// The digests of members that are concealed here, as they stand in `_sd`.
    public var concealed: [Text]
    public var evidence: Evidence?

    public init(cancelledBy: Principal, reason: Text? = nil, concealed: [Text] = [], evidence: Evidence? = nil) {
        self.cancelledBy = cancelledBy
        self.reason = reason
        self.concealed = concealed
        self.evidence = evidence
    }

    package static let type = VocabularyType.approvalCancelled
    package static let form = ObjectForm<ApprovalCancelled>(
        "approval.cancelled",
        "A request was taken back.",
        ApprovalCancelled.init(cancelledBy:reason:concealed:evidence:),
        .member("cancelled_by", \.cancelledBy, "Who took it back."),
        .concealable("reason", \.reason, "Why."),
        .concealed(\.concealed),
        .evidence(\.evidence))
}

/// A grant was taken back.
public struct ApprovalRevoked: EventData {
    public var revokedBy: Principal
    public var grant: EventRef
    public var reason: Text?
    /// The digests of members that are concealed here, as they stand in `_sd`.
    public var concealed: [Text]
    public var evidence: Evidence?

    public init(
        revokedBy: Principal, grant: EventRef, reason: Text? = nil, concealed: [Text] = [], evidence: Evidence? = nil
    ) {
        self.revokedBy = revokedBy
        self.grant = grant
        self.reason = reason
        self.concealed = concealed
        self.evidence = evidence
    }

    package static let type = VocabularyType.approvalRevoked
    package static let form = ObjectForm<ApprovalRevoked>(
        "approval.revoked",
        "A grant was taken back.",
        ApprovalRevoked.init(revokedBy:grant:reason:concealed:evidence:),
        .member("revoked_by", \.revokedBy, "Who took it back."),
        .member("grant", \.grant, "The grant."),
        .concealable("reason", \.reason, "Why."),
        .concealed(\.concealed),
        .evidence(\.evidence))
}

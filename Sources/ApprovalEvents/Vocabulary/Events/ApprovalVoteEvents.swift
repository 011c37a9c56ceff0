/// Somebody voted. A person's last vote on a digest before the grant is the one that counts.
public struct ApprovalReviewed: EventData {
    public var reviewer: Principal
    public var decision: Decision
    public var actionDigest: ContentDigest
    public var shownDigest: ContentDigest?
    public var channel: Channel
    public var delegation: EventRef?
    public var groups: [PrincipalID]?
    public var signature: EventSignature?
    public var reason: Text?
    /// The digests of members that are concealed here, as they stand in `_sd`.
    public var concealed: [Text]
    public var evidence: Evidence?

    public init(
        reviewer: Principal, decision: Decision, actionDigest: ContentDigest, shownDigest: ContentDigest? = nil,
        channel: Channel, delegation: EventRef? = nil, groups: [PrincipalID]? = nil, signature: EventSignature? = nil,
        reason: Text? = nil, concealed: [Text] = [], evidence: Evidence? = nil
    ) {
        self.reviewer = reviewer
        self.decision = decision
        self.actionDigest = actionDigest
        self.shownDigest = shownDigest
        self.channel = channel
        self.delegation = delegation
        self.groups = groups
        self.signature = signature
        self.reason = reason
        self.concealed = concealed
        self.evidence = evidence
    }

    package static let type = VocabularyType.approvalReviewed
    package static let form = ObjectForm<ApprovalReviewed>(
        "approval.reviewed",
        "Somebody voted. A person's last vote on a digest before the grant is the one that counts.",
        ApprovalReviewed.init(
            reviewer:decision:actionDigest:shownDigest:channel:delegation:groups:signature:
            reason:concealed:evidence:),
        .member("reviewer", \.reviewer, "Who voted."),
        .member("decision", \.decision, "The vote."),
        .member("action_digest", \.actionDigest, "Digest of the action that was voted on."),
        .member("shown_digest", \.shownDigest, "Digest of what the voter was shown."),
        .member("channel", \.channel, "Where the vote was given."),
        .member("delegation", \.delegation, "The delegation that it rests on."),
        .member(
            "groups", \.groups,
            "The voter's groups as the source claims; used only where no roster is in the log."),
        .member("signature", \.signature, "The voter's own signature."),
        .concealable("reason", \.reason, "Why."),
        .concealed(\.concealed),
        .evidence(\.evidence))
}

/// A person passed rights to another, for a while. Without a subject it stands for every case.
public struct ApprovalDelegated: EventData {
    public var from: Principal
    public var to: PrincipalID
    public var groups: [PrincipalID]
    public var notBefore: Timestamp
    public var notAfter: Timestamp
    public var reason: Text?
    /// The digests of members that are concealed here, as they stand in `_sd`.
    public var concealed: [Text]
    public var evidence: Evidence?

    public init(
        from: Principal, to: PrincipalID, groups: [PrincipalID], notBefore: Timestamp, notAfter: Timestamp,
        reason: Text? = nil, concealed: [Text] = [], evidence: Evidence? = nil
    ) {
        self.from = from
        self.to = to
        self.groups = groups
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.reason = reason
        self.concealed = concealed
        self.evidence = evidence
    }

    package static let type = VocabularyType.approvalDelegated
    package static let form = ObjectForm<ApprovalDelegated>(
        "approval.delegated",
        "A person passed rights to another, for a while. Without a subject it stands for every case.",
        ApprovalDelegated.init(from:to:groups:notBefore:notAfter:reason:concealed:evidence:),
        .member("from", \.from, "Who passes them."),
        .member("to", \.to, "Who gets them."),
        .member("groups", \.groups, as: .list(PrincipalID.valueShape, atLeast: 1), "The rights that pass."),
        .member("not_before", \.notBefore, "From when."),
        .member("not_after", \.notAfter, "Until when."),
        .concealable("reason", \.reason, "Why."),
        .concealed(\.concealed),
        .evidence(\.evidence))
}

/// More groups were asked.
public struct ApprovalEscalated: EventData {
    public var by: Principal
    public var clause: Text
    public var toGroups: [PrincipalID]
    public var cause: EscalationCause
    public var evidence: Evidence?

    public init(
        by: Principal, clause: Text, toGroups: [PrincipalID], cause: EscalationCause, evidence: Evidence? = nil
    ) {
        self.by = by
        self.clause = clause
        self.toGroups = toGroups
        self.cause = cause
        self.evidence = evidence
    }

    package static let type = VocabularyType.approvalEscalated
    package static let form = ObjectForm<ApprovalEscalated>(
        "approval.escalated",
        "More groups were asked.",
        ApprovalEscalated.init(by:clause:toGroups:cause:evidence:),
        .member("by", \.by, "Who asked them."),
        .member("clause", \.clause, "The clause that they may meet."),
        .member("to_groups", \.toGroups, as: .list(PrincipalID.valueShape, atLeast: 1), "The groups."),
        .member("cause", \.cause, "Why."),
        .evidence(\.evidence))
}

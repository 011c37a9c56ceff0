/// Somebody went past a rule in an emergency.
public struct BreakglassInvoked: EventData {
    public var invokedBy: Principal
    public var scope: [Resource]
    public var actionDigest: ContentDigest?
    public var incident: Text?
    public var notAfter: Timestamp
    public var reviewDue: Timestamp
    public var policy: PolicyRef?
    public var reason: Text?
    /// The digests of members that are concealed here, as they stand in `_sd`.
    public var concealed: [Text]
    public var evidence: Evidence?

    public init(
        invokedBy: Principal, scope: [Resource], actionDigest: ContentDigest? = nil, incident: Text? = nil,
        notAfter: Timestamp, reviewDue: Timestamp, policy: PolicyRef? = nil, reason: Text? = nil,
        concealed: [Text] = [], evidence: Evidence? = nil
    ) {
        self.invokedBy = invokedBy
        self.scope = scope
        self.actionDigest = actionDigest
        self.incident = incident
        self.notAfter = notAfter
        self.reviewDue = reviewDue
        self.policy = policy
        self.reason = reason
        self.concealed = concealed
        self.evidence = evidence
    }

    package static let type = VocabularyType.breakglassInvoked
    package static let form = ObjectForm<BreakglassInvoked>(
        "breakglass.invoked",
        "Somebody went past a rule in an emergency.",
        BreakglassInvoked.init(
            invokedBy:scope:actionDigest:incident:notAfter:reviewDue:policy:reason:concealed:
            evidence:),
        .member("invoked_by", \.invokedBy, "Who."),
        .member("scope", \.scope, as: .list(Resource.valueShape, atLeast: 1), "What it covers."),
        .member("action_digest", \.actionDigest, "Digest of the one action that it covers, where it covers one only."),
        .member("incident", \.incident, "The incident."),
        .member("not_after", \.notAfter, "Until when it lasts."),
        .member("review_due", \.reviewDue, "When it must have been reviewed."),
        .member("policy", \.policy, "The rule that allows it."),
        .concealable("reason", \.reason, "Why."),
        .concealed(\.concealed),
        .evidence(\.evidence))
}

/// A break-glass use was looked at afterwards.
public struct BreakglassReviewed: EventData {
    public var invocation: EventRef
    public var reviewer: Principal
    public var executions: [Text]
    public var verdict: ReviewVerdict
    public var followUp: Text?
    public var reason: Text?
    /// The digests of members that are concealed here, as they stand in `_sd`.
    public var concealed: [Text]
    public var evidence: Evidence?

    public init(
        invocation: EventRef, reviewer: Principal, executions: [Text], verdict: ReviewVerdict, followUp: Text? = nil,
        reason: Text? = nil, concealed: [Text] = [], evidence: Evidence? = nil
    ) {
        self.invocation = invocation
        self.reviewer = reviewer
        self.executions = executions
        self.verdict = verdict
        self.followUp = followUp
        self.reason = reason
        self.concealed = concealed
        self.evidence = evidence
    }

    package static let type = VocabularyType.breakglassReviewed
    package static let form = ObjectForm<BreakglassReviewed>(
        "breakglass.reviewed",
        "A break-glass use was looked at afterwards.",
        BreakglassReviewed.init(invocation:reviewer:executions:verdict:followUp:reason:concealed:evidence:),
        .member("invocation", \.invocation, "The use."),
        .member("reviewer", \.reviewer, "Who looked at it."),
        .member("executions", \.executions, "The executions looked at; a later one is not reviewed."),
        .member("verdict", \.verdict, "What was found."),
        .member("follow_up", \.followUp, "The ticket of what follows."),
        .concealable("reason", \.reason, "Why."),
        .concealed(\.concealed),
        .evidence(\.evidence))
}

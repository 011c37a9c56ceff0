/// An action was put up for approval.
public struct ApprovalRequested: EventData {
    public var requester: Principal
    public var action: Action
    public var actionDigest: ContentDigest
    public var policy: PolicyRef?
    public var requirement: Requirement?
    public var expiresAt: Timestamp?
    public var context: Context?
    public var evidence: Evidence?

    public init(
        requester: Principal, action: Action, actionDigest: ContentDigest, policy: PolicyRef? = nil,
        requirement: Requirement? = nil, expiresAt: Timestamp? = nil, context: Context? = nil,
        evidence: Evidence? = nil
    ) {
        self.requester = requester
        self.action = action
        self.actionDigest = actionDigest
        self.policy = policy
        self.requirement = requirement
        self.expiresAt = expiresAt
        self.context = context
        self.evidence = evidence
    }

    package static let type = VocabularyType.approvalRequested
    package static let form = ObjectForm<ApprovalRequested>(
        "approval.requested",
        "An action was put up for approval.",
        rules: [
            .digest("action_digest", of: "action")
        ],
        ApprovalRequested.init(requester:action:actionDigest:policy:requirement:expiresAt:context:evidence:),
        .member("requester", \.requester, "Who wants it, and for whom."),
        .member("action", \.action, "What is wanted."),
        .member("action_digest", \.actionDigest, "Digest of the fully disclosed action."),
        .member("policy", \.policy, "The policy that the source followed."),
        .member(
            "requirement", \.requirement,
            "Who must approve, for sources with no policy in the log; never overrides a policy."),
        .member("expires_at", \.expiresAt, "Until when it stands; absent: as the policy says."),
        .member("context", \.context, "What surrounded it."),
        .evidence(\.evidence))
}

/// People were told of a request, and shown something.
public struct ApprovalNotified: EventData {
    public var recipients: [PrincipalID]
    public var channel: Channel
    public var shownDigest: ContentDigest
    public var actionDigest: ContentDigest
    public var truncated: Bool
    public var messageId: Text?
    public var evidence: Evidence?

    public init(
        recipients: [PrincipalID], channel: Channel, shownDigest: ContentDigest, actionDigest: ContentDigest,
        truncated: Bool, messageId: Text? = nil, evidence: Evidence? = nil
    ) {
        self.recipients = recipients
        self.channel = channel
        self.shownDigest = shownDigest
        self.actionDigest = actionDigest
        self.truncated = truncated
        self.messageId = messageId
        self.evidence = evidence
    }

    package static let type = VocabularyType.approvalNotified
    package static let form = ObjectForm<ApprovalNotified>(
        "approval.notified",
        "People were told of a request, and shown something.",
        ApprovalNotified.init(recipients:channel:shownDigest:actionDigest:truncated:messageId:evidence:),
        .member("recipients", \.recipients, as: .list(PrincipalID.valueShape, atLeast: 1), "Who was told."),
        .member("channel", \.channel, "Where."),
        .member("shown_digest", \.shownDigest, "Digest of the exact bytes that were handed to the channel."),
        .member("action_digest", \.actionDigest, "Digest of the action that was shown."),
        .member("truncated", \.truncated, "Whether something had to be left out."),
        .member("message_id", \.messageId, "The channel's own id of the message."),
        .evidence(\.evidence))
}

/// A request changed. Every earlier vote and grant of the case is void.
public struct ApprovalAmended: EventData {
    public var amendedBy: Principal
    public var oldDigest: ContentDigest
    public var action: Action
    public var actionDigest: ContentDigest
    public var policy: PolicyRef?
    public var expiresAt: Timestamp?
    public var reason: Text?
    /// The digests of members that are concealed here, as they stand in `_sd`.
    public var concealed: [Text]
    public var evidence: Evidence?

    public init(
        amendedBy: Principal, oldDigest: ContentDigest, action: Action, actionDigest: ContentDigest,
        policy: PolicyRef? = nil, expiresAt: Timestamp? = nil, reason: Text? = nil, concealed: [Text] = [],
        evidence: Evidence? = nil
    ) {
        self.amendedBy = amendedBy
        self.oldDigest = oldDigest
        self.action = action
        self.actionDigest = actionDigest
        self.policy = policy
        self.expiresAt = expiresAt
        self.reason = reason
        self.concealed = concealed
        self.evidence = evidence
    }

    package static let type = VocabularyType.approvalAmended
    package static let form = ObjectForm<ApprovalAmended>(
        "approval.amended",
        "A request changed. Every earlier vote and grant of the case is void.",
        rules: [
            .digest("action_digest", of: "action")
        ],
        ApprovalAmended.init(amendedBy:oldDigest:action:actionDigest:policy:expiresAt:reason:concealed:evidence:),
        .member("amended_by", \.amendedBy, "Who changed it."),
        .member("old_digest", \.oldDigest, "Digest of the action before."),
        .member("action", \.action, "The action from here on."),
        .member("action_digest", \.actionDigest, "Its digest, in force from here."),
        .member("policy", \.policy, "The policy that the source followed, if another rule matches now."),
        .member("expires_at", \.expiresAt, "Until when it stands."),
        .concealable("reason", \.reason, "Why."),
        .concealed(\.concealed),
        .evidence(\.evidence))
}

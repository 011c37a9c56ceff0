/// A policy let an action pass without review.
public struct ActionExempted: EventData {
    public var requester: Principal
    public var action: Action
    public var actionDigest: ContentDigest
    public var policy: PolicyRef
    public var notAfter: Timestamp?
    public var uses: Int64?
    public var context: Context?
    public var evidence: Evidence?

    public init(
        requester: Principal, action: Action, actionDigest: ContentDigest, policy: PolicyRef,
        notAfter: Timestamp? = nil, uses: Int64? = nil, context: Context? = nil, evidence: Evidence? = nil
    ) {
        self.requester = requester
        self.action = action
        self.actionDigest = actionDigest
        self.policy = policy
        self.notAfter = notAfter
        self.uses = uses
        self.context = context
        self.evidence = evidence
    }

    package static let type = VocabularyType.actionExempted
    package static let form = ObjectForm<ActionExempted>(
        "action.exempted",
        "A policy let an action pass without review.",
        rules: [
            .digest("action_digest", of: "action")
        ],
        ActionExempted.init(requester:action:actionDigest:policy:notAfter:uses:context:evidence:),
        .member("requester", \.requester, "Who wants it, and for whom."),
        .member("action", \.action, "What is wanted."),
        .member("action_digest", \.actionDigest, "Digest of the fully disclosed action."),
        .member("policy", \.policy, "The rule that exempts it."),
        .member("not_after", \.notAfter, "Until when it may run."),
        .member("uses", \.uses, as: .integer(from: 1), "How often it may run; absent: once."),
        .member("context", \.context, "What surrounded it."),
        .evidence(\.evidence))
}

/// Something is about to run.
public struct ActionStarted: EventData {
    public var executionId: Text
    public var executor: Principal
    public var authority: Authority
    public var actionDigest: ContentDigest
    public var action: Action?
    public var item: Int64?
    public var itemPath: [ContentDigest]?
    public var evidence: Evidence?

    public init(
        executionId: Text, executor: Principal, authority: Authority, actionDigest: ContentDigest,
        action: Action? = nil, item: Int64? = nil, itemPath: [ContentDigest]? = nil, evidence: Evidence? = nil
    ) {
        self.executionId = executionId
        self.executor = executor
        self.authority = authority
        self.actionDigest = actionDigest
        self.action = action
        self.item = item
        self.itemPath = itemPath
        self.evidence = evidence
    }

    package static let type = VocabularyType.actionStarted
    package static let form = ObjectForm<ActionStarted>(
        "action.started",
        "Something is about to run.",
        rules: [
            .present("item", requires: "item_path"),
            .digest("action_digest", of: "action"),
        ],
        ActionStarted.init(executionId:executor:authority:actionDigest:action:item:itemPath:evidence:),
        .member("execution_id", \.executionId, "Names the execution within its case."),
        .member("executor", \.executor, "Who runs it, and for whom."),
        .member("authority", \.authority, "What allows it."),
        .member("action_digest", \.actionDigest, "Digest of what is about to run."),
        .member("action", \.action, "What runs, where it differs from what was granted."),
        .member("item", \.item, as: .integer(from: 0), "The position in a batch; the digest is then the item's."),
        .member("item_path", \.itemPath, "The inclusion path from the item to the batch's root."),
        .evidence(\.evidence))
}

/// An execution ended.
public struct ActionFinished: EventData {
    public var executionId: Text
    public var outcome: ExecutionOutcome
    public var resultDigest: ContentDigest?
    public var records: Int64?
    public var bytes: Int64?
    public var evidence: Evidence?

    public init(
        executionId: Text, outcome: ExecutionOutcome, resultDigest: ContentDigest? = nil, records: Int64? = nil,
        bytes: Int64? = nil, evidence: Evidence? = nil
    ) {
        self.executionId = executionId
        self.outcome = outcome
        self.resultDigest = resultDigest
        self.records = records
        self.bytes = bytes
        self.evidence = evidence
    }

    package static let type = VocabularyType.actionFinished
    package static let form = ObjectForm<ActionFinished>(
        "action.finished",
        "An execution ended.",
        ActionFinished.init(executionId:outcome:resultDigest:records:bytes:evidence:),
        .member("execution_id", \.executionId, "The execution."),
        .member("outcome", \.outcome, "How it ended."),
        .member("result_digest", \.resultDigest, "Digest of the result."),
        .member("records", \.records, as: .integer(from: 0), "How many rows, objects or hosts it touched."),
        .member("bytes", \.bytes, as: .integer(from: 0), "How many bytes it moved."),
        .evidence(\.evidence))
}

/// A gate refused to run something.
public struct ActionBlocked: EventData {
    public var requester: Principal
    public var action: Action?
    public var actionDigest: ContentDigest
    public var cause: BlockCause
    public var authority: Authority?
    public var evidence: Evidence?

    public init(
        requester: Principal, action: Action? = nil, actionDigest: ContentDigest, cause: BlockCause,
        authority: Authority? = nil, evidence: Evidence? = nil
    ) {
        self.requester = requester
        self.action = action
        self.actionDigest = actionDigest
        self.cause = cause
        self.authority = authority
        self.evidence = evidence
    }

    package static let type = VocabularyType.actionBlocked
    package static let form = ObjectForm<ActionBlocked>(
        "action.blocked",
        "A gate refused to run something.",
        rules: [
            .digest("action_digest", of: "action")
        ],
        ActionBlocked.init(requester:action:actionDigest:cause:authority:evidence:),
        .member("requester", \.requester, "Who wanted it."),
        .member("action", \.action, "What was wanted."),
        .member("action_digest", \.actionDigest, "Its digest."),
        .member("cause", \.cause, "Why it was refused."),
        .member("authority", \.authority, "What was presented."),
        .evidence(\.evidence))
}

/// The target's own log shows that something ran.
public struct ActionObserved: EventData {
    public var externalId: Text
    public var actor: Principal
    public var action: Action?
    public var actionDigest: ContentDigest?
    public var executionId: Text?
    public var evidence: Evidence?

    public init(
        externalId: Text, actor: Principal, action: Action? = nil, actionDigest: ContentDigest? = nil,
        executionId: Text? = nil, evidence: Evidence? = nil
    ) {
        self.externalId = externalId
        self.actor = actor
        self.action = action
        self.actionDigest = actionDigest
        self.executionId = executionId
        self.evidence = evidence
    }

    package static let type = VocabularyType.actionObserved
    package static let form = ObjectForm<ActionObserved>(
        "action.observed",
        "The target's own log shows that something ran.",
        rules: [
            .digest("action_digest", of: "action")
        ],
        ActionObserved.init(externalId:actor:action:actionDigest:executionId:evidence:),
        .member("external_id", \.externalId, "The id in that log."),
        .member("actor", \.actor, "Who ran it, by that log."),
        .member("action", \.action, "What ran."),
        .member("action_digest", \.actionDigest, "Its digest."),
        .member("execution_id", \.executionId, "The execution, where that log carries it."),
        .evidence(\.evidence))
}

/// The body of a policy: rules, what happens where none matches, and the numbers that every check uses.
public struct Policy: VocabularyObject {
    public var rules: [PolicyRule]
    public var `default`: PolicyEffect
    public var limits: Limits

    public init(rules: [PolicyRule], default: PolicyEffect, limits: Limits) {
        self.rules = rules
        self.default = `default`
        self.limits = limits
    }

    package static let form = ObjectForm<Policy>(
        "Policy",
        "The body of a policy: rules, what happens where none matches, and the numbers that every check uses.",
        rules: [
            .distinct("id", in: "rules"),
            .reserved("default", as: "id", in: "rules"),
        ],
        Policy.init(rules:default:limits:),
        .member("rules", \.rules, "The first rule that matches decides."),
        .member("default", \.default, "What happens where no rule matches; review can then never be granted."),
        .member("limits", \.limits, "The numbers that every check uses."))
}

/// One rule of a policy.
public struct PolicyRule: VocabularyObject {
    public var id: Text
    public var tier: Text?
    public var match: Match
    public var effect: PolicyEffect
    public var requirement: Requirement?
    public var escalationGroups: [PrincipalID]?
    public var requestTtlS: Int64?
    public var grantTtlS: Int64?
    public var uses: Int64?
    public var channels: [Text]?
    public var evidenceMin: EvidenceFloor?
    public var authMin: AuthStrength?
    public var shown: ShownRule?
    public var executorMayApprove: Bool?
    public var decideFloorS: Int64?
    public var decideWithinS: Int64?
    public var breakGlass: BreakGlass?

    public init(
        id: Text, tier: Text? = nil, match: Match, effect: PolicyEffect, requirement: Requirement? = nil,
        escalationGroups: [PrincipalID]? = nil, requestTtlS: Int64? = nil, grantTtlS: Int64? = nil,
        uses: Int64? = nil, channels: [Text]? = nil, evidenceMin: EvidenceFloor? = nil, authMin: AuthStrength? = nil,
        shown: ShownRule? = nil, executorMayApprove: Bool? = nil, decideFloorS: Int64? = nil,
        decideWithinS: Int64? = nil, breakGlass: BreakGlass? = nil
    ) {
        self.id = id
        self.tier = tier
        self.match = match
        self.effect = effect
        self.requirement = requirement
        self.escalationGroups = escalationGroups
        self.requestTtlS = requestTtlS
        self.grantTtlS = grantTtlS
        self.uses = uses
        self.channels = channels
        self.evidenceMin = evidenceMin
        self.authMin = authMin
        self.shown = shown
        self.executorMayApprove = executorMayApprove
        self.decideFloorS = decideFloorS
        self.decideWithinS = decideWithinS
        self.breakGlass = breakGlass
    }

    package static let form = ObjectForm<PolicyRule>(
        "Rule",
        "One rule of a policy.",
        rules: [
            .requires(["requirement"], where: "effect", isOneOf: ["review"])
        ],
        PolicyRule.init(
            id:tier:match:effect:requirement:escalationGroups:requestTtlS:grantTtlS:uses:channels:
            evidenceMin:authMin:shown:executorMayApprove:decideFloorS:decideWithinS:breakGlass:),
        .member("id", \.id, "Its name; default is taken by the policy's own default."),
        .member("tier", \.tier, "A class of risk, printed and sampled by."),
        .member("match", \.match, "What it applies to."),
        .member("effect", \.effect, "What it does."),
        .member("requirement", \.requirement, "Who must approve."),
        .member("escalation_groups", \.escalationGroups, "Groups that may be asked when nobody answers."),
        .member("request_ttl_s", \.requestTtlS, as: .integer(from: 0), "Seconds for which a request stands."),
        .member("grant_ttl_s", \.grantTtlS, as: .integer(from: 0), "Seconds for which a grant stands."),
        .member("uses", \.uses, as: .integer(from: 1), "The most uses of one grant; absent: 1."),
        .member("channels", \.channels, "Channels through which a vote counts."),
        .member("evidence_min", \.evidenceMin, "The least evidence that a vote must bring."),
        .member("auth_min", \.authMin, "The least authentication that a voter must have."),
        .member("shown", \.shown, "Whether a vote must say what its voter was shown."),
        .member(
            "executor_may_approve", \.executorMayApprove,
            "Whether who runs the action may approve it; absent: no."),
        .member(
            "decide_floor_s", \.decideFloorS, as: .integer(from: 0),
            "Seconds below which a decision looks unread."),
        .member("decide_within_s", \.decideWithinS, as: .integer(from: 0), "Seconds in which a decision is expected."),
        .member("break_glass", \.breakGlass, "Who may go past the rule in an emergency; absent: nobody."))
}

/// What a rule applies to. An absent member matches all; a list matches if any of it does; * is any run of bytes.
public struct Match: VocabularyObject {
    public var verbs: [Text]?
    public var resourceTypes: [Text]?
    public var resourceIds: [Text]?
    public var environments: [Text]?
    public var dataClasses: [Text]?
    public var destinationIds: [Text]?
    public var requesterKinds: [Text]?

    public init(
        verbs: [Text]? = nil, resourceTypes: [Text]? = nil, resourceIds: [Text]? = nil, environments: [Text]? = nil,
        dataClasses: [Text]? = nil, destinationIds: [Text]? = nil, requesterKinds: [Text]? = nil
    ) {
        self.verbs = verbs
        self.resourceTypes = resourceTypes
        self.resourceIds = resourceIds
        self.environments = environments
        self.dataClasses = dataClasses
        self.destinationIds = destinationIds
        self.requesterKinds = requesterKinds
    }

    package static let form = ObjectForm<Match>(
        "Match",
        "What a rule applies to. An absent member matches all; a list matches if any of it does; * is any "
            + "run of bytes.",
        Match.init(verbs:resourceTypes:resourceIds:environments:dataClasses:destinationIds:requesterKinds:),
        .member("verbs", \.verbs, "Patterns of the action's verb."),
        .member("resource_types", \.resourceTypes, "Patterns of the resource's type."),
        .member("resource_ids", \.resourceIds, "Patterns of the resource's id."),
        .member("environments", \.environments, "Patterns of the resource's environment."),
        .member("data_classes", \.dataClasses, "Patterns of any data class of resource or destination."),
        .member("destination_ids", \.destinationIds, "Patterns of the destination's id."),
        .member("requester_kinds", \.requesterKinds, "Patterns of the requester's kind."))
}

/// Who must approve: a number of clauses, each a number of people from groups.
public struct Requirement: VocabularyObject {
    public var satisfy: Int64
    public var clauses: [Clause]
    public var total: Int64?
    public var distinct: DistinctHumans
    public var ordered: Bool
    public var veto: Bool

    public init(
        satisfy: Int64, clauses: [Clause], total: Int64? = nil, distinct: DistinctHumans, ordered: Bool, veto: Bool
    ) {
        self.satisfy = satisfy
        self.clauses = clauses
        self.total = total
        self.distinct = distinct
        self.ordered = ordered
        self.veto = veto
    }

    package static let form = ObjectForm<Requirement>(
        "Requirement",
        "Who must approve: a number of clauses, each a number of people from groups.",
        rules: [
            .atMostCount("satisfy", of: "clauses"),
            .distinct("id", in: "clauses"),
        ],
        Requirement.init(satisfy:clauses:total:distinct:ordered:veto:),
        .member("satisfy", \.satisfy, as: .integer(from: 1), "How many clauses must be met."),
        .member("clauses", \.clauses, as: .list(Clause.valueShape, atLeast: 1), "The clauses."),
        .member(
            "total", \.total, as: .integer(from: 1),
            "The least number of different approving humans over all clauses that are met."),
        .member("distinct", \.distinct, "Whether a human counts once in all, or once in each clause."),
        .member("ordered", \.ordered, "Whether the clauses are met in the order listed."),
        .member("veto", \.veto, "Whether one standing deny of an entitled person prevents the grant."))
}

/// A number of people out of some groups.
public struct Clause: VocabularyObject {
    public var id: Text
    public var groups: [PrincipalID]
    public var count: Int64

    public init(id: Text, groups: [PrincipalID], count: Int64) {
        self.id = id
        self.groups = groups
        self.count = count
    }

    package static let form = ObjectForm<Clause>(
        "Clause",
        "A number of people out of some groups.",
        Clause.init(id:groups:count:),
        .member("id", \.id, "Its name in the requirement."),
        .member(
            "groups", \.groups, as: .list(PrincipalID.valueShape, atLeast: 1),
            "Membership of any of them is enough."),
        .member("count", \.count, as: .integer(from: 1), "How many people."))
}

/// The terms of going past a rule in an emergency.
public struct BreakGlass: VocabularyObject {
    public var groups: [PrincipalID]
    public var reviewers: [PrincipalID]
    public var reviewWithinS: Int64
    public var ttlS: Int64

    public init(groups: [PrincipalID], reviewers: [PrincipalID], reviewWithinS: Int64, ttlS: Int64) {
        self.groups = groups
        self.reviewers = reviewers
        self.reviewWithinS = reviewWithinS
        self.ttlS = ttlS
    }

    package static let form = ObjectForm<BreakGlass>(
        "BreakGlass",
        "The terms of going past a rule in an emergency.",
        BreakGlass.init(groups:reviewers:reviewWithinS:ttlS:),
        .member("groups", \.groups, as: .list(PrincipalID.valueShape, atLeast: 1), "Groups whose members may."),
        .member(
            "reviewers", \.reviewers, as: .list(PrincipalID.valueShape, atLeast: 1),
            "Groups whose members review it afterwards."),
        .member("review_within_s", \.reviewWithinS, as: .integer(from: 0), "Seconds in which the review is due."),
        .member("ttl_s", \.ttlS, as: .integer(from: 0), "Seconds for which it lasts."))
}

/// The numbers that every check uses, in seconds.
public struct Limits: VocabularyObject {
    public var skewS: Int64
    public var lateS: Int64
    public var policyGraceS: Int64
    public var rosterMaxAgeS: Int64
    public var executionTtlS: Int64

    public init(skewS: Int64, lateS: Int64, policyGraceS: Int64, rosterMaxAgeS: Int64, executionTtlS: Int64) {
        self.skewS = skewS
        self.lateS = lateS
        self.policyGraceS = policyGraceS
        self.rosterMaxAgeS = rosterMaxAgeS
        self.executionTtlS = executionTtlS
    }

    package static let form = ObjectForm<Limits>(
        "Limits",
        "The numbers that every check uses, in seconds.",
        Limits.init(skewS:lateS:policyGraceS:rosterMaxAgeS:executionTtlS:),
        .member("skew_s", \.skewS, as: .integer(from: 0), "Difference of clocks that is forgiven."),
        .member("late_s", \.lateS, as: .integer(from: 0), "Delay of recording that is forgiven."),
        .member(
            "policy_grace_s", \.policyGraceS, as: .integer(from: 0),
            "How long an old version may still be cited."),
        .member(
            "roster_max_age_s", \.rosterMaxAgeS, as: .integer(from: 0),
            "How long ago a directory may last have been heard from."),
        .member("execution_ttl_s", \.executionTtlS, as: .integer(from: 0), "How long an execution may take."))
}

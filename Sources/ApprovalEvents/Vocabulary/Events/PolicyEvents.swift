/// A version of a policy came into being. Publishing is itself the execution of an approved action.
public struct PolicyPublished: EventData {
    public var policyId: Text
    public var version: Int64
    public var digest: ContentDigest
    public var body: Policy
    public var appliesTo: [Text]
    public var effectiveAt: Timestamp?
    public var publishedBy: Principal
    public var authority: Authority
    public var evidence: Evidence?

    public init(
        policyId: Text, version: Int64, digest: ContentDigest, body: Policy, appliesTo: [Text],
        effectiveAt: Timestamp? = nil, publishedBy: Principal, authority: Authority, evidence: Evidence? = nil
    ) {
        self.policyId = policyId
        self.version = version
        self.digest = digest
        self.body = body
        self.appliesTo = appliesTo
        self.effectiveAt = effectiveAt
        self.publishedBy = publishedBy
        self.authority = authority
        self.evidence = evidence
    }

    package static let type = VocabularyType.policyPublished
    package static let form = ObjectForm<PolicyPublished>(
        "policy.published",
        "A version of a policy came into being. Publishing is itself the execution of an approved action.",
        rules: [
            .digest("digest", of: "body")
        ],
        PolicyPublished.init(policyId:version:digest:body:appliesTo:effectiveAt:publishedBy:authority:evidence:),
        .member("policy_id", \.policyId, "Names the series; versions count 1, 2, 3 and so on."),
        .member("version", \.version, as: .integer(from: 1), "The previous version plus one."),
        .member("digest", \.digest, "Digest of the canonical body."),
        .member("body", \.body, "The policy itself."),
        .member(
            "applies_to", \.appliesTo, as: .list(Text.valueShape, atLeast: 1),
            "Prefixes of sources, whole segments; the longest that matches a request governs it."),
        .member("effective_at", \.effectiveAt, "In force from here, but not before the ledger has it."),
        .member("published_by", \.publishedBy, "Who published it."),
        .member("authority", \.authority, "The grant that allowed it; bootstrap only for a first version."),
        .evidence(\.evidence))
}

/// A group's members, or what changed in them.
public struct RosterRecorded: EventData {
    public var group: PrincipalID
    public var mode: RosterMode
    public var asOf: Timestamp
    public var members: [PrincipalID]?
    public var added: [Member]?
    public var removed: [Member]?
    public var part: Int64?
    public var parts: Int64?
    public var method: RosterMethod
    public var authority: Authority?
    public var evidence: Evidence?

    public init(
        group: PrincipalID, mode: RosterMode, asOf: Timestamp, members: [PrincipalID]? = nil, added: [Member]? = nil,
        removed: [Member]? = nil, part: Int64? = nil, parts: Int64? = nil, method: RosterMethod,
        authority: Authority? = nil, evidence: Evidence? = nil
    ) {
        self.group = group
        self.mode = mode
        self.asOf = asOf
        self.members = members
        self.added = added
        self.removed = removed
        self.part = part
        self.parts = parts
        self.method = method
        self.authority = authority
        self.evidence = evidence
    }

    package static let type = VocabularyType.rosterRecorded
    package static let form = ObjectForm<RosterRecorded>(
        "roster.recorded",
        "A group's members, or what changed in them.",
        rules: [
            .requires(["members"], where: "mode", isOneOf: ["snapshot"]),
            .refuses(["added", "removed"], where: "mode", isOneOf: ["snapshot"]),
            .refuses(["members", "part", "parts"], where: "mode", isOneOf: ["change"]),
            .requiresOne(of: ["added", "removed"], where: "mode", isOneOf: ["change"]),
            .together(["part", "parts"]),
            .ordered("part", "parts"),
        ],
        RosterRecorded.init(group:mode:asOf:members:added:removed:part:parts:method:authority:evidence:),
        .member("group", \.group, "The group."),
        .member("mode", \.mode, "The whole group, or a change of it."),
        .member(
            "as_of", \.asOf,
            "When the directory said so; membership begins or ends here where no time of its own is given."),
        .member("members", \.members, "All members, in a snapshot."),
        .member("added", \.added, "Who joined, in a change."),
        .member("removed", \.removed, "Who left, in a change."),
        .member("part", \.part, as: .integer(from: 1), "Which part of a snapshot that is too large for one entry."),
        .member(
            "parts", \.parts, as: .integer(from: 1),
            "How many parts there are; the snapshot is complete only with all of them."),
        .member("method", \.method, "How membership was learnt."),
        .member("authority", \.authority, "What allowed it, where changes of membership need an approval."),
        .evidence(\.evidence))
}

/// Somebody decided what is to become of a finding.
public struct FindingDisposed: EventData {
    public var check: Text
    public var entries: [EventRef]
    public var disposition: Disposition
    public var owner: PrincipalID
    public var decidedBy: Principal
    public var due: Timestamp?
    public var ticket: Text?
    public var reason: Text?
    /// The digests of members that are concealed here, as they stand in `_sd`.
    public var concealed: [Text]
    public var evidence: Evidence?

    public init(
        check: Text, entries: [EventRef], disposition: Disposition, owner: PrincipalID, decidedBy: Principal,
        due: Timestamp? = nil, ticket: Text? = nil, reason: Text? = nil, concealed: [Text] = [],
        evidence: Evidence? = nil
    ) {
        self.check = check
        self.entries = entries
        self.disposition = disposition
        self.owner = owner
        self.decidedBy = decidedBy
        self.due = due
        self.ticket = ticket
        self.reason = reason
        self.concealed = concealed
        self.evidence = evidence
    }

    package static let type = VocabularyType.findingDisposed
    package static let form = ObjectForm<FindingDisposed>(
        "finding.disposed",
        "Somebody decided what is to become of a finding.",
        FindingDisposed.init(check:entries:disposition:owner:decidedBy:due:ticket:reason:concealed:evidence:),
        .member("check", \.check, "The check, such as R06.4."),
        .member("entries", \.entries, "The events that the finding names."),
        .member("disposition", \.disposition, "What was decided."),
        .member("owner", \.owner, "Who answers for it."),
        .member("decided_by", \.decidedBy, "Who decided."),
        .member("due", \.due, "Until when."),
        .member("ticket", \.ticket, "The ticket."),
        .concealable("reason", \.reason, "Why."),
        .concealed(\.concealed),
        .evidence(\.evidence))
}

/// Somebody looked through a part of the log.
public struct OversightReviewed: EventData {
    public var reviewer: Principal
    public var fromIndex: Int64
    public var toIndex: Int64
    public var question: Text
    public var outcome: OversightOutcome
    public var reason: Text?
    /// The digests of members that are concealed here, as they stand in `_sd`.
    public var concealed: [Text]
    public var evidence: Evidence?

    public init(
        reviewer: Principal, fromIndex: Int64, toIndex: Int64, question: Text, outcome: OversightOutcome,
        reason: Text? = nil, concealed: [Text] = [], evidence: Evidence? = nil
    ) {
        self.reviewer = reviewer
        self.fromIndex = fromIndex
        self.toIndex = toIndex
        self.question = question
        self.outcome = outcome
        self.reason = reason
        self.concealed = concealed
        self.evidence = evidence
    }

    package static let type = VocabularyType.oversightReviewed
    package static let form = ObjectForm<OversightReviewed>(
        "oversight.reviewed",
        "Somebody looked through a part of the log.",
        rules: [
            .ordered("from_index", "to_index")
        ],
        OversightReviewed.init(reviewer:fromIndex:toIndex:question:outcome:reason:concealed:evidence:),
        .member("reviewer", \.reviewer, "Who."),
        .member("from_index", \.fromIndex, as: .integer(from: 0), "The first entry looked at."),
        .member("to_index", \.toIndex, as: .integer(from: 0), "The first entry that was not looked at any more."),
        .member("question", \.question, "What was looked for."),
        .member("outcome", \.outcome, "What was found."),
        .concealable("reason", \.reason, "Remarks."),
        .concealed(\.concealed),
        .evidence(\.evidence))
}

/// An evidence package was made from the log.
public struct ReportIssued: EventData {
    public var packageDigest: ContentDigest
    public var treeSize: Int64
    public var root: ContentDigest
    public var fromIndex: Int64
    public var toIndex: Int64
    public var questionDigest: ContentDigest
    public var previous: ContentDigest?
    public var tool: Text
    public var issuedBy: Principal
    public var evidence: Evidence?

    public init(
        packageDigest: ContentDigest, treeSize: Int64, root: ContentDigest, fromIndex: Int64, toIndex: Int64,
        questionDigest: ContentDigest, previous: ContentDigest? = nil, tool: Text, issuedBy: Principal,
        evidence: Evidence? = nil
    ) {
        self.packageDigest = packageDigest
        self.treeSize = treeSize
        self.root = root
        self.fromIndex = fromIndex
        self.toIndex = toIndex
        self.questionDigest = questionDigest
        self.previous = previous
        self.tool = tool
        self.issuedBy = issuedBy
        self.evidence = evidence
    }

    package static let type = VocabularyType.reportIssued
    package static let form = ObjectForm<ReportIssued>(
        "report.issued",
        "An evidence package was made from the log.",
        rules: [
            .ordered("from_index", "to_index")
        ],
        ReportIssued.init(
            packageDigest:treeSize:root:fromIndex:toIndex:questionDigest:previous:tool:issuedBy:
            evidence:),
        .member("package_digest", \.packageDigest, "Digest of the package's deterministic core."),
        .member("tree_size", \.treeSize, as: .integer(from: 0), "Size of the tree that it speaks of."),
        .member("root", \.root, "Root of that tree."),
        .member("from_index", \.fromIndex, as: .integer(from: 0), "The first entry of its period."),
        .member("to_index", \.toIndex, as: .integer(from: 0), "The first entry after its period."),
        .member("question_digest", \.questionDigest, "Digest of scope.json."),
        .member("previous", \.previous, "Digest of the package of the period before."),
        .member("tool", \.tool, "Name, version and digest of the tool."),
        .member("issued_by", \.issuedBy, "Who had it made."),
        .evidence(\.evidence))
}

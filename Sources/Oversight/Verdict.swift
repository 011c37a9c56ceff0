import ApprovalEvents
import MerkleTree

/// What a check comes to, as of the evaluated head: a later entry may turn it (EVENTS §4.13).
public enum Verdict: Hashable, Sendable {
    /// The log holds the evidence that the check asks for.
    case holds
    /// The log shows the contrary, or lacks what its source would have sent.
    case finding
    /// The log cannot tell; `missing` says what would.
    case undecidable(missing: String)
    /// What is missing may still come; `due` is when its absence begins to count.
    case open(due: Timestamp?)

    /// The word that reports use.
    public var word: String {
        switch self {
        case .holds: "holds"
        case .finding: "finding"
        case .undecidable: "undecidable"
        case .open: "open"
        }
    }
}

/// What a verdict is about.
public enum CheckScope: String, Hashable, Sendable {
    /// One case: everything under one `subject`.
    case approvalCase = "case"
    /// One source: events without a subject, such as a policy's publication.
    case source
}

/// The verdict of one check on one case (or one source), with the entries behind it.
///
/// A check that has nothing to judge in a case (no batch, no exemption …) has no result there: `holds` is never
/// said for want of a question.
public struct CheckResult: Hashable, Sendable {
    public let check: CheckID
    /// The case's subject; the source where `scope` is `.source`.
    public let subject: Text
    public let scope: CheckScope
    /// The first entry of the case or of the source: results are ordered by it, then by check.
    public let opened: LeafIndex
    public let verdict: Verdict
    /// The entries that decided, ascending, each once.
    public let entries: [LeafIndex]
    /// Why, in words for an auditor.
    public let reason: String
    /// The checks of this case that the very same missing evidence leaves without a result of their own.
    public let alsoUndecided: [CheckID]

    public init(
        check: CheckID, subject: Text, scope: CheckScope = .approvalCase, opened: LeafIndex, verdict: Verdict,
        entries: [LeafIndex], reason: String, alsoUndecided: [CheckID] = []
    ) {
        self.check = check
        self.subject = subject
        self.scope = scope
        self.opened = opened
        self.verdict = verdict
        self.entries = entries
        self.reason = reason
        self.alsoUndecided = alsoUndecided
    }
}

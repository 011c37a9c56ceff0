import ApprovalEvents
import LedgerCrypto
import MerkleTree
import Oversight
import SignedNotes
import Verification

/// What a period's entries show, laid out for one framework. Made only from verified evidence, and a function of it:
/// the same evidence gives the same bytes on any machine, at any time.
///
/// It judges cases, never a company: no page of it calls anybody compliant.
public struct ComplianceReport: Sendable {
    /// Name and version of what made the report; part of its bytes.
    public static let generator = "countersign 0.1.0"
    public static let format: Text = "countersign-report/1"

    public let framework: Framework
    public let evidence: VerifiedEvidence
    public let populations: [PopulationCount]
    public let rules: [RuleResult]
    public let authorities: [AuthorityCount]
    public let days: [DayCount]
    public let concealed: Figure
    /// Exceptions, undecidable and open cases over all checks.
    public let totals: [Figure]
    /// Every number that the report prints.
    public let figures: [Figure]
    let judgement: Judgement

    public init(evidence: VerifiedEvidence, framework: Framework) {
        var book = FigureBook()
        let judgement = Judgement(evidence)
        self.framework = framework
        self.evidence = evidence
        self.judgement = judgement
        populations = PopulationCount.all(of: evidence.entries, into: &book)
        rules = RuleResult.all(of: judgement, into: &book)
        authorities = AuthorityCount.all(of: judgement, into: &book)
        days = DayCount.all(of: evidence, into: &book)
        concealed = Self.concealed(evidence, into: &book)
        totals = [VerdictKind.finding, .undecidable, .open].map { kind in
            let results = judgement.results.filter { $0.verdict.kind == kind }
            return book.add(
                "Every check: \(kind.rawValue)", results.count,
                query: "results of any check over the period: \(kind.rawValue)",
                entries: results.flatMap(\.entries))
        }
        figures = book.figures
    }

    /// Cases that a rule found against.
    public var findings: [CheckResult] { judgement.results.filter { $0.verdict.kind == .finding } }
    /// Cases that the entries do not decide.
    public var undecidable: [CheckResult] { judgement.results.filter { $0.verdict.kind == .undecidable } }
    /// Cases whose time is not over.
    public var open: [CheckResult] { judgement.results.filter { $0.verdict.kind == .open } }

    private static func concealed(_ evidence: VerifiedEvidence, into book: inout FigureBook) -> Figure {
        var count = 0
        var holders: [LeafIndex] = []
        for entry in evidence.entries {
            let here = entry.entry.concealedDigests.count
            guard here > 0 else { continue }
            count += here
            holders.append(entry.index)
        }
        return book.add(
            "Concealed members", count, query: "digests in `_sd` in entries of [first, end); none is disclosed here",
            entries: holders)
    }
}

extension ComplianceReport {
    /// What no log of approvals can decide. On the first page of every report.
    public static let limits = [
        "Executions that went past every gateway that reports here. Only a comparison with the target system's own log "
            + "shows them.",
        "What the approver's screen really showed.",
        "Who sat behind an account.",
        "Whether people who approve one another agreed to do so.",
        "Operands that the caller left out of the digest that was approved.",
        "Whether a statement was true when it was recorded. The log shows that it was made, when, and that it was not "
            + "changed since.",
    ]

    /// The checks of the evidence that belong into a report. What a reader's own trust file asks for (witnesses) is
    /// his: `countersign-verify` says it to him, and it would make the report another one for every reader. So does a later
    /// head that he needs because the key was changed.
    var verification: [Check] {
        evidence.report.checks.filter { $0.id != "witnesses" && !$0.id.hasPrefix("later-") }
    }

    /// First and last time of sealing in the period.
    var sealed: (first: String, last: String)? {
        guard let first = evidence.entries.first, let last = evidence.entries.last else { return nil }
        return (first.entry.ledgerTime.ledgerForm.string, last.entry.ledgerTime.ledgerForm.string)
    }

    /// The ids of the keys that signed the head, by their own word: which of them a reader trusts is his affair.
    var keys: [String] { evidence.head.keyIDs }
    var origin: String { evidence.scope.origin.string }
    var period: String {
        let from = evidence.scope.from?.ledgerForm.string ?? "the log's beginning"
        let to = evidence.scope.to?.ledgerForm.string ?? "the head"
        return "\(from) to \(to)"
    }
}

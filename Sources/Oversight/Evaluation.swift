import ApprovalEvents
import MerkleTree

/// An entry and its place in the log: what the evaluator reads.
public struct RecordedEntry: Hashable, Sendable {
    public let index: LeafIndex
    public let entry: LedgerEntry

    public init(index: LeafIndex, entry: LedgerEntry) {
        self.index = index
        self.entry = entry
    }
}

/// The head as of which verdicts are given. Deadlines run against `ledgerTime`, never against a clock.
public struct EvaluatedHead: Hashable, Sendable {
    public let size: TreeSize
    /// The newest `ledgertime` below `size`.
    public let ledgerTime: Timestamp

    public init(size: TreeSize, ledgerTime: Timestamp) {
        self.size = size
        self.ledgerTime = ledgerTime
    }
}

/// Which of the entries below the head the evaluator is given.
public enum Coverage: Hashable, Sendable {
    /// All of them. One that is missing after all makes every verdict undecidable.
    case everything
    /// All from `before` on, and an opening: every policy, roster, identity, source and ledger entry before it and
    /// every entry of the cases then open. The caller has checked that the opening is complete (DESIGN §2.6).
    case opening(before: LeafIndex)
}

/// Everything that one evaluation found.
public struct OversightResult: Hashable, Sendable {
    public let head: EvaluatedHead
    /// Ordered by the first entry of the case or source, then by check.
    public let checks: [CheckResult]
    /// Every case, by its first entry.
    public let cases: [CaseSummary]
    public let statistics: OversightStatistics

    /// The results that are findings.
    public var findings: [CheckResult] { checks.filter { $0.verdict == .finding } }
}

/// Where one case stands.
public struct CaseSummary: Hashable, Sendable {
    public let subject: Text
    public let state: CaseState
    /// All entries of the case, ascending.
    public let entries: [LeafIndex]
}

/// Evaluates `entries`, which come in the order of the log, as of `head`.
public func evaluate(
    _ entries: some Sequence<RecordedEntry>, asOf head: EvaluatedHead, coverage: Coverage = .everything
) -> OversightResult {
    var evaluator = Evaluator(asOf: head, coverage: coverage)
    for entry in entries { evaluator.read(entry) }
    return evaluator.finish()
}

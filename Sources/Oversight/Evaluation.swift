import ApprovalEvents
import MerkleTree

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

/// Where one case stands.
public struct CaseSummary: Hashable, Sendable {
    public let subject: Text
    public let state: CaseState
    /// All entries of the case, ascending.
    public let entries: [LeafIndex]
}

import ApprovalEvents
import MerkleTree
import Oversight
import SignedNotes

/// Entries of a period, of which everything was checked that can be: the only thing that a report is made from.
///
/// There is no public initialiser. An `ExtractVerifier` whose report holds no failure makes one, so a report cannot
/// speak of anything unchecked.
public struct VerifiedEvidence: Sendable {
    /// Which part of which log this is.
    public let scope: ExtractHeader
    public let head: TrustedHead
    /// What is known of the time before the period.
    public let before: KnowledgeBefore
    /// Entries before the carried range, each proved to be in the log.
    public let opening: [RecordedEntry]
    /// Entries directly before the period.
    public let lead: [RecordedEntry]
    /// The period's entries, complete and in order.
    public let entries: [RecordedEntry]
    /// The entry that closes the period.
    public let closing: RecordedEntry?
    /// The checks that were made, with those that could not be.
    public let report: VerificationReport

    /// All entries that it holds, in the log's order.
    public var everything: [RecordedEntry] {
        opening + lead + entries + [closing].compactMap { $0 }
    }

    init(
        scope: ExtractHeader, head: TrustedHead, before: KnowledgeBefore, opening: [RecordedEntry],
        carried: [RecordedEntry], report: VerificationReport
    ) {
        self.scope = scope
        self.head = head
        self.before = before
        self.opening = opening
        let count = Int(scope.end.value - scope.first.value)
        lead = Array(carried.prefix(Int(scope.lead)))
        entries = Array(carried.dropFirst(lead.count).prefix(count))
        closing = scope.hasClosing ? carried.last : nil
        self.report = report
    }
}

/// What evidence knows of the log before its period: policies, rosters, identities and open cases.
public enum KnowledgeBefore: Hashable, Sendable {
    /// Every earlier entry is carried, so the state at the opening is recomputed from the whole log.
    case everything
    /// Some earlier entries are shown to be in the log, but nothing shows that no other mattered.
    case selection
}

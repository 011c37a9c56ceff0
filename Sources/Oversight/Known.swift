import ApprovalEvents
import MerkleTree

/// Everything that the log says, up to the evaluated head: what the rules ask.
struct Known: Sendable {
    let head: EvaluatedHead
    let coverage: Coverage
    var identities = Identities()
    var policies = Policies()
    var gates = Gates()
    var cases: [Text: CaseRecord] = [:]
    var order: [Text] = []
    var acts: [AdministrativeAct] = []
    /// Where every event stands: references may point anywhere, and forward.
    var places: [EventIdentity: Place] = [:]

    struct Place: Sendable {
        let index: LeafIndex
        let kind: PlaceKind
        let subject: Text?
    }

    /// What an event is, as far as references care.
    enum PlaceKind: Hashable, Sendable {
        case known(VocabularyType)
        case foreign
        /// Ours, of a type or version that this build does not read.
        case unread(Text)
    }

    /// An event outside any case that names an authority: a policy's publication, a change of a caller …
    struct AdministrativeAct: Sendable {
        let moment: Moment
        let type: VocabularyType
        let authority: AuthorityFact
        let policyVersion: Int64?
    }

    /// The clocks of those that a policy with these limits governs.
    func ordering(_ limits: (skew: Int64, late: Int64)) -> Ordering {
        Ordering(skewSeconds: limits.skew, lateSeconds: limits.late, lateBySource: gates.declaredDelays)
    }

    /// What a missing event means (EVENTS §4.12): undecidable where the source that would have sent it may have,
    /// open while it may still come, else a finding.
    ///
    /// - Parameters:
    ///   - senders: who would have sent it.
    ///   - needed: the event that rests on it.
    ///   - from: the earliest that it can be, where that is known.
    func absence(
        of missing: Missing, from senders: [Text], needed: Moment, since from: Timestamp?, ordering: Ordering
    ) -> Absence {
        if case .opening(let index) = coverage {
            return Absence(
                verdict: .undecidable(missing: missing.words),
                why: "it may stand before entry \(index), of which only open cases were given")
        }
        for sender in senders.sorted() {
            if let doubt = gates.mayLack(
                sender, in: Gates.Window(from: from, to: needed), ordering: ordering, head: head.ledgerTime)
            {
                return Absence(verdict: .undecidable(missing: missing.words), why: doubt)
            }
        }
        let delay = senders.map { ordering.late(for: $0) }.max() ?? ordering.lateSeconds
        let due = needed.time.later(by: delay)
        if due > head.ledgerTime {
            return Absence(verdict: .open(due: due), why: "it may still come until \(due.ledgerForm)")
        }
        return Absence(verdict: .finding, why: "its source has no gap in which it could be")
    }

    struct Absence: Sendable {
        let verdict: Verdict
        let why: String
    }
}

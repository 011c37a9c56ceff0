import ApprovalEvents
import MerkleTree

/// One case under examination: what is known, and the policy and clocks that apply to it.
struct Inquiry {
    let known: Known
    let record: CaseRecord
    let governing: Policies.Governing
    let ordering: Ordering

    init(_ record: CaseRecord, in known: Known) {
        self.known = known
        self.record = record
        governing = known.policies.governing(record.anchor)
        ordering = known.ordering(governing.limits)
    }

    /// All verdicts of this case.
    func results() -> [CheckResult] {
        let judgements = authorityJudgements() + digestJudgements() + separationJudgements()
        return Settlement(
            subject: record.subject, scope: .approvalCase, opened: record.first.index,
            judgements: joined(judgements.map(withUnread))
        ).results()
    }

    /// Where an event of the case is missing already, a gap is no second lack: it may be where that event is.
    private func joined(_ judgements: [Judgement]) -> [Judgement] {
        guard let lack = judgements.first(where: { $0.missing?.isOfGap == true })?.missing else { return judgements }
        return judgements.map { judgement in
            guard case .numbers? = judgement.missing else { return judgement }
            return .undecidable(judgement.check, lack, judgement.entries, judgement.reason, rank: judgement.rank)
        }
    }

    /// A case with an event that cannot be read holds nothing: whatever that event says may undo it.
    private func withUnread(_ judgement: Judgement) -> Judgement {
        guard judgement.verdict == .holds, let unread = record.unread else { return judgement }
        return .undecidable(
            judgement.check, .reading(unread.type), judgement.entries + [unread.index],
            "This case holds an event of type \(unread.type), which this version does not read.")
    }

    func precedes(_ one: Moment, _ other: Moment) -> Bool? { ordering.precedes(one, other) }

    /// Who sends what belongs to this case, besides the voters' channels.
    var senders: [Text] {
        var senders: Set<Text> = []
        senders.formUnion(record.requests.all.map(\.moment.source))
        senders.formUnion(record.amendments.all.map(\.moment.source))
        senders.formUnion(record.notices.all.map(\.moment.source))
        senders.formUnion(record.grants.all.map(\.moment.source))
        senders.formUnion(record.exemptions.all.map(\.moment.source))
        senders.formUnion(record.invocations.all.map(\.moment.source))
        senders.formUnion(record.starts.all.map(\.moment.source))
        return (senders.isEmpty ? known.gates.gates : senders).sorted()
    }

    func absence(of missing: Missing, from senders: [Text], needed: Moment) -> Known.Absence {
        known.absence(
            of: missing, from: senders, needed: needed, since: record.request?.moment.time, ordering: ordering)
    }

    /// What the governing policy decides on what a digest stands for; nil where that cannot be known.
    func decision(on digest: ContentDigest) -> PolicyDecision? {
        guard let request = record.request, let kind = request.requester.links.first?.kind,
            let action = record.action(digest), let version = governing.judged(by: request.citation)
        else { return nil }
        return version.decision(on: action.shape, by: kind)
    }
}

extension EventIdentity {
    /// “gateways-eu-1-0005 of /gateways/eu-1”
    var words: String { "\(id) of \(source)" }
}

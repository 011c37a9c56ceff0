import ApprovalEvents
import MerkleTree

// R02.3 and R02.4: the votes that a grant counts.

extension Inquiry {
    /// The judgements of one vote that `grant` counts.
    func counted(_ reference: EventIdentity, by grant: GrantFact) -> [Judgement] {
        guard let vote = record.votes[reference] else {
            return [missing(reference, of: grant)] + silent(reference, grant)
        }
        return [voted(vote, for: grant), shown(vote, for: grant)]
    }

    private func missing(_ reference: EventIdentity, of grant: GrantFact) -> Judgement {
        let what = "The grant \(grant.moment.identity.id) counts the vote \(reference.words)"
        let lack = Missing.event(reference)
        guard let place = known.places[reference] else {
            return .absent(
                .votedAsGranted, lack, absence(of: lack, from: [reference.source], needed: grant.moment),
                [grant.moment.index], "\(what), which the log does not have")
        }
        let entries = [grant.moment.index, place.index]
        if case .unread(let type) = place.kind {
            return .undecidable(
                .votedAsGranted, lack, entries, "\(what), whose type \(type) this version does not read.")
        }
        let why = place.kind == .known(.approvalReviewed) ? "which belongs to another case" : "which is no vote"
        return Judgement(
            check: .votedAsGranted, verdict: .finding, entries: entries, reason: "\(what), \(why).", missing: lack)
    }

    /// What else the missing vote leaves undecided; R02.3 names it.
    private func silent(_ reference: EventIdentity, _ grant: GrantFact) -> [Judgement] {
        [CheckID.shownAsVoted, .reviewerNotRequester, .reviewerNotBehind, .reviewerNotOwner, .reviewerNotExecutor].map {
            .undecidable($0, .event(reference), [grant.moment.index], "A vote that counts is not in the case.", rank: 2)
        }
    }

    // MARK: R02.3: voted = granted

    /// Besides its digest, a vote that counts has to stand: an approval, not voided by an amendment, and not
    /// replaced by what the same person said later of the same digest before the grant (EVENTS §4.9).
    private func voted(_ vote: VoteFact, for grant: GrantFact) -> Judgement {
        let check = CheckID.votedAsGranted
        let entries = [vote.moment.index, grant.moment.index]
        let what = "The grant \(grant.moment.identity.id) counts the vote \(vote.moment.identity.words)"
        if vote.digest != grant.digest {
            return .finding(check, entries, "\(what), which was cast on another action: \(vote.digest).")
        }
        if vote.decision != .approve { return .finding(check, entries, "\(what), which does not approve.") }
        if let amendment = between(vote.moment, grant.moment, record.amendments.all) {
            return amendment.isClear
                ? .finding(check, entries + [amendment.fact.moment.index], "\(what), which an amendment had voided.")
                : unclear(
                    check, amendment.fact.moment, entries,
                    "\(what), and nothing shows whether an amendment had voided it.")
        }
        let later = record.votes.all.filter {
            $0.decision != .approve && $0.digest == vote.digest && isSamePerson($0, vote)
        }
        if let withdrawal = between(vote.moment, grant.moment, later) {
            return withdrawal.isClear
                ? .finding(check, entries + [withdrawal.fact.moment.index], "\(what), which its voter had withdrawn.")
                : unclear(
                    check, withdrawal.fact.moment, entries,
                    "\(what), and nothing shows whether its voter had withdrawn it.")
        }
        return .holds(check, entries, "The vote \(vote.moment.identity.words) was cast on what was granted.")
    }

    private func unclear(_ check: CheckID, _ moment: Moment, _ entries: [LeafIndex], _ reason: String) -> Judgement {
        .undecidable(check, .order(moment.identity, moment.identity), entries + [moment.index], reason)
    }

    /// The first of `facts` that came after `start` and before `end`: one that clearly did, else one that may have.
    private func between<Fact: CaseFact>(
        _ start: Moment, _ end: Moment, _ facts: [Fact]
    ) -> (fact: Fact, isClear: Bool)? {
        let possible = facts.filter { precedes(start, $0.moment) != false && precedes($0.moment, end) != false }
        let clear = possible.first { precedes(start, $0.moment) == true && precedes($0.moment, end) == true }
        return clear.map { ($0, true) } ?? possible.first.map { ($0, false) }
    }

    private func isSamePerson(_ one: VoteFact, _ other: VoteFact) -> Bool {
        guard one.moment.index != other.moment.index, let first = one.reviewer.links.first,
            let second = other.reviewer.links.first
        else { return false }
        let persons = (
            known.identities.person(first.id, at: one.moment.time),
            known.identities.person(second.id, at: other.moment.time)
        )
        return known.identities.compare(persons.0, first.kind, persons.1, second.kind) == .same
    }

    // MARK: R02.4: shown = voted

    /// The vote names the bytes that were shown; a notification of the case, not sent after the vote, has handed
    /// them out, for the same action and whole.
    private func shown(_ vote: VoteFact, for grant: GrantFact) -> Judgement {
        let check = CheckID.shownAsVoted
        let what = "The voter of \(vote.moment.identity.words)"
        guard let digest = vote.shown else { return notSaid(vote, what) }
        let notices = record.notices.all.filter {
            $0.shown == digest && precedes(vote.moment, $0.moment) != true
        }
        let entries = [vote.moment.index] + notices.map(\.moment.index)
        if let good = notices.first(where: { $0.digest == vote.digest && !$0.isTruncated }) {
            return .holds(
                check, [vote.moment.index, good.moment.index],
                "\(what) was shown what he voted on, by \(good.moment.identity.words).")
        }
        if notices.contains(where: { $0.digest == vote.digest }) {
            return .finding(check, entries, "\(what) was shown a cut text.")
        }
        if !notices.isEmpty { return .finding(check, entries, "\(what) was shown another action than he voted on.") }
        let lack = Missing.notice(vote.moment.identity)
        return .absent(
            check, lack, absence(of: lack, from: senders, needed: vote.moment), entries,
            "\(what) says that he was shown \(digest), which no notification of this case handed out")
    }

    private func notSaid(_ vote: VoteFact, _ what: String) -> Judgement {
        let check = CheckID.shownAsVoted
        if case .rule(let rule)? = decision(on: vote.digest), rule.shown == .required {
            let entries = [vote.moment.index] + (governingIndex.map { [$0] } ?? [])
            return .finding(check, entries, "\(what) does not say what he was shown, and rule \(rule.id) requires it.")
        }
        return .undecidable(
            check, .shown(vote.moment.identity), [vote.moment.index], "\(what) does not say what he was shown.")
    }

    /// The entry of the policy version that this case is judged by.
    var governingIndex: LeafIndex? { governing.judged(by: record.request?.citation)?.recorded.index }
}

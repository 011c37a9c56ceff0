import ApprovalEvents
import MerkleTree

// R01: nothing without authority.

extension Inquiry {
    func authorityJudgements() -> [Judgement] {
        record.starts.all.map { start in
            known.authority(
                start.authority, of: "Execution \(start.execution)", at: start.moment, subject: record.subject,
                since: record.request?.moment.time, ordering: ordering)
        } + record.exemptions.all.map(exemption) + observed()
    }

    /// R01.2. The rule that the exemption cites and the rule that the action matches both have to exempt it; an
    /// exemption that cites another policy than the governing one is judged by the governing one.
    private func exemption(_ fact: ExemptionFact) -> Judgement {
        let check = CheckID.exemptionAllowed
        let own = fact.moment.index
        let governing = known.policies.governing(fact.moment)
        if case .unclear(let missing, let why) = governing { return .undecidable(check, missing, [own], "\(why).") }
        guard let version = governing.judged(by: fact.citation) else {
            if let cited = known.policies.version(fact.citation) {
                return .finding(
                    check, [own, cited.recorded.index],
                    "The exemption cites a policy that does not govern \(fact.moment.source).")
            }
            return .undecidable(
                check, .policy(fact.moment.source), [own], "The log has no policy that governs \(fact.moment.source).")
        }
        let entries = [own, version.recorded.index]
        let matched = version.decision(on: fact.action, by: fact.requester)
        var decisions = [matched]
        if version.isCited(by: fact.citation) {
            guard let named = version.named(fact.citation.rule) else {
                return .finding(
                    check, entries, "The exemption cites rule \(fact.citation.rule), which its policy does not have.")
            }
            decisions.append(named)
        }
        if let other = decisions.first(where: { $0.effect != .exempt }) {
            return .finding(
                check, entries,
                "The exemption rests on \(other.name) of policy \(version.id), whose effect is \(other.effect.rawValue)."
            )
        }
        return .holds(
            check, entries, "By \(matched.name) of policy \(version.id), version \(version.number), it is exempt.")
    }

    /// R01.4. What the target saw is joined to a start by the execution's id, else by the action's digest, else by
    /// the case alone, as far as there are starts enough.
    private func observed() -> [Judgement] {
        let starts = record.starts.all
        let byExecution = Dictionary(starts.map { ($0.execution, $0) }) { first, _ in first }
        let byDigest = Dictionary(starts.map { ($0.digest, $0) }) { first, _ in first }
        var unnamed = 0
        return record.observations.all.map { seen in
            let check = CheckID.observedWasStarted
            let what = "What \(seen.moment.source) saw as \(seen.moment.identity.id)"
            if seen.execution == nil, seen.digest == nil, !starts.isEmpty {
                unnamed += 1
                if unnamed <= starts.count {
                    return .holds(
                        check, [seen.moment.index, starts[unnamed - 1].moment.index],
                        "\(what) belongs to a case with a start; nothing but the case joins the two.")
                }
                return .undecidable(
                    check, .start(seen.moment.identity), [seen.moment.index],
                    "\(what) names no execution, and the case has fewer starts than were seen.")
            }
            if let start = seen.execution.map({ byExecution[$0] }) ?? seen.digest.map({ byDigest[$0] }) ?? nil {
                return .holds(
                    check, [seen.moment.index, start.moment.index], "\(what) was started as \(start.execution).")
            }
            let missing = Missing.start(seen.moment.identity)
            return .absent(
                check, missing, absence(of: missing, from: senders, needed: seen.moment), [seen.moment.index],
                "\(what) was never started through a gate")
        }
    }
}

extension Policies.Version {
    func isCited(by citation: Citation) -> Bool {
        id == citation.id && number == citation.version && digest == citation.digest
    }
}

extension Known {
    /// R01.1 for one execution or administrative act. Nil as `subject`: the act belongs to no case, so the authority
    /// may be of any.
    func authority(
        _ authority: AuthorityFact, of what: String, at moment: Moment, subject: Text?, since: Timestamp?,
        ordering: Ordering, under sessions: Set<EventIdentity> = []
    ) -> Judgement {
        let check = CheckID.authorityExists
        guard let expected = authority.kind.eventType else {
            let why =
                authority.kind == .none
                ? "was let through without any authority"
                : "names an authority that only a policy's first version may have: bootstrap"
            return .finding(check, [moment.index], "\(what) \(why).")
        }
        guard let event = authority.event else {
            return .finding(check, [moment.index], "\(what) names no event as its \(authority.kind.rawValue).")
        }
        guard let place = places[event] else {
            let missing = Missing.event(event)
            let absence = absence(of: missing, from: [event.source], needed: moment, since: since, ordering: ordering)
            return .absent(
                check, missing, absence, [moment.index],
                "\(what) rests on \(event.words), which the log does not have")
        }
        let entries = [moment.index, place.index]
        switch place.kind {
        case .unread(let type):
            return .undecidable(
                check, .reading(type), entries,
                "\(what) rests on an event of type \(type), which this version does not read.")
        case .known(expected): break
        default:
            return .finding(
                check, entries, "\(what) rests on \(event.words), which is no \(expected.rawValue).")
        }
        if authority.kind == .session {
            return session(event, place, of: what, at: moment, ordering: ordering, under: sessions)
        }
        if let subject, place.subject != subject {
            return .finding(check, entries, "\(what) rests on \(event.words), which belongs to another case.")
        }
        return .holds(check, entries, "\(what) rests on the \(expected.rawValue) \(event.words).")
    }

    /// A session is as good as the authority that it was opened under; one that rests on itself has none.
    private func session(
        _ event: EventIdentity, _ place: Place, of what: String, at moment: Moment, ordering: Ordering,
        under sessions: Set<EventIdentity>
    ) -> Judgement {
        let check = CheckID.authorityExists
        let entries = [moment.index, place.index]
        guard !sessions.contains(event), event != moment.identity, sessions.count < Identities.mostHops,
            let subject = place.subject, let record = cases[subject], let opening = record.starts[event]
        else {
            return .finding(check, entries, "\(what) rests on a session that rests on no other authority.")
        }
        let root = authority(
            opening.authority, of: "the session \(opening.execution)", at: opening.moment, subject: subject,
            since: record.request?.moment.time, ordering: ordering, under: sessions.union([event, moment.identity]))
        guard root.verdict != .holds else {
            return .holds(check, entries, "\(what) ran under the session \(opening.execution), counted apart.")
        }
        return Judgement(
            check: check, verdict: root.verdict, entries: entries + root.entries,
            reason: "\(what) ran under a session whose own authority does not hold: \(root.reason)",
            missing: root.missing)
    }

    /// R01.1 for the events outside any case that name an authority, by source.
    func administrativeResults() -> [CheckResult] {
        Dictionary(grouping: acts, by: \.moment.source).flatMap { source, acts in
            Settlement(
                subject: source, scope: .source, opened: acts[0].moment.index, judgements: acts.map(administrative)
            ).results()
        }
    }

    private func administrative(_ act: AdministrativeAct) -> Judgement {
        let check = CheckID.authorityExists
        let what = "\(act.type.rawValue) \(act.moment.identity.words)"
        guard act.authority.kind == .bootstrap else {
            let ordering = ordering(policies.governing(act.moment).limits)
            return authority(act.authority, of: what, at: act.moment, subject: nil, since: nil, ordering: ordering)
        }
        if act.policyVersion == 1 {
            return .holds(check, [act.moment.index], "The first version of a policy needs no other authority.")
        }
        if act.policyVersion != nil {
            return .finding(
                check, [act.moment.index], "\(what) is not a first version, and names no authority but bootstrap.")
        }
        if !policies.any(before: act.moment.index) {
            return .holds(
                check, [act.moment.index], "\(what) came before any policy, when nothing could give an authority.")
        }
        return .undecidable(
            check, .choice("what bootstrap may stand for once a policy is in the log"), [act.moment.index],
            "\(what) names bootstrap as its authority after a policy was published.")
    }
}

extension AuthorityKind {
    /// What an authority of this kind is, in the log; nil where it is no event.
    var eventType: VocabularyType? {
        switch self {
        case .grant: .approvalGranted
        case .exemption: .actionExempted
        case .breakglass: .breakglassInvoked
        case .session: .actionStarted
        case .bootstrap, .none: nil
        }
    }
}

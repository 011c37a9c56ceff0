import ApprovalEvents
import MerkleTree

// R03: separation. Who approves is not who asks, for whom is asked, whose agent asks, or who runs it.

extension Inquiry {
    func separationJudgements() -> [Judgement] {
        record.grants.all.flatMap { grant in
            grant.votes.compactMap { record.votes[$0] }.filter { $0.decision == .approve }
                .flatMap { SeparationOfVote(vote: $0, grant: grant, inquiry: self).judgements() }
        }
    }

    /// Those who asked for what `grant` grants: every requester of the case, and whoever amended it before.
    func askers(before grant: GrantFact) -> [Chain] {
        record.requests.all.map(\.requester)
            + record.amendments.all.filter { precedes($0.moment, grant.moment) != false }.map(\.by)
    }
}

/// Whether one vote that counts is independent of those who asked and those who ran.
struct SeparationOfVote {
    let vote: VoteFact
    let grant: GrantFact
    let inquiry: Inquiry

    private var identities: Identities { inquiry.known.identities }
    private var voter: String { "The vote \(vote.moment.identity.words)" }

    func judgements() -> [Judgement] {
        let askers = inquiry.askers(before: grant)
        guard !askers.isEmpty else {
            return [CheckID.reviewerNotRequester, .reviewerNotBehind, .reviewerNotOwner].map {
                .undecidable($0, .request, [vote.moment.index], "Nobody is known to have asked.", rank: 2)
            } + accounts(askers)
        }
        return independence(askers) + owners(askers) + executors(askers) + accounts(askers)
    }

    // MARK: R03.1 and R03.2

    private func independence(_ askers: [Chain]) -> [Judgement] {
        let direct = askers.flatMap { chain in
            chain.links.prefix(1).map { Counterpart($0, chain.named, .reviewerNotRequester, "who asked") }
        }
        let behind = askers.flatMap { chain in
            chain.links.dropFirst().map { Counterpart($0, chain.named, .reviewerNotBehind, "for whom it was asked") }
        }
        return verdicts(.reviewerNotRequester, direct) + verdicts(.reviewerNotBehind, behind)
            + (askers + [vote.reviewer]).flatMap { openEnd(of: $0, .reviewerNotBehind) }
    }

    /// A chain that ends in no human hides somebody: absent `on_behalf_of` on an agent is unknown, not nobody.
    private func openEnd(of chain: Chain, _ check: CheckID) -> [Judgement] {
        guard let last = chain.links.last, !isHuman(last, at: chain.named) else { return [] }
        return [
            .undecidable(
                check, .chainEnd(last.id), [chain.named.index, vote.moment.index],
                "\(last.id) is no human, and nothing says for whom it acts.")
        ]
    }

    private func isHuman(_ link: Link, at moment: Moment) -> Bool {
        link.kind == .human && (identities.person(link.id, at: moment.time).kind ?? .human) == .human
    }

    // MARK: R03.3

    private func owners(_ askers: [Chain]) -> [Judgement] {
        var owners: [Counterpart] = []
        var unknown: [Judgement] = []
        for chain in askers {
            for link in chain.links where !isHuman(link, at: chain.named) && link.kind != .system {
                let agent = identities.person(link.id, at: chain.named.time)
                if let owner = agent.owner {
                    let human = Link(kind: .human, id: owner, account: nil)
                    owners.append(
                        Counterpart(
                            human, chain.named, .reviewerNotOwner, "who owns \(agent.words)", agent.entries, rank: 1))
                } else {
                    unknown.append(
                        .undecidable(
                            .reviewerNotOwner, .identity(agent.end), [chain.named.index, vote.moment.index],
                            "The log does not say who owns \(agent.words).", rank: 1))
                }
            }
        }
        return verdicts(.reviewerNotOwner, owners) + unknown
    }

    // MARK: R03.4

    /// Executors that stand in an asker's chain are judged there; only those that it does not name are judged here.
    private func executors(_ askers: [Chain]) -> [Judgement] {
        inquiry.record.starts(under: grant.moment.identity).flatMap { start -> [Judgement] in
            let added = start.executor.links.filter { !isNamed($0, at: start.moment, in: askers) }
            guard let end = start.executor.links.last, !added.isEmpty else { return [] }
            let others = added.map { Counterpart($0, start.moment, .reviewerNotExecutor, "who ran \(start.execution)") }
            if let allowed = allowance(start) { return [allowed] }
            let open = added.contains(end) ? openEnd(of: start.executor, .reviewerNotExecutor) : []
            return verdicts(.reviewerNotExecutor, others).map(withoutPolicy) + open
        }
    }

    private func isNamed(_ link: Link, at moment: Moment, in chains: [Chain]) -> Bool {
        let person = identities.person(link.id, at: moment.time)
        return chains.contains { chain in
            chain.links.contains {
                identities.compare(person, link.kind, identities.person($0.id, at: chain.named.time), $0.kind) == .same
            }
        }
    }

    private func allowance(_ start: StartFact) -> Judgement? {
        guard case .rule(let rule)? = inquiry.decision(on: grant.digest), rule.executorMayApprove == true else {
            return nil
        }
        return .holds(
            .reviewerNotExecutor,
            [vote.moment.index, start.moment.index] + (inquiry.governingIndex.map { [$0] } ?? []),
            "Rule \(rule.id) lets the executor approve.")
    }

    /// Where nobody can tell which policy governs, nobody can tell whether it lets the executor approve.
    private func withoutPolicy(_ judgement: Judgement) -> Judgement {
        guard judgement.verdict == .finding, case .unclear(let missing, let why) = inquiry.governing else {
            return judgement
        }
        return .undecidable(judgement.check, missing, judgement.entries, "\(judgement.reason) But \(why).")
    }

    // MARK: R03.5

    /// A source that itself resolved an account to a person has to agree with the log's own bindings.
    private func accounts(_ askers: [Chain]) -> [Judgement] {
        let starts = inquiry.record.starts(under: grant.moment.identity)
        return ([vote.reviewer] + askers + starts.map(\.executor)).flatMap { chain in
            chain.links.compactMap { account($0, at: chain.named) }
        }
    }

    private func account(_ link: Link, at moment: Moment) -> Judgement? {
        guard let account = link.account, account != link.id else { return nil }
        let check = CheckID.accountAgrees
        let owner = identities.person(account, at: moment.time)
        let named = identities.person(link.id, at: moment.time)
        let entries = [moment.index] + owner.entries + named.entries
        guard identities.isBound(account, at: moment.time), owner.trouble == nil, named.trouble == nil else {
            return .undecidable(
                check, .account(account), entries,
                "\(moment.source) saw \(link.id) through \(account), which the log binds to nobody.")
        }
        guard owner.end == named.end else {
            return .finding(
                check, entries,
                "\(moment.source) saw \(link.id) through \(account), which the log binds to \(owner.end).")
        }
        if let unread = identities.unread {
            return .undecidable(
                check, .reading(unread), entries, "An event of type \(unread) may bind \(account) to another.")
        }
        return .holds(check, entries, "The log, too, binds \(account) to \(named.end).")
    }

    // MARK: comparing

    /// Somebody whom the reviewer must not be, as named at one moment.
    private struct Counterpart {
        let link: Link
        let named: Moment
        let check: CheckID
        let role: String
        let entries: [LeafIndex]
        let rank: Int

        init(
            _ link: Link, _ named: Moment, _ check: CheckID, _ role: String, _ entries: [LeafIndex] = [], rank: Int = 0
        ) {
            self.link = link
            self.named = named
            self.check = check
            self.role = role
            self.entries = entries
            self.rank = rank
        }
    }

    /// One judgement that holds where all comparisons do, else those that do not.
    private func verdicts(_ check: CheckID, _ counterparts: [Counterpart]) -> [Judgement] {
        guard !counterparts.isEmpty else { return [] }
        let compared = vote.reviewer.links.flatMap { reviewer in counterparts.map { compare(reviewer, $0) } }
        let troubles = compared.filter { $0.verdict != .holds }
        guard troubles.isEmpty else { return troubles }
        let names = counterparts.map { "\($0.link.id), \($0.role)" }
        return [
            .holds(
                check, compared.flatMap(\.entries),
                "\(voter) is not of \(Set(names).sorted().joined(separator: ", nor of ")).")
        ]
    }

    /// Who cannot be told from an unknown voter is named first where he is a human that the chain names: there an
    /// approval of one's own would be.
    private func compare(_ reviewer: Link, _ other: Counterpart) -> Judgement {
        let one = identities.person(reviewer.id, at: vote.moment.time)
        let two = identities.person(other.link.id, at: other.named.time)
        let entries = [vote.moment.index, other.named.index] + one.entries + two.entries + other.entries
        switch identities.compare(one, reviewer.kind, two, other.link.kind) {
        case .same:
            let known = one.id == two.id ? "" : ", as the log's bindings show: both are \(one.end)"
            return .finding(
                other.check, entries, "\(voter) is of \(one.id), and \(two.id) is \(other.role)\(known).")
        case .distinct:
            return .holds(other.check, entries, "")
        case .unclear(let missing, let why):
            let rank = isHuman(other.link, at: other.named) ? other.rank : 1
            return .undecidable(other.check, missing, entries, "\(voter) counts, but \(why).", rank: rank)
        }
    }
}

import ApprovalEvents
import LedgerCrypto
import MerkleTree
import Oversight

// The rules of `NaiveOversight`.

extension NaiveOversight {
    struct Who {
        var end: Text
        var isKnown: Bool
        var kind: PrincipalKind?
        var owner: Text?
        var isLost = false
    }

    func who(_ id: Text, _ time: Timestamp) -> Who {
        var end = id
        for _ in 0...8 {
            let next = bound(end, time)
            if next.isEmpty { return ended(end, time) }
            if next.count > 1 { return Who(end: end, isKnown: false, isLost: true) }
            end = next.first ?? end
        }
        // A ninth step: the eighth end is where the trail was left.
        var left = id
        for _ in 0..<8 { left = bound(left, time).first ?? left }
        return Who(end: left, isKnown: false, isLost: true)
    }

    private func bound(_ account: Text, _ time: Timestamp) -> Set<Text> {
        var live: Set<Text> = []
        for (index, _, event) in all({ if case .identityBound(let event) = $0 { event } else { nil } })
        where event.account.text == account && event.at <= time {
            let isOver = all({ if case .identityRemoved(let event) = $0 { event } else { nil } }).contains { removal in
                removal.data.account?.text == account && removal.data.at <= time
                    && (removal.data.at > event.at || removal.data.at == event.at && removal.index > index)
            }
            if !isOver { live.insert(event.principal.text) }
        }
        return live
    }

    private func ended(_ id: Text, _ time: Timestamp) -> Who {
        let enrolments = all { if case .identityEnrolled(let event) = $0 { event } else { nil } }
            .filter { $0.data.principal.text == id && $0.data.at <= time }
        let newest = enrolments.max { ($0.data.at, $0.index) < ($1.data.at, $1.index) }
        let inRoster = all { if case .rosterRecorded(let event) = $0 { event } else { nil } }.contains {
            $0.data.asOf <= time && ($0.data.members?.contains { $0.text == id } ?? false)
        }
        let kind: PrincipalKind? = newest.map {
            switch $0.data.kind {
            case .human: .human
            case .agent: .agent
            case .service: .service
            }
        }
        return Who(end: id, isKnown: newest != nil || inRoster, kind: kind, owner: newest?.data.owner?.text)
    }

    /// "same", "distinct", or what is lacking.
    func compare(_ one: Principal, _ at: Timestamp, _ other: Principal, _ then: Timestamp) -> String {
        if one.id == other.id { return "same" }
        let (a, b) = (who(one.id.text, at), who(other.id.text, then))
        if a.isLost { return "who \(a.end)" }
        if b.isLost { return "who \(b.end)" }
        if a.end == b.end { return "same" }
        if !a.isKnown { return "who \(a.end)" }
        if !b.isKnown { return "who \(b.end)" }
        if ((a.kind ?? one.kind) == .human) != ((b.kind ?? other.kind) == .human) { return "distinct" }
        let systems = [a.end, b.end].map { $0.string.split(separator: ":")[0] }
        return systems[0] == systems[1] ? "distinct" : "join \(a.end) \(b.end)"
    }

    func chain(_ principal: Principal) -> [Principal] { [principal] + (principal.onBehalfOf.map(chain) ?? []) }

    func isHuman(_ principal: Principal, _ time: Timestamp) -> Bool {
        principal.kind == .human && (who(principal.id.text, time).kind ?? .human) == .human
    }

    func opinions(on subject: Text) -> [Opinion] {
        let mine = log.filter { $0.entry.subject == subject }
        guard let opening = mine.first else { return [] }
        let requests = of(subject) { if case .approvalRequested(let event) = $0 { event } else { nil } }
        let anchor = requests.first.map { find($0.index) } ?? opening
        let policy = policy(for: anchor)
        let clocks = policy.map { Clocks(skew: $0.limits.skewS, late: $0.limits.lateS) } ?? Clocks()
        var gates: Set<Text> = []
        for event in mine {
            switch event.entry.payload {
            case .approvalReviewed, .actionFinished, .actionObserved: break
            default: gates.insert(event.entry.identity.source)
            }
        }
        let view = NaiveCase(
            naive: self, subject: subject, requests: requests, policy: policy, clocks: clocks, gates: gates.sorted())
        var opinions = view.runs() + view.observations() + view.exemptions() + view.grants()
        if let lack = opinions.first(where: { $0.lack?.hasPrefix("event ") == true })?.lack {
            opinions = opinions.map {
                var opinion = $0
                if opinion.lack?.hasPrefix("numbers ") == true { opinion.lack = lack }
                return opinion
            }
        }
        return opinions
    }
}

/// One case, as the naive rules see it.
struct NaiveCase {
    let naive: NaiveOversight
    let subject: Text
    let requests: [NaiveOversight.Event<ApprovalRequested>]
    let policy: Policy?
    let clocks: NaiveOversight.Clocks
    let gates: [Text]

    typealias Opinion = NaiveOversight.Opinion

    var start: Timestamp? { requests.first?.entry.time }

    var amendments: [NaiveOversight.Event<ApprovalAmended>] {
        naive.of(subject) { if case .approvalAmended(let event) = $0 { event } else { nil } }
    }
    var notices: [NaiveOversight.Event<ApprovalNotified>] {
        naive.of(subject) { if case .approvalNotified(let event) = $0 { event } else { nil } }
    }
    var votes: [NaiveOversight.Event<ApprovalReviewed>] {
        naive.of(subject) { if case .approvalReviewed(let event) = $0 { event } else { nil } }
    }
    var starts: [NaiveOversight.Event<ActionStarted>] {
        naive.of(subject) { if case .actionStarted(let event) = $0 { event } else { nil } }
    }

    func first(_ a: UInt64, _ b: UInt64) -> Bool? { naive.first(naive.find(a), naive.find(b), clocks) }

    func runs() -> [Opinion] {
        starts.flatMap { start -> [Opinion] in
            let authority = start.data.authority
            guard let event = authority.event else { return [Opinion(check: "R01.1", word: "finding")] }
            guard let found = naive.find(event) else {
                let lack = "event \(event.source) \(event.id)"
                let word = naive.absent([event.source], from: self.start, to: naive.find(start.index), clocks)
                return [
                    Opinion(check: "R01.1", word: word, lack: lack),
                    Opinion(check: "R02.1", word: "undecidable", lack: lack, rank: 1),
                ]
            }
            let digest: ContentDigest?
            switch (authority.kind, found.entry.payload) {
            case (.grant, .approvalGranted(let grant)): digest = grant.actionDigest
            case (.exemption, .actionExempted(let exemption)): digest = exemption.actionDigest
            case (.breakglass, .breakglassInvoked(let call)): digest = call.actionDigest
            default: return [Opinion(check: "R01.1", word: "finding")]
            }
            guard found.entry.subject == subject else { return [Opinion(check: "R01.1", word: "finding")] }
            let well = Opinion(check: "R01.1", word: "holds")
            guard let digest else { return [well] }
            return [well, Opinion(check: "R02.1", word: digest == start.data.actionDigest ? "holds" : "finding")]
        }
    }

    func exemptions() -> [Opinion] {
        naive.of(subject) { if case .actionExempted(let event) = $0 { event } else { nil } }.map { exemption in
            guard let policy = naive.policy(for: naive.find(exemption.index)) else {
                return Opinion(check: "R01.2", word: "undecidable", lack: "policy")
            }
            let matched = naive.rule(policy, exemption.data.action)?.effect ?? policy.default
            let named = policy.rules.first { $0.id == exemption.data.policy.rule }?.effect
            return Opinion(check: "R01.2", word: matched == .exempt && named == .exempt ? "holds" : "finding")
        }
    }

    func observations() -> [Opinion] {
        naive.of(subject) { if case .actionObserved(let event) = $0 { event } else { nil } }.map { seen in
            let isStarted = starts.contains { start in
                seen.data.executionId.map { $0 == start.data.executionId }
                    ?? (seen.data.actionDigest == start.data.actionDigest)
            }
            if isStarted { return Opinion(check: "R01.4", word: "holds") }
            let word = naive.absent(senders, from: start, to: naive.find(seen.index), clocks)
            return Opinion(check: "R01.4", word: word, lack: "event start \(seen.entry.identity.id)")
        }
    }

    /// Who would have sent what is missing: the gates of the case, else all gates.
    var senders: [Text] {
        if !gates.isEmpty { return gates }
        return Set(
            naive.log.filter {
                switch $0.entry.payload {
                case .approvalRequested, .actionStarted, .actionExempted, .actionBlocked, .breakglassInvoked: true
                default: false
                }
            }.map(\.entry.identity.source)
        ).sorted()
    }

    func grants() -> [Opinion] {
        naive.of(subject) { if case .approvalGranted(let event) = $0 { event } else { nil } }.flatMap { grant in
            inForce(grant) + grant.data.votes.flatMap { vote($0, grant) }
        }
    }

    private func inForce(_ grant: NaiveOversight.Event<ApprovalGranted>) -> [Opinion] {
        var opinions: [Opinion] = []
        if requests.isEmpty {
            let word = naive.absent(senders, from: nil, to: naive.find(grant.index), clocks)
            opinions.append(Opinion(check: "R02.2", word: word, lack: "event request"))
        } else {
            var asked: Set<ContentDigest> = []
            let before = amendments.filter { first($0.index, grant.index) == true }
            for one in before where !before.contains(where: { first(one.index, $0.index) == true }) {
                asked.insert(one.data.actionDigest)
            }
            if before.isEmpty { asked = Set(requests.map(\.data.actionDigest)) }
            for one in amendments where first(one.index, grant.index) == nil { asked.insert(one.data.actionDigest) }
            let word =
                asked == [grant.data.actionDigest]
                ? "holds" : asked.contains(grant.data.actionDigest) ? "undecidable" : "finding"
            opinions.append(Opinion(check: "R02.2", word: word))
        }
        let used = starts.filter {
            $0.data.authority.kind == .grant
                && $0.data.authority.event.map { naive.find($0)?.index.value } == grant.index
        }
        for start in used {
            for amendment in amendments {
                let after = first(grant.index, amendment.index)
                let before = first(amendment.index, start.index)
                if after == true, before == true {
                    opinions.append(Opinion(check: "R02.2", word: "finding"))
                } else if after != false, before != false {
                    opinions.append(Opinion(check: "R02.2", word: "undecidable"))
                }
            }
        }
        let end = used.max { ($0.entry.time, $0.index) < ($1.entry.time, $1.index) }?.index ?? grant.index
        if let start, opinions.allSatisfy({ $0.word == "holds" }),
            let source = gates.first(where: { naive.hasGap($0, from: start, to: naive.find(end), clocks) })
        {
            return [Opinion(check: "R02.2", word: "undecidable", lack: "numbers \(source)", rank: 3)]
        }
        return opinions
    }

    private func vote(_ reference: EventRef, _ grant: NaiveOversight.Event<ApprovalGranted>) -> [Opinion] {
        let lack = "event \(reference.source) \(reference.id)"
        guard
            let found = votes.first(where: {
                $0.entry.identity.source == reference.source && $0.entry.identity.id == reference.id
            })
        else {
            let word =
                naive.find(reference) != nil
                ? "finding" : naive.absent([reference.source], from: start, to: naive.find(grant.index), clocks)
            return [Opinion(check: "R02.3", word: word, lack: lack)]
                + ["R02.4", "R03.1", "R03.2", "R03.3", "R03.4"].map {
                    Opinion(check: $0, word: "undecidable", lack: lack, rank: 2)
                }
        }
        return [stands(found, grant), shown(found)] + (found.data.decision == .approve ? separate(found, grant) : [])
    }

    private func stands(_ vote: NaiveOversight.Event<ApprovalReviewed>, _ grant: NaiveOversight.Event<ApprovalGranted>)
        -> Opinion
    {
        if vote.data.actionDigest != grant.data.actionDigest || vote.data.decision != .approve {
            return Opinion(check: "R02.3", word: "finding")
        }
        func between(_ indexes: [UInt64]) -> String {
            let possible = indexes.filter { first(vote.index, $0) != false && first($0, grant.index) != false }
            if possible.contains(where: { first(vote.index, $0) == true && first($0, grant.index) == true }) {
                return "finding"
            }
            return possible.isEmpty ? "holds" : "undecidable"
        }
        let voided = between(amendments.map(\.index))
        if voided != "holds" { return Opinion(check: "R02.3", word: voided) }
        let withdrawals = votes.filter {
            $0.data.decision != .approve && $0.data.actionDigest == vote.data.actionDigest
                && naive.compare($0.data.reviewer, $0.entry.time, vote.data.reviewer, vote.entry.time) == "same"
        }
        return Opinion(check: "R02.3", word: between(withdrawals.map(\.index)))
    }

    private func shown(_ vote: NaiveOversight.Event<ApprovalReviewed>) -> Opinion {
        guard let digest = vote.data.shownDigest else {
            let action =
                amendments.last { $0.data.actionDigest == vote.data.actionDigest }?.data.action
                ?? requests.first { $0.data.actionDigest == vote.data.actionDigest }?.data.action
            let rule = requests.isEmpty ? nil : policy.flatMap { policy in action.flatMap { naive.rule(policy, $0) } }
            return Opinion(check: "R02.4", word: rule?.shown == .required ? "finding" : "undecidable")
        }
        let handed = notices.filter { $0.data.shownDigest == digest && first(vote.index, $0.index) != true }
        if handed.contains(where: { $0.data.actionDigest == vote.data.actionDigest && !$0.data.truncated }) {
            return Opinion(check: "R02.4", word: "holds")
        }
        if !handed.isEmpty { return Opinion(check: "R02.4", word: "finding") }
        let word = naive.absent(senders, from: start, to: naive.find(vote.index), clocks)
        return Opinion(check: "R02.4", word: word, lack: "event notice \(vote.entry.identity.id)")
    }

    // MARK: R03

    private func separate(
        _ vote: NaiveOversight.Event<ApprovalReviewed>, _ grant: NaiveOversight.Event<ApprovalGranted>
    ) -> [Opinion] {
        let voters = naive.chain(vote.data.reviewer)
        let time = vote.entry.time
        var askers = requests.map { (naive.chain($0.data.requester), $0.entry.time) }
        askers += amendments.filter { first($0.index, grant.index) != false }.map {
            (naive.chain($0.data.amendedBy), $0.entry.time)
        }
        if askers.isEmpty {
            return ["R03.1", "R03.2", "R03.3"].map {
                Opinion(check: $0, word: "undecidable", lack: "event request", rank: 2)
            }
        }
        func against(_ check: String, _ other: Principal, _ then: Timestamp, rank: Int = 0) -> [Opinion] {
            voters.map { voter in
                switch naive.compare(voter, time, other, then) {
                case "same": Opinion(check: check, word: "finding")
                case "distinct": Opinion(check: check, word: "holds")
                case let lack:
                    Opinion(check: check, word: "undecidable", lack: lack, rank: naive.isHuman(other, then) ? rank : 1)
                }
            }
        }
        func openEnd(_ chain: [Principal], _ then: Timestamp, _ check: String) -> [Opinion] {
            guard let last = chain.last, !naive.isHuman(last, then) else { return [] }
            return [Opinion(check: check, word: "undecidable", lack: "end \(last.id)")]
        }
        var opinions = openEnd(voters, time, "R03.2")
        for (chain, then) in askers {
            opinions += openEnd(chain, then, "R03.2")
            for (step, principal) in chain.enumerated() {
                opinions += against(step == 0 ? "R03.1" : "R03.2", principal, then)
                if naive.isHuman(principal, then) || principal.kind == .system { continue }
                let agent = naive.who(principal.id.text, then)
                if let owner = agent.owner.flatMap({ PrincipalID($0) }) {
                    opinions += against("R03.3", Principal(kind: .human, id: owner), then, rank: 1)
                } else {
                    opinions.append(Opinion(check: "R03.3", word: "undecidable", lack: "who \(agent.end)", rank: 1))
                }
            }
        }
        for start in starts
        where start.data.authority.kind == .grant
            && start.data.authority.event.flatMap({ naive.find($0)?.index.value }) == grant.index
        {
            let runners = naive.chain(start.data.executor)
            let then = start.entry.time
            let others = runners.filter { runner in
                !askers.contains { chain, asked in chain.contains { naive.compare(runner, then, $0, asked) == "same" } }
            }
            guard let last = runners.last, !others.isEmpty else { continue }
            for other in others { opinions += against("R03.4", other, then) }
            if others.contains(last) { opinions += openEnd(runners, then, "R03.4") }
        }
        return opinions
    }
}

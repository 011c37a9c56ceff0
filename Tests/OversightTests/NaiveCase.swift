import ApprovalEvents
import LedgerCrypto
import MerkleTree
import Oversight

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
}

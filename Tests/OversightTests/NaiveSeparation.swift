import ApprovalEvents
import LedgerCrypto
import MerkleTree
import Oversight

// R03 of `NaiveOversight`.

extension NaiveCase {
    func separate(
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

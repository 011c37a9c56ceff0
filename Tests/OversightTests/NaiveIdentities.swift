import ApprovalEvents
import LedgerCrypto
import MerkleTree
import Oversight

// Who is who in `NaiveOversight`, and the rules for one case together.

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

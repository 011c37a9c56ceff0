import ApprovalEvents
import LedgerCrypto
import MerkleTree
import Oversight

/// The rules R01–R03 once more, straight from EVENTS.md: no fold, no index, every question asked of the whole log.
/// It shares nothing with the room but the types of entries. What it leaves out, the random histories do not contain:
/// batches, sessions, unreadable types, ambiguous policies.
struct NaiveOversight {
    let log: [RecordedEntry]
    let head: EvaluatedHead

    struct Opinion {
        var check: String
        var word: String
        var lack: String?
        var rank = 0
    }

    typealias Event<Data> = (index: UInt64, entry: LedgerEntry, data: Data)

    /// Everything but what holds for want of a doubt: `R03.2:apr_1 finding`.
    func verdicts() -> Set<String> {
        var all: Set<String> = []
        for subject in Set(log.compactMap(\.entry.subject)) {
            for (check, word) in settled(opinions(on: subject)) { all.insert("\(check):\(subject) \(word)") }
        }
        return all
    }

    private func settled(_ opinions: [Opinion]) -> [(String, String)] {
        let weights = ["holds": 0, "open": 1, "undecidable": 2, "finding": 3]
        func key(_ opinion: Opinion) -> (Int, Int, String) {
            (opinion.rank, -(weights[opinion.word] ?? 0), opinion.check)
        }
        return Set(opinions.map(\.check)).compactMap { check in
            var words: [String] = []
            var isSilenced = false
            for opinion in opinions where opinion.check == check {
                if let lack = opinion.lack,
                    let named = opinions.filter({ $0.lack == lack }).min(by: { key($0) < key($1) }),
                    named.check != check
                {
                    isSilenced = true
                } else {
                    words.append(opinion.word)
                }
            }
            guard let worst = words.max(by: { (weights[$0] ?? 0) < (weights[$1] ?? 0) }) else { return nil }
            return worst == "holds" && isSilenced ? nil : (check, worst)
        }
    }

    // MARK: events

    func all<Data>(_ pick: (EventPayload) -> Data?) -> [Event<Data>] {
        log.compactMap { recorded in pick(recorded.entry.payload).map { (recorded.index.value, recorded.entry, $0) } }
    }

    func of<Data>(_ subject: Text, _ pick: (EventPayload) -> Data?) -> [Event<Data>] {
        all(pick).filter { $0.entry.subject == subject }
    }

    func find(_ reference: EventRef) -> RecordedEntry? {
        log.first { $0.entry.identity.source == reference.source && $0.entry.identity.id == reference.id }
    }

    func find(_ index: UInt64) -> RecordedEntry { log.first { $0.index.value == index }! }

    // MARK: §4.3, §4.5, §4.6

    struct Clocks {
        var skew: Int64 = 5
        var late: Int64 = 300
    }

    func late(_ source: Text, _ clocks: Clocks) -> Int64 {
        all { if case .sourceConfigured(let event) = $0 { event } else { nil } }
            .filter { $0.data.about == source }.compactMap(\.data.lateS).reduce(clocks.late, max)
    }

    func seconds(_ time: Timestamp) -> Double { Double(time.seconds) + Double(time.nanoseconds) / 1e9 }

    /// "holds", "finding" or "undecidable".
    func order(_ a: RecordedEntry, _ b: RecordedEntry, _ clocks: Clocks) -> String {
        if seconds(a.entry.time) > seconds(b.entry.time) + Double(clocks.skew) { return "finding" }
        if a.entry.identity.source == b.entry.identity.source, let one = a.entry.sourceSequence,
            let other = b.entry.sourceSequence
        {
            return one < other ? "holds" : "finding"
        }
        if a.index < b.index { return "holds" }
        let delay = late(a.entry.identity.source, clocks)
        return seconds(a.entry.ledgerTime) <= seconds(a.entry.time) + Double(delay) ? "holds" : "undecidable"
    }

    /// Whether a came first; nil: nobody can tell.
    func first(_ a: RecordedEntry, _ b: RecordedEntry, _ clocks: Clocks) -> Bool? {
        if a.entry.identity.source == b.entry.identity.source, let one = a.entry.sourceSequence,
            let other = b.entry.sourceSequence
        {
            return one < other
        }
        let there = order(a, b, clocks) == "holds"
        let back = order(b, a, clocks) == "holds"
        if there != back { return there }
        if !there { return nil }
        let byTime = seconds(a.entry.time) - seconds(b.entry.time)
        if a.index < b.index { return byTime <= 0 ? true : nil }
        return byTime >= 0 ? false : nil
    }

    func policy(for entry: RecordedEntry) -> Policy? {
        let published = all { if case .policyPublished(let event) = $0 { event } else { nil } }
        let inForce = published.filter { version in
            let since = max(seconds(version.entry.ledgerTime), version.data.effectiveAt.map(seconds) ?? 0)
            return version.index < entry.index.value
                && since <= seconds(entry.entry.time) + Double(version.data.body.limits.skewS)
        }
        let covers = inForce.last.map { version in
            version.data.appliesTo.contains { entry.entry.identity.source.string.hasPrefix($0.string + "/") }
        }
        return covers == true ? inForce.last?.data.body : nil
    }

    func rule(_ policy: Policy, _ action: Action) -> PolicyRule? {
        policy.rules.first { rule in
            rule.match.verbs?.contains { $0 == "*" || $0 == action.verb } ?? true
        }
    }

    // MARK: §4.12

    /// Nil: it cannot have been sent; else it may.
    func mayLack(_ source: Text, from: Timestamp?, to: RecordedEntry, _ clocks: Clocks) -> Bool {
        let mine = log.filter { $0.entry.identity.source == source }
        let promise = all { if case .sourceConfigured(let event) = $0 { event } else { nil } }
            .last { $0.data.about == source }
        if mine.isEmpty, promise == nil { return false }
        let numbered = mine.filter { $0.entry.sourceSequence != nil }
        if !mine.isEmpty, numbered.isEmpty || promise?.data.sequenced == false { return true }
        if hasGap(source, from: from, to: to, clocks) { return true }
        let newest = numbered.max { $0.entry.sourceSequence ?? 0 < $1.entry.sourceSequence ?? 0 }?.entry.time
        if let newest, newest >= to.entry.time { return false }
        guard let promise, promise.data.sequenced, let beat = promise.data.heartbeatS else { return true }
        let since = newest ?? promise.entry.time
        return seconds(head.ledgerTime) > seconds(since) + Double(beat + late(source, clocks))
    }

    func hasGap(_ source: Text, from: Timestamp?, to: RecordedEntry, _ clocks: Clocks) -> Bool {
        let promised = all { if case .sourceConfigured(let event) = $0 { event } else { nil } }
            .last { $0.data.about == source }
        if promised?.data.sequenced == false { return false }
        let mine = log.filter { $0.entry.identity.source == source }
        var times: [UInt64: Timestamp] = [:]
        for event in mine { if let number = event.entry.sourceSequence { times[number] = event.entry.time } }
        guard let most = times.keys.max() else { return false }
        for number in 1..<most + 1 where times[number] == nil {
            let before = times.filter { $0.key < number }.max { $0.key < $1.key }?.value
            let after = times.filter { $0.key > number }.min { $0.key < $1.key }?.value
            if to.entry.identity.source == source, let end = to.entry.sourceSequence {
                if number > end { continue }
            } else if let before, seconds(before) > seconds(to.entry.time) + Double(clocks.skew) {
                continue
            }
            if let from, let after, seconds(from) > seconds(after) + Double(clocks.skew) { continue }
            return true
        }
        return false
    }

    func absent(_ senders: [Text], from: Timestamp?, to: RecordedEntry, _ clocks: Clocks) -> String {
        if senders.contains(where: { mayLack($0, from: from, to: to, clocks) }) { return "undecidable" }
        let delay = senders.map { late($0, clocks) }.max() ?? clocks.late
        let due = Double(to.entry.time.milliseconds) / 1000 + Double(delay)
        return due > seconds(head.ledgerTime) ? "open" : "finding"
    }
}

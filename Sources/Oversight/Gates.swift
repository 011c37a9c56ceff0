import ApprovalEvents
import MerkleTree

/// What the log knows of its sources: what was promised for them, which sequence numbers came, when each was last
/// heard. It answers one question: could an event that is not here have been sent all the same (EVENTS §4.12)?
struct Gates: Sendable {
    private var promises: [Text: [Promise]] = [:]
    private var heard: [Text: Heard] = [:]
    /// Sources that ask, start or block: the senders of whatever else a case lacks.
    private(set) var gates: Set<Text> = []

    /// One `source.configured`.
    struct Promise: Sendable {
        let recorded: Moment
        let sequenced: Bool
        let heartbeatSeconds: Int64?
        let lateSeconds: Int64?
    }

    /// The numbers of a source as runs without a gap, ascending: as long as its gaps are many, not its events.
    struct Heard: Sendable {
        var runs: [Run] = []
        var unnumbered = false
    }

    struct Run: Sendable {
        var first: UInt64
        var last: UInt64
        var firstTime: Timestamp
        var lastTime: Timestamp
    }

    mutating func promise(_ promise: Promise, about source: Text) {
        promises[source, default: []].append(promise)
    }

    mutating func speaksForCases(_ source: Text) { gates.insert(source) }

    mutating func hear(_ moment: Moment) {
        guard let number = moment.sequence, number > 0 else {
            heard[moment.source, default: Heard()].unnumbered = true
            return
        }
        heard[moment.source, default: Heard()].insert(number, at: moment.time)
    }

    /// The longest delay that was ever declared normal for each source: a promise is the operator's own word, and
    /// a lateness that it forgives is still printed.
    var declaredDelays: [Text: Int64] {
        promises.compactMapValues { $0.compactMap(\.lateSeconds).max() }
    }

    /// Whether `source` may have sent something between `from` and `to` that is not in the log. Nil: it can not.
    func mayLack(_ source: Text, from: Timestamp?, to: Timestamp, ordering: Ordering, head: Timestamp) -> String? {
        let promise = promises[source]?.last
        guard let heard = heard[source] else {
            guard let promise else { return nil }
            return silence(of: source, since: promise.recorded.time, promise: promise, ordering: ordering, head: head)
        }
        guard let latest = heard.runs.last, promise?.sequenced != false else {
            return "\(source) does not number its events, so nothing shows that none is missing"
        }
        if let gap = heard.gap(from: from, to: to, skew: ordering.skewSeconds) { return "\(source) has a gap: \(gap)" }
        if latest.lastTime >= to { return nil }
        return silence(of: source, since: latest.lastTime, promise: promise, ordering: ordering, head: head)
    }

    private func silence(
        of source: Text, since: Timestamp, promise: Promise?, ordering: Ordering, head: Timestamp
    ) -> String? {
        guard let promise, promise.sequenced else {
            return "\(source) does not number its events, so nothing shows that none is missing"
        }
        guard let beat = promise.heartbeatSeconds else {
            return "\(source) was not heard from since \(since.text) and promises no heartbeat"
        }
        let due = since.later(by: beat)
        guard head.isLater(than: due, by: ordering.late(for: source)) else { return nil }
        return "the heartbeat of \(source) is overdue since \(due.text)"
    }
}

extension Gates.Heard {
    mutating func insert(_ number: UInt64, at time: Timestamp) {
        let place = firstRun(endingAtOrAfter: number)
        if place < runs.count, runs[place].first <= number { return }
        let joinsBefore = place > 0 && runs[place - 1].last == number - 1
        let joinsAfter = place < runs.count && runs[place].first == number + 1
        switch (joinsBefore, joinsAfter) {
        case (true, true):
            runs[place - 1].last = runs[place].last
            runs[place - 1].lastTime = runs[place].lastTime
            runs.remove(at: place)
        case (true, false):
            runs[place - 1].last = number
            runs[place - 1].lastTime = time
        case (false, true):
            runs[place].first = number
            runs[place].firstTime = time
        case (false, false):
            runs.insert(Gates.Run(first: number, last: number, firstTime: time, lastTime: time), at: place)
        }
    }

    private func firstRun(endingAtOrAfter number: UInt64) -> Int {
        var low = 0
        var high = runs.count
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].last < number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// A gap whose neighbours leave room for an event between `from` and `to`.
    func gap(from: Timestamp?, to: Timestamp, skew: Int64) -> String? {
        var previous: Gates.Run?
        for run in runs {
            defer { previous = run }
            let first = (previous?.last ?? 0) + 1
            guard run.first > first else { continue }
            if let before = previous, before.lastTime.isLater(than: to, by: skew) { continue }
            if let from, from.isLater(than: run.firstTime, by: skew) { continue }
            return first == run.first - 1
                ? "number \(first) is missing" : "numbers \(first)–\(run.first - 1) are missing"
        }
        return nil
    }
}

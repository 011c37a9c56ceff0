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

    /// Where in time a missing event would stand: before `to`, and not before `from` where that is known.
    struct Window: Sendable {
        let from: Timestamp?
        let to: Moment
    }

    /// The numbers of a source as runs without a gap, ascending: as long as its gaps are many, not its events.
    struct Heard: Sendable {
        var runs: [Run] = []
        /// Whether its numbers are given from 1 on.
        var isWhole: Bool
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

    /// - Parameter isWhole: whether everything that the source said is given, and not only from some entry on.
    mutating func hear(_ moment: Moment, isWhole: Bool) {
        guard let number = moment.sequence, number > 0 else {
            if heard[moment.source] == nil { heard[moment.source] = Heard(isWhole: isWhole) }
            return
        }
        heard[moment.source, default: Heard(isWhole: isWhole)].insert(number, at: moment.time)
    }

    /// The longest delay that was ever declared normal for each source: a promise is the operator's own word, and
    /// a lateness that it forgives is still printed.
    var declaredDelays: [Text: Int64] {
        promises.compactMapValues { $0.compactMap(\.lateSeconds).max() }
    }

    /// Whether `source` may have sent something between `from` and `to` that is not in the log. Nil: it can not.
    func mayLack(_ source: Text, in window: Window, ordering: Ordering, head: Timestamp) -> String? {
        let promise = promises[source]?.last
        guard let heard = heard[source] else {
            guard let promise else { return nil }
            return silence(of: source, since: promise.recorded.time, promise: promise, ordering: ordering, head: head)
        }
        guard let latest = heard.runs.last, promise?.sequenced != false else {
            return "\(source) does not number its events, so nothing shows that none is missing"
        }
        if let gap = heard.gap(in: window, of: source, skew: ordering.skewSeconds) {
            return "\(source) has a gap: \(gap)"
        }
        if latest.lastTime >= window.to.time { return nil }
        return silence(of: source, since: latest.lastTime, promise: promise, ordering: ordering, head: head)
    }

    /// A gap of a source that numbers its events, in `window`.
    func gap(_ source: Text, in window: Window, skew: Int64) -> String? {
        guard promises[source]?.last?.sequenced != false else { return nil }
        return heard[source]?.gap(in: window, of: source, skew: skew)
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
        let joinsAfter = place < runs.count && runs[place].first == number &+ 1
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

    /// A gap whose neighbours leave room for an event in `window`. A source's own numbers decide what it said before
    /// the window's end.
    func gap(in window: Gates.Window, of source: Text, skew: Int64) -> String? {
        let end = window.to.source == source ? window.to.sequence : nil
        var previous: Gates.Run?
        for run in runs {
            defer { previous = run }
            guard let first = previous.map({ $0.last &+ 1 }) ?? (isWhole ? 1 : nil), run.first > first else { continue }
            if let end, first > end { continue }
            if end == nil, let before = previous, before.lastTime.isLater(than: window.to.time, by: skew) { continue }
            if let from = window.from, from.isLater(than: run.firstTime, by: skew) { continue }
            return first == run.first - 1
                ? "number \(first) is missing" : "numbers \(first)–\(run.first - 1) are missing"
        }
        return nil
    }
}

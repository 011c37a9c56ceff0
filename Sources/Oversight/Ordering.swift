import ApprovalEvents
import MerkleTree

/// When a source says that something happened, and when and where the ledger recorded it.
public struct Moment: Hashable, Sendable {
    public let index: LeafIndex
    /// The source's claim.
    public let time: Timestamp
    /// The ledger's own time.
    public let ledgerTime: Timestamp
    public let identity: EventIdentity
    public let sequence: UInt64?

    public init(index: LeafIndex, time: Timestamp, ledgerTime: Timestamp, identity: EventIdentity, sequence: UInt64?) {
        self.index = index
        self.time = time
        self.ledgerTime = ledgerTime
        self.identity = identity
        self.sequence = sequence
    }

    public init(_ recorded: RecordedEntry) {
        let event = recorded.entry
        self.init(
            index: recorded.index, time: event.time, ledgerTime: event.ledgerTime, identity: event.identity,
            sequence: event.sourceSequence)
    }

    var source: Text { identity.source }
}

/// What a comparison of times comes to.
public enum TimeVerdict: Hashable, Sendable {
    case holds
    /// It holds by the claimed time, though it was recorded after; reports print it as late.
    case holdsLate
    case finding
    /// It claims to be in time, but was recorded too late for the claim to count.
    case undecidable(recordedLateBy: Int64)
}

/// Order and deadlines where every source has a clock of its own (EVENTS §4.3–4.5).
///
/// A claimed time is believed as far as the ledger saw the event soon enough: within `lateSeconds` of the claim,
/// which `source.configured` may raise for one source.
public struct Ordering: Hashable, Sendable {
    public let skewSeconds: Int64
    public let lateSeconds: Int64
    /// Delays that are normal for single sources, where longer.
    public let lateBySource: [Text: Int64]

    public init(skewSeconds: Int64 = 5, lateSeconds: Int64 = 300, lateBySource: [Text: Int64] = [:]) {
        self.skewSeconds = skewSeconds
        self.lateSeconds = lateSeconds
        self.lateBySource = lateBySource
    }

    /// The delay that is forgiven to `source`.
    public func late(for source: Text) -> Int64 { max(lateSeconds, lateBySource[source] ?? lateSeconds) }

    /// “`first` before `second`” (EVENTS §4.3).
    public func order(_ first: Moment, _ second: Moment) -> TimeVerdict {
        if first.time.isLater(than: second.time, by: skewSeconds) { return .finding }
        if let decided = bySequence(first, second) { return decided ? .holds : .finding }
        if first.index < second.index { return .holds }
        return recordedSoon(first)
    }

    /// `moment` not after `limit` (EVENTS §4.4).
    public func deadline(_ moment: Moment, _ limit: Timestamp) -> TimeVerdict {
        if moment.time.isLater(than: limit, by: skewSeconds) { return .finding }
        let late = late(for: moment.source)
        if !moment.ledgerTime.isLater(than: limit, by: late) { return .holds }
        return .undecidable(recordedLateBy: moment.ledgerTime.seconds - limit.seconds)
    }

    /// Which of two came first, where a rule asks which it was and not whether one order can be defended:
    /// nil where both orders can, and claimed times and log order disagree, or where neither can.
    public func precedes(_ first: Moment, _ second: Moment) -> Bool? {
        if let decided = bySequence(first, second) { return decided }
        switch (order(first, second).holds, order(second, first).holds) {
        case (true, false): return true
        case (false, true): return false
        case (false, false): return nil
        case (true, true):
            if first.index < second.index, first.time <= second.time { return true }
            if second.index < first.index, second.time <= first.time { return false }
            return nil
        }
    }

    private func bySequence(_ first: Moment, _ second: Moment) -> Bool? {
        guard first.source == second.source, let one = first.sequence, let other = second.sequence, one != other
        else { return nil }
        return one < other
    }

    private func recordedSoon(_ moment: Moment) -> TimeVerdict {
        if !moment.ledgerTime.isLater(than: moment.time, by: late(for: moment.source)) { return .holdsLate }
        return .undecidable(recordedLateBy: moment.ledgerTime.seconds - moment.time.seconds)
    }
}

extension TimeVerdict {
    var holds: Bool { self == .holds || self == .holdsLate }
}

extension Timestamp {
    /// More than `seconds` after `other`. Limits may be any integer of the format, so nothing here overflows.
    func isLater(than other: Timestamp, by allowance: Int64) -> Bool {
        let (bound, overflow) = other.seconds.addingReportingOverflow(allowance)
        if overflow { return allowance < 0 }
        return (seconds, nanoseconds) > (bound, other.nanoseconds)
    }

    /// `seconds` later, to the millisecond; never past the year 9999, which is as far as the format writes.
    func later(by allowance: Int64) -> Timestamp {
        let last: Int64 = 253_402_300_799_999
        let (shift, tooFar) = allowance.multipliedReportingOverflow(by: 1000)
        let (sum, overflow) = milliseconds.addingReportingOverflow(shift)
        if tooFar || overflow { return Timestamp(milliseconds: allowance < 0 ? 0 : last) }
        return Timestamp(milliseconds: min(max(sum, 0), last))
    }
}

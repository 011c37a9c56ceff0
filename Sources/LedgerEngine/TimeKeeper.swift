import ApprovalEvents

/// Turns clock readings into `ledgertime`: never decreasing, and refused where the clock cannot be believed.
///
/// Pure; the sequencer owns one. A step backwards of at most two seconds (a leap second smeared, a small NTP
/// correction) is clamped to the newest time given. A larger one, or a wall clock that has moved more than a
/// minute against the monotonic one since the start, stops the ledger: a wrong time, once sealed, stays.
struct TimeKeeper: Sendable {
    static let toleratedStep: Int64 = 2_000
    static let toleratedDrift: Int64 = 60_000

    enum Verdict: Hashable, Sendable {
        case time(Int64)
        case stopped(String)
    }

    /// The newest `ledgertime` in the log, in milliseconds.
    private(set) var newest: Int64
    private let anchor: ClockReading

    init(anchor: ClockReading, newest: Int64) {
        self.anchor = anchor
        self.newest = newest
    }

    /// The time to seal at. Asking changes nothing: the log may still refuse the batch.
    func judge(_ reading: ClockReading) -> Verdict {
        let drift = (reading.wall - anchor.wall) - (reading.monotonic - anchor.monotonic)
        guard abs(drift) <= Self.toleratedDrift else {
            return .stopped("the wall clock has moved \(drift) ms against the monotonic clock")
        }
        guard newest - reading.wall <= Self.toleratedStep else {
            return .stopped("the wall clock is \(newest - reading.wall) ms behind the newest entry")
        }
        return .time(max(newest, reading.wall))
    }

    mutating func sealed(at time: Int64) {
        precondition(time >= newest, "ledgertime never decreases")
        newest = time
    }
}

/// Two clocks read at the same moment, in milliseconds.
public struct ClockReading: Hashable, Sendable {
    /// Since 1970-01-01T00:00:00Z, without leap seconds.
    public let wall: Int64
    /// Since some fixed moment; never set, and running on while the machine sleeps (CLOCK_BOOTTIME on Linux).
    public let monotonic: Int64

    public init(wall: Int64, monotonic: Int64) {
        self.wall = wall
        self.monotonic = monotonic
    }
}

/// Where the ledger takes its time from: a value passed in, so that tests own the clock.
public protocol LedgerClock: Sendable {
    func now() -> ClockReading
}

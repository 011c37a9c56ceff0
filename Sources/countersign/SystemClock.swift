import Glibc
import LedgerEngine

/// This machine's clocks: the time of day, and one that nobody sets and that runs on while the machine sleeps.
struct SystemClock: LedgerClock {
    func now() -> ClockReading {
        ClockReading(wall: Self.milliseconds(CLOCK_REALTIME), monotonic: Self.milliseconds(CLOCK_BOOTTIME))
    }

    private static func milliseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

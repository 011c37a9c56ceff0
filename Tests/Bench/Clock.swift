import Glibc

/// Nanoseconds of the monotonic clock.
enum Clock {
    static let second: UInt64 = 1_000_000_000

    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * second + UInt64(time.tv_nsec)
    }

    /// Milliseconds since 1970, for identifiers.
    static func wallMilliseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(time.tv_sec) * 1_000 + UInt64(time.tv_nsec) / 1_000_000
    }

    static func seconds(_ nanoseconds: UInt64) -> Double { Double(nanoseconds) / Double(second) }

    static func nanoseconds(_ seconds: Double) -> UInt64 { UInt64(seconds * Double(second)) }

    /// Runs `work` and says how long it took, in seconds.
    static func time(_ work: () throws -> Void) rethrows -> Double {
        let start = now()
        try work()
        return seconds(now() - start)
    }
}

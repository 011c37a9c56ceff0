/// How long things took: counts in log-linear buckets, so that recording costs an increment and a quantile is within
/// 0.4 % of the exact one.
///
/// Every power of two is cut into 128 buckets of one width (below 256 each value has its own). A value is read back
/// as its bucket's middle, which is off by at most half a width: 1/256.
package struct Histogram: Sendable {
    private static let precision = 7
    /// 2^42 ns are more than an hour; what is longer counts as that.
    private static let largestExponent = 42

    private var counts = [UInt64](repeating: 0, count: (largestExponent - precision + 2) << precision)
    package private(set) var count: UInt64 = 0

    package init() {}

    package mutating func record(_ value: UInt64) {
        counts[Self.bucket(of: value)] += 1
        count += 1
    }

    package mutating func add(_ other: Histogram) {
        for (bucket, more) in other.counts.enumerated() where more > 0 { counts[bucket] += more }
        count += other.count
    }

    /// The smallest value that at least this share of all values does not exceed; nil where nothing was recorded.
    package func quantile(_ share: Double) -> UInt64? {
        guard count > 0 else { return nil }
        let rank = max(1, UInt64((share * Double(count)).rounded(.up)))
        var seen: UInt64 = 0
        for (bucket, some) in counts.enumerated() {
            seen += some
            if seen >= rank { return Self.middle(of: bucket) }
        }
        return nil
    }

    private static func bucket(of value: UInt64) -> Int {
        let value = min(value, (1 << UInt64(largestExponent + 1)) - 1)
        guard value >> precision > 0 else { return Int(value) }
        let exponent = 63 - value.leadingZeroBitCount
        let step = Int(value >> UInt64(exponent - precision)) & ((1 << precision) - 1)
        return (exponent - precision + 1) << precision | step
    }

    private static func middle(of bucket: Int) -> UInt64 {
        let octave = bucket >> precision
        let step = UInt64(bucket & ((1 << precision) - 1))
        guard octave > 0 else { return step }
        let width: UInt64 = 1 << UInt64(octave - 1)
        return (1 << UInt64(precision) | step) * width + width / 2
    }
}

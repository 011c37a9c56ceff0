import TestMaterial
import Testing
import bench

struct HistogramTests {
    @Test func `a quantile is within half a percent of the exact one`() {
        var random = SeededRandom(seed: 0x5EED_0005)
        for exponent in 1...41 {
            let values = (0..<1_000).map { _ in UInt64.random(in: 0...(1 << exponent), using: &random) }
            var histogram = Histogram()
            for value in values { histogram.record(value) }
            let sorted = values.sorted()
            for share in [0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1] {
                let exact = Double(sorted[max(1, Int((share * 1_000).rounded(.up))) - 1])
                let read = Double(histogram.quantile(share) ?? 0)
                #expect(abs(read - exact) <= exact / 256 + 0.5, "\(share) of 2^\(exponent): \(read), exactly \(exact)")
            }
        }
    }

    @Test func `small values are exact, and the largest counts as an hour or more`() {
        for value in UInt64(0)..<256 {
            var histogram = Histogram()
            histogram.record(value)
            #expect(histogram.quantile(0.5) == value)
        }
        var histogram = Histogram()
        histogram.record(.max)
        #expect(histogram.quantile(1).map { $0 > 3_600_000_000_000 } == true)
    }

    @Test func `two histograms added are the histogram of both`() {
        var (left, right, both) = (Histogram(), Histogram(), Histogram())
        for value in UInt64(1)...1_000 {
            if value % 3 == 0 { left.record(value * value) } else { right.record(value * value) }
            both.record(value * value)
        }
        left.add(right)
        #expect(left.count == 1_000)
        for share in [0.1, 0.5, 0.99] { #expect(left.quantile(share) == both.quantile(share)) }
        #expect(Histogram().quantile(0.5) == nil)
    }
}

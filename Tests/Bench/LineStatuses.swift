/// Counts what an NDJSON answer says of each line: `{"index":7,"line":1,"status":201}`.
///
/// It looks for `"status":` and three digits, wherever they stand in the line; the last of a line counts. A line
/// without one (the checkpoint at the end) is counted as such.
package struct LineStatuses {
    private static let pattern = "status\":".utf8.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }

    private var counts = [Int](repeating: 0, count: 1_000)
    package private(set) var linesWithout = 0
    /// The last eight bytes.
    private var window: UInt64 = 0
    private var digitsToCome = 0
    private var status = 0

    package init() {}

    /// How many lines have each status.
    package var byStatus: [Int: Int] {
        var result: [Int: Int] = [:]
        for (status, count) in counts.enumerated() where count > 0 { result[status] = count }
        return result
    }

    package mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes {
            if byte == 0x0A {
                endLine()
            } else if digitsToCome > 0 {
                status = (0x30...0x39).contains(byte) ? status * 10 + Int(byte - 0x30) : 0
                digitsToCome -= 1
            }
            window = window << 8 | UInt64(byte)
            if window == Self.pattern {
                digitsToCome = 3
                status = 0
            }
        }
    }

    private mutating func endLine() {
        if (100..<1_000).contains(status) { counts[status] += 1 } else { linesWithout += 1 }
        status = 0
        digitsToCome = 0
    }
}

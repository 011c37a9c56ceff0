/// Says of most identities that a run does not have them, without reading it: a Bloom filter in lines of 64 bytes.
///
/// An identity sets seven bits of one line, so asking costs one miss of the processor's cache. The line grows with the
/// fingerprint: a run is written in this order, so its filter is too, and can be stored a part at a time.
package struct MarkFilter: Sendable {
    static let lineBytes = 64
    /// Memory goes to the filters of large runs, reads to those of small ones, which are many, and all of them are asked.
    /// By the formula a large one takes 2.5 % of the identities that are not there for ones that may be, a small one 0.2 %.
    static func bitsPerIdentity(of count: Int) -> Int { count > 1 << 20 ? 8 : 14 }

    private var words: [UInt64]

    package var lineCount: Int { words.count / 8 }

    package init(identities count: Int) {
        words = Array(repeating: 0, count: 8 * Self.lineCount(identities: count))
    }

    /// Reads all lines of a filter for `count` identities; nil for another number of bytes.
    package init?(_ bytes: [UInt8], identities count: Int) {
        guard count <= 8 * bytes.count, bytes.count == Self.lineBytes * Self.lineCount(identities: count) else {
            return nil
        }
        words = bytes.withUnsafeBytes { memory in
            stride(from: 0, to: memory.count, by: 8).map {
                UInt64(bigEndian: memory.loadUnaligned(fromByteOffset: $0, as: UInt64.self))
            }
        }
    }

    package mutating func insert(_ fingerprint: Fingerprint) {
        let first = 8 * line(of: fingerprint)
        for number in UInt64(0)..<7 {
            let bit = Int(truncatingIfNeeded: fingerprint.low >> (9 * number)) & 511
            words[first + (bit >> 6)] |= 1 << UInt64(bit & 63)
        }
    }

    package func mayContain(_ fingerprint: Fingerprint) -> Bool {
        let first = 8 * line(of: fingerprint)
        // All seven, whatever the first says: half of the guesses which way it goes would be wrong.
        var missing: UInt64 = 0
        for number in UInt64(0)..<7 {
            let bit = Int(truncatingIfNeeded: fingerprint.low >> (9 * number)) & 511
            missing |= ~words[first + (bit >> 6)] & (1 << UInt64(bit & 63))
        }
        return missing == 0
    }

    /// The identity's line; it never falls where the fingerprint grows.
    func line(of identity: Fingerprint) -> Int {
        Int((identity.high << 1).multipliedFullWidth(by: UInt64(lineCount)).high)
    }

    /// The bytes of some lines.
    package func bytes(of lines: Range<Int>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.lineBytes * lines.count)
        for word in words[8 * lines.lowerBound..<8 * lines.upperBound] {
            withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    /// One line less than the bits would fill: runs are powers of two, and so, or seven eighths of that, are the blocks that
    /// allocators have. With an array's header on top, a filter would take the next larger one.
    private static func lineCount(identities count: Int) -> Int {
        max(1, (bitsPerIdentity(of: count) * count + 511) / 512 - 1)
    }
}

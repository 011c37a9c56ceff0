/// What stands for an identity or a subject in the index: 127 bits of a keyed digest (`MarkKey`) below one bit that is
/// 0 for identities and 1 for subjects. So identities stand before subjects.
package struct Fingerprint: Hashable, Comparable, Sendable {
    let high: UInt64
    let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    var isIdentity: Bool { high >> 63 == 0 }

    package static func < (left: Fingerprint, right: Fingerprint) -> Bool {
        left.high == right.high ? left.low < right.low : left.high < right.high
    }
}

/// A fingerprint and a position where it stands: 24 bytes, big-endian, so that bytes are ordered as marks are.
struct Mark: Hashable, Comparable, Sendable {
    static let byteCount = 24

    let fingerprint: Fingerprint
    let position: Int64

    static func < (left: Mark, right: Mark) -> Bool {
        left.fingerprint == right.fingerprint
            ? left.position < right.position : left.fingerprint < right.fingerprint
    }

    /// Appends the 24 bytes.
    func append(to bytes: inout [UInt8]) {
        for word in [fingerprint.high, fingerprint.low, UInt64(bitPattern: position)] {
            withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) }
        }
    }

    /// The marks that `bytes` hold one after another; nil for a length or a position that `append` never writes.
    static func list(_ bytes: some Collection<UInt8>) -> [Mark]? {
        guard bytes.count.isMultiple(of: byteCount) else { return nil }
        return bytes.withContiguousStorageIfAvailable { list(UnsafeRawBufferPointer($0)) }
            ?? Array(bytes).withUnsafeBytes { list($0) }
    }

    private static func list(_ memory: UnsafeRawBufferPointer) -> [Mark]? {
        var marks: [Mark] = []
        marks.reserveCapacity(memory.count / byteCount)
        for place in stride(from: 0, to: memory.count, by: byteCount) {
            func word(_ number: Int) -> UInt64 {
                UInt64(bigEndian: memory.loadUnaligned(fromByteOffset: place + 8 * number, as: UInt64.self))
            }
            guard let position = Int64(exactly: word(2)) else { return nil }
            marks.append(Mark(fingerprint: Fingerprint(high: word(0), low: word(1)), position: position))
        }
        return marks
    }
}

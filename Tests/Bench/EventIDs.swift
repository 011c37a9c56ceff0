import TestMaterial

/// Identifiers as sources make them, in the 36 characters of RFC 9562.
package struct EventIDs {
    package enum Order: String, Codable, Sendable {
        /// UUIDv7: milliseconds, then a counter within each of them, then random bits. They fall together in an index.
        case timeOrdered
        /// UUIDv4. They fall everywhere.
        case random
    }

    package static let length = 36

    package let order: Order
    private var random: SeededRandom
    private var milliseconds: UInt64 = 0
    private var counter: UInt64 = 0

    package init(_ order: Order, seed: UInt64) {
        self.order = order
        random = SeededRandom(seed: seed)
    }

    /// The next identifier's two halves.
    ///
    /// - Parameter now: milliseconds since 1970. A clock that goes back is not followed.
    package mutating func next(at now: UInt64) -> (high: UInt64, low: UInt64) {
        let low = random.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        switch order {
        case .random:
            return (random.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000, low)
        case .timeOrdered:
            if now > milliseconds {
                milliseconds = now
                counter = 0
            } else if counter < 0xFFF {
                counter += 1
            } else {
                milliseconds += 1
                counter = 0
            }
            return (milliseconds << 16 | 0x7000 | counter, low)
        }
    }

    /// The first 13 characters of a time-ordered id: its milliseconds.
    package static func prefix(at now: UInt64) -> String {
        var characters = [UInt8](repeating: 0, count: length)
        characters.withUnsafeMutableBytes { write((now << 16, 0), to: $0, at: 0) }
        return String(decoding: characters[..<13], as: UTF8.self)
    }

    /// Writes the 36 characters from `place` on.
    package static func write(_ id: (high: UInt64, low: UInt64), to bytes: UnsafeMutableRawBufferPointer, at place: Int)
    {
        var place = place
        for digit in 0..<32 {
            if digit == 8 || digit == 12 || digit == 16 || digit == 20 {
                bytes[place] = UInt8(ascii: "-")
                place += 1
            }
            let half = digit < 16 ? id.high : id.low
            let nibble = UInt8(truncatingIfNeeded: half >> UInt64(60 - 4 * (digit & 15))) & 0xF
            bytes[place] = nibble < 10 ? 0x30 + nibble : 0x57 + nibble
            place += 1
        }
    }
}

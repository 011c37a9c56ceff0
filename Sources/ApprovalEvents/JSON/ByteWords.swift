/// Eight bytes at a time: tests that give a word in which the top bit of a byte is set where it passes.
///
/// Where nothing else is said, sums and differences go over the border of a byte only where that byte is beyond ASCII or
/// passes already, so they are exact for all bytes of a word that is ASCII, and for the first that passes of any word.
enum ByteWords {
    static let tops: UInt64 = 0x8080_8080_8080_8080

    /// This byte, eight times.
    @inline(__always)
    static func all(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

    /// The eight bytes at `offset`, the first of them lowest.
    @inline(__always)
    static func load(_ bytes: UnsafeRawPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// The next quote, backslash, control character or byte beyond ASCII; or where fewer than eight bytes are left.
    @inline(__always)
    static func plainEnd(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        guard let base = UnsafeRawPointer(bytes.baseAddress) else { return start }
        var at = start
        while at + 8 <= bytes.count {
            let found = special(load(base, at))
            guard found == 0 else { return at + found.trailingZeroBitCount >> 3 }
            at += 8
        }
        return at
    }

    /// The whole words of a run of bytes, one after the other.
    @inline(__always)
    static func forEach(in bytes: UnsafeBufferPointer<UInt8>, _ body: (UInt64) -> Void) {
        guard let base = UnsafeRawPointer(bytes.baseAddress) else { return }
        var at = 0
        while at + 8 <= bytes.count {
            body(load(base, at))
            at += 8
        }
    }

    /// Quotes and backslashes, exact for all bytes of any word.
    @inline(__always)
    static func quotes(_ word: UInt64) -> UInt64 {
        equal(to: UInt8(ascii: "\""), word) | equal(to: UInt8(ascii: "\\"), word)
    }

    /// Bytes below 0x20, exact for all bytes of any word.
    @inline(__always)
    static func controls(_ word: UInt64) -> UInt64 { ~((word & ~tops) &+ all(0x60) | word) & tops }

    /// Bytes that are this one, exact for all bytes of any word.
    @inline(__always)
    static func equal(to byte: UInt8, _ word: UInt64) -> UInt64 { zeroes(word ^ all(byte)) }

    @inline(__always)
    private static func zeroes(_ word: UInt64) -> UInt64 { ~((word & ~tops) &+ all(0x7F) | word) & tops }

    @inline(__always)
    private static func special(_ word: UInt64) -> UInt64 {
        let quote = word ^ all(UInt8(ascii: "\""))
        let backslash = word ^ all(UInt8(ascii: "\\"))
        return ((word &- all(0x20)) | (quote &- all(1)) | (backslash &- all(1)) | word) & tops
    }

    /// Whether all bytes are printable ASCII.
    @inline(__always)
    static func arePrintable(_ word: UInt64) -> Bool {
        ((word &- all(0x20)) | (word &+ all(1)) | word) & tops == 0
    }

    /// Whether all bytes are lower-case hexadecimal digits.
    @inline(__always)
    static func areHexDigits(_ word: UInt64) -> Bool {
        guard word & tops == 0 else { return false }
        let digits = atLeast("0", word) & ~atLeast(":", word)
        let letters = atLeast("a", word) & ~atLeast("g", word)
        return (digits | letters) & tops == tops
    }

    /// Bytes of an ASCII word that are not below `least`.
    @inline(__always)
    private static func atLeast(_ least: Unicode.Scalar, _ word: UInt64) -> UInt64 {
        word &+ all(0x80 - UInt8(ascii: least))
    }
}

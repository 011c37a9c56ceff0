import LedgerCrypto

/// What the texts of a log have in common: rules on bytes, not on characters, because Swift's strings take two
/// different byte strings for one text ("é" has two) and read CR LF as one character.
enum TextRules {
    static let lineFeed: UInt8 = 0x0A
    static let space: UInt8 = 0x20
    static let plus = UInt8(ascii: "+")

    /// The largest position or size that any of the formats carries: 2⁶³ − 1 (tlog-checkpoint).
    static let maxCount = UInt64(Int64.max)

    /// Whether the bytes are UTF-8 without control characters, line feeds apart (signed-note, "Format").
    static func isText(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.allSatisfy { $0 >= space || $0 == lineFeed } && isUTF8(bytes)
    }

    /// Whether the bytes are one line of such a text, and not an empty one.
    static func isLine(_ bytes: some Collection<UInt8>) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy { $0 >= space } && isUTF8(bytes)
    }

    /// Whether the bytes can name a key: not empty, no Unicode space and no plus sign (signed-note, "Format").
    static func isKeyName(_ bytes: some Collection<UInt8>) -> Bool {
        guard isLine(bytes), !bytes.contains(plus), let text = String(validating: bytes, as: UTF8.self) else {
            return false
        }
        return !text.unicodeScalars.contains { $0.properties.isWhitespace }
    }

    private static func isUTF8(_ bytes: some Collection<UInt8>) -> Bool {
        String(validating: bytes, as: UTF8.self) != nil
    }

    /// Reads a decimal number up to 2⁶³ − 1 in its one form: no sign, no leading zero.
    static func decimal(_ bytes: some Collection<UInt8>) -> UInt64? {
        guard let first = bytes.first, bytes.count <= 19, first != UInt8(ascii: "0") || bytes.count == 1 else {
            return nil
        }
        var value: UInt64 = 0
        for digit in bytes {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + UInt64(digit - UInt8(ascii: "0"))
        }
        return value <= maxCount ? value : nil
    }

    static func digest(base64 line: some Collection<UInt8>) -> Digest? {
        // 44 characters are exactly 32 bytes; looking at no more bounds the work.
        line.count == 44 ? Base64.decode(line).flatMap { Digest($0) } : nil
    }

    /// The bytes as words for a message; bytes that are no UTF-8 show as replacement characters.
    static func words(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}

/// The lines of a text, each ended by one line feed.
struct LineReader {
    private(set) var rest: ArraySlice<UInt8>
    /// The number of the line that `next()` gave last, from 1.
    private(set) var number = 0

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    /// The next line without its line feed; `nil` at the end, and where the line feed is missing.
    mutating func next() -> ArraySlice<UInt8>? {
        guard let end = rest.firstIndex(of: TextRules.lineFeed) else { return nil }
        defer { rest = rest[(end + 1)...] }
        number += 1
        return rest[..<end]
    }
}

/// A key id as people see it.
enum KeyID {
    /// Eight hexadecimal digits.
    static func text(_ keyID: UInt32) -> String { Hex.string(bytes(keyID)) }

    static func bytes(_ keyID: UInt32) -> [UInt8] { withUnsafeBytes(of: keyID.bigEndian) { [UInt8]($0) } }

    /// The first four bytes of `digest`.
    static func first(of digest: Digest) -> UInt32 {
        digest.bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}

import LedgerCrypto

/// A JSON string in the one form that RFC 8785 §3.2.2.2 gives it.
public enum CanonicalString {
    /// Appends UTF-8 text in quotes, with the escapes that it must have and no others.
    public static func append(_ text: [UInt8], to output: inout [UInt8]) {
        text.withUnsafeBufferPointer { append($0, to: &output) }
    }

    static func append(_ text: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        // Eight bytes are copied at a time and what follows them is written over, so there is room for eight more.
        output.append(addingCapacity: text.count + growth(of: text) + 10) { span in
            span.withUnsafeMutableBufferPointer { escaped, count in write(text, to: escaped, &count) }
        }
    }

    private static func write(
        _ text: UnsafeBufferPointer<UInt8>, to escaped: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int
    ) {
        escaped[count] = UInt8(ascii: "\"")
        count += 1
        var at = 0
        while at < text.count {
            let end = min(ByteWords.copyPlain(text, at, to: escaped, count), text.count)
            count += end - at
            at = end
            guard at < text.count else { break }
            if needsEscape(text[at]) {
                count += writeEscape(of: text[at], to: escaped, at: count)
            } else {
                escaped[count] = text[at]
                count += 1
            }
            at += 1
        }
        escaped[count] = UInt8(ascii: "\"")
        count += 1
    }

    /// How many bytes the escapes add, at the most.
    private static func growth(of text: UnsafeBufferPointer<UInt8>) -> Int {
        var growth = 0
        for byte in text {
            growth += byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") ? 1 : byte < 0x20 ? 5 : 0
        }
        return growth
    }

    /// The escape that a character must have; empty for all that need none.
    static func escape(of scalar: Unicode.Scalar) -> [UInt8] {
        guard let byte = UInt8(exactly: scalar.value), needsEscape(byte) else { return [] }
        return [UInt8](unsafeUninitializedCapacity: 6) { escape, count in
            count = writeEscape(of: byte, to: escape, at: 0)
        }
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    /// Writes two bytes, or six, and returns how many.
    private static func writeEscape(of byte: UInt8, to output: UnsafeMutableBufferPointer<UInt8>, at start: Int) -> Int
    {
        output[start] = UInt8(ascii: "\\")
        let letter: UInt8
        switch byte {
        case 0x08: letter = UInt8(ascii: "b")
        case 0x09: letter = UInt8(ascii: "t")
        case 0x0A: letter = UInt8(ascii: "n")
        case 0x0C: letter = UInt8(ascii: "f")
        case 0x0D: letter = UInt8(ascii: "r")
        case 0x00..<0x20:
            let digits = Array("u00".utf8) + Hex.encode([byte])
            for (place, digit) in digits.enumerated() { output[start + 1 + place] = digit }
            return 6
        default: letter = byte
        }
        output[start + 1] = letter
        return 2
    }
}

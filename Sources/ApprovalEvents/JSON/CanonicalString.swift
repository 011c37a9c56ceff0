/// A JSON string in the one form that RFC 8785 §3.2.2.2 gives it.
public enum CanonicalString {
    /// Appends UTF-8 text in quotes, with the escapes that it must have and no others.
    public static func append(_ text: [UInt8], to output: inout [UInt8]) {
        text.withUnsafeBufferPointer { append($0, to: &output) }
    }

    static func append(_ text: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        var written = 0
        var at = plainPrefix(of: text, from: 0)
        while at < text.count {
            output.append(contentsOf: UnsafeBufferPointer(rebasing: text[written..<at]))
            appendEscape(of: text[at], to: &output)
            written = at + 1
            at = plainPrefix(of: text, from: written)
        }
        output.append(contentsOf: UnsafeBufferPointer(rebasing: text[written...]))
        output.append(UInt8(ascii: "\""))
    }

    /// The first byte from `start` on that needs an escape, or the end. Eight bytes are looked at together.
    private static func plainPrefix(of text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var at = start
        let bytes = UnsafeRawBufferPointer(text)
        let ones: UInt64 = 0x0101_0101_0101_0101
        while at + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            // The top bit of a byte is set where it was below the subtrahend. A byte beyond ASCII is not; a borrow
            // only reaches bytes after a hit, and the slow way below looks at each.
            let low = (word &- ones &* 0x20) & ~word
            let hits = low | (quote &- ones) & ~quote | (backslash &- ones) & ~backslash
            guard hits & (ones &* 0x80) == 0 else { break }
            at += 8
        }
        while at < text.count, !needsEscape(text[at]) { at += 1 }
        return at
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private static func appendEscape(of byte: UInt8, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: output.append(UInt8(ascii: "b"))
        case 0x09: output.append(UInt8(ascii: "t"))
        case 0x0A: output.append(UInt8(ascii: "n"))
        case 0x0C: output.append(UInt8(ascii: "f"))
        case 0x0D: output.append(UInt8(ascii: "r"))
        case 0x00..<0x20:
            output += "u00".utf8
            output.append(UInt8(ascii: "0") + (byte >> 4))
            output.append((byte & 15) < 10 ? UInt8(ascii: "0") + (byte & 15) : UInt8(ascii: "a") + (byte & 15) - 10)
        default: output.append(byte)
        }
    }
}

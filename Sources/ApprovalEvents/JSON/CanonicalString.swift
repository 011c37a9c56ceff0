/// A JSON string in the one form that RFC 8785 §3.2.2.2 gives it.
public enum CanonicalString {
    /// Appends UTF-8 text in quotes, with the escapes that it must have and no others.
    public static func append(_ text: [UInt8], to output: inout [UInt8]) {
        text.withUnsafeBufferPointer { append($0, to: &output) }
    }

    static func append(_ text: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        var (written, at) = (0, 0)
        while true {
            at = ByteWords.plainEnd(in: text, from: at)
            guard at < text.count else { break }
            if needsEscape(text[at]) {
                output.append(contentsOf: UnsafeBufferPointer(rebasing: text[written..<at]))
                appendEscape(of: text[at], to: &output)
                written = at + 1
            }
            at += 1
        }
        output.append(contentsOf: UnsafeBufferPointer(rebasing: text[written...]))
        output.append(UInt8(ascii: "\""))
    }

    /// The escape that a character must have; empty for all that need none.
    static func escape(of scalar: Unicode.Scalar) -> [UInt8] {
        guard let byte = UInt8(exactly: scalar.value), needsEscape(byte) else { return [] }
        var escape: [UInt8] = []
        appendEscape(of: byte, to: &escape)
        return escape
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

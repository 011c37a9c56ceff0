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
        guard let target = UnsafeMutableRawPointer(escaped.baseAddress) else { return }
        escaped[count] = UInt8(ascii: "\"")
        var place = count + 1
        var at = 0
        ByteWords.forEach(in: text) { word in
            if ByteWords.controls(word) != 0 {
                for byte in text[at..<at + 8] { place += write(byte, to: escaped, at: place) }
            } else if ByteWords.quotes(word) == 0 {
                target.storeBytes(of: word.littleEndian, toByteOffset: place, as: UInt64.self)
                place += 8
            } else {
                // Without a branch, for nobody can guess where in a text of JSON its quotes are.
                var (rest, quotes) = (word, ByteWords.quotes(word) >> 7)
                for _ in 0..<8 {
                    escaped[place] = UInt8(ascii: "\\")
                    place += Int(truncatingIfNeeded: quotes & 1)
                    escaped[place] = UInt8(truncatingIfNeeded: rest)
                    place += 1
                    rest >>= 8
                    quotes >>= 8
                }
            }
            at += 8
        }
        while at < text.count {
            place += write(text[at], to: escaped, at: place)
            at += 1
        }
        escaped[place] = UInt8(ascii: "\"")
        count = place + 1
    }

    /// Writes a byte as it is, or its escape, and returns how many bytes that took.
    private static func write(_ byte: UInt8, to output: UnsafeMutableBufferPointer<UInt8>, at place: Int) -> Int {
        if needsEscape(byte) { return writeEscape(of: byte, to: output, at: place) }
        output[place] = byte
        return 1
    }

    /// How many bytes the escapes add, at the most.
    private static func growth(of text: UnsafeBufferPointer<UInt8>) -> Int {
        var (growth, at) = (0, 0)
        ByteWords.forEach(in: text) { word in
            growth += ByteWords.count(ByteWords.quotes(word)) + 5 * ByteWords.count(ByteWords.controls(word))
            at += 8
        }
        return growth + 5 * (text.count - at)
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

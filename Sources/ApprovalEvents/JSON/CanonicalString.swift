import LedgerCrypto

/// A JSON string in the one form that RFC 8785 §3.2.2.2 gives it.
public enum CanonicalString {
    /// Appends UTF-8 text in quotes, with the escapes that it must have and no others.
    public static func append(_ text: [UInt8], to output: inout [UInt8]) {
        text.withUnsafeBufferPointer { append($0, to: &output) }
    }

    static func append(_ text: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        // Eight bytes are copied at a time and what follows them is written over, so there is room for more. What is reserved
        // and not used is given back with the text, soon; texts with control characters are rare.
        output.append(addingCapacity: (isPlain(text) ? 2 : 6) * text.count + 16) { span in
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
            let quotes = ByteWords.quotes(word)
            let lineFeeds = ByteWords.equal(to: 0x0A, word)
            target.storeBytes(of: word.littleEndian, toByteOffset: place, as: UInt64.self)
            if ByteWords.controls(word) != lineFeeds {
                for byte in text[at..<at + 8] { place += write(byte, to: escaped, at: place) }
            } else if quotes | lineFeeds != 0 {
                // A line feed becomes an n.
                place += write(
                    word ^ (lineFeeds >> 7) &* UInt64(0x0A ^ UInt8(ascii: "n")), quotes | lineFeeds, to: target,
                    at: place)
            } else {
                place += 8
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

    /// Writes eight bytes, which stand there already, with a backslash before each that a test has found, and returns how
    /// many bytes that took. The first two take no branch, for nobody can guess where in a text of JSON its quotes are.
    @inline(__always)
    private static func write(_ word: UInt64, _ found: UInt64, to target: UnsafeMutableRawPointer, at start: Int) -> Int
    {
        var (place, rest) = (start, found)
        @inline(__always)
        func writeNext() {
            // Eight where there is none: then what is written is written over.
            let next = rest.trailingZeroBitCount >> 3
            target.storeBytes(of: UInt8(ascii: "\\"), toByteOffset: place + next, as: UInt8.self)
            target.storeBytes(
                of: (word >> UInt64(8 * next)).littleEndian, toByteOffset: place + next + 1, as: UInt64.self)
            place += rest == 0 ? 0 : 1
            rest &= rest &- 1
        }
        writeNext()
        writeNext()
        while rest != 0 { writeNext() }
        return place - start + 8
    }

    /// Writes a byte as it is, or its escape, and returns how many bytes that took.
    private static func write(_ byte: UInt8, to output: UnsafeMutableBufferPointer<UInt8>, at place: Int) -> Int {
        if needsEscape(byte) { return writeEscape(of: byte, to: output, at: place) }
        output[place] = byte
        return 1
    }

    /// Whether no byte needs more than two: none is a control character, or a line feed at the most.
    private static func isPlain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var (others, at) = (UInt64(0), 0)
        ByteWords.forEach(in: text) { word in
            others |= ByteWords.controls(word) ^ ByteWords.equal(to: 0x0A, word)
            at += 8
        }
        return others == 0 && text[at...].allSatisfy { $0 >= 0x20 || $0 == 0x0A }
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

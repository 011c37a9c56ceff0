// Strings of the parser: RFC 8259 §7 and RFC 3629.

extension JSONParser {
    /// Reads a string from its opening to past its closing quote.
    mutating func string() throws(JSONError) -> Text {
        at += 1
        let start = at
        try skipPlainCharacters()
        if bytes[at] == UInt8(ascii: "\"") {
            defer { at += 1 }
            return Text(checked: UnsafeBufferPointer(rebasing: bytes[start..<at]))
        }
        return try stringWithEscapes(from: start)
    }

    /// The rest of a string in which an escape was met at `at`.
    private mutating func stringWithEscapes(from start: Int) throws(JSONError) -> Text {
        var unescaped = [UInt8](bytes[start..<at])
        while true {
            if bytes[at] == UInt8(ascii: "\"") {
                at += 1
                return unescaped.withUnsafeBufferPointer { Text(checked: $0) }
            }
            try escape(into: &unescaped)
            let run = at
            try skipPlainCharacters()
            unescaped.append(contentsOf: bytes[run..<at])
        }
    }

    /// Goes on to the next quote or backslash, checking that all before it is UTF-8 without control characters.
    private mutating func skipPlainCharacters() throws(JSONError) {
        while true {
            skipPlainWords()
            guard at < bytes.count else { throw failure(.endsEarly) }
            switch bytes[at] {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): return
            case 0..<0x20: throw failure(.controlCharacter)
            case 0x80...: at += try multibyteLength()
            default: at += 1
            }
        }
    }

    /// Skips eight bytes at a time while none of them is a quote, a backslash, a control character or beyond ASCII.
    @inline(__always)
    private mutating func skipPlainWords() {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        guard let base = UnsafeRawPointer(bytes.baseAddress) else { return }
        while at + 8 <= bytes.count {
            let word = base.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            // The top bit of a byte is set where it was below the subtrahend; borrows only reach bytes after the first
            // hit, and the first hit already ends the skipping.
            let special = (word &- ones &* 0x20) | (quote &- ones) | (backslash &- ones) | word
            guard special & tops == 0 else { return }
            at += 8
        }
    }

    /// The length of the well-formed sequence that begins at `at` (RFC 3629 §4): no overlongs, surrogates, or scalars
    /// beyond U+10FFFF.
    private func multibyteLength() throws(JSONError) -> Int {
        let lead = bytes[at]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw failure(.notUTF8)
        }
        guard at + length <= bytes.count, second.contains(bytes[at + 1]) else { throw failure(.notUTF8) }
        for offset in 2..<max(length, 2) where bytes[at + offset] & 0xC0 != 0x80 { throw failure(.notUTF8) }
        return length
    }

    /// Reads the escape at `at`.
    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        guard at + 1 < bytes.count else { throw JSONError(.endsEarly, offset: bytes.count) }
        let plain: UInt8
        switch bytes[at + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = bytes[at + 1]
        case UInt8(ascii: "b"): plain = 0x08
        case UInt8(ascii: "t"): plain = 0x09
        case UInt8(ascii: "n"): plain = 0x0A
        case UInt8(ascii: "f"): plain = 0x0C
        case UInt8(ascii: "r"): plain = 0x0D
        case UInt8(ascii: "u"):
            text.append(contentsOf: UTF8.encode(try escapedScalar()).unsafelyUnwrapped)
            return
        default: throw failure(.badEscape)
        }
        text.append(plain)
        at += 2
    }

    /// Reads `\uXXXX`, or two of them that make a surrogate pair.
    private mutating func escapedScalar() throws(JSONError) -> Unicode.Scalar {
        let start = at
        let unit = try hexUnit()
        if let scalar = Unicode.Scalar(UInt32(unit)) { return scalar }
        guard unit < 0xDC00, at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u")
        else { throw JSONError(.loneSurrogate, offset: start) }
        let low = try hexUnit()
        guard (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(low) - 0xDC00))
        else { throw JSONError(.loneSurrogate, offset: start) }
        return scalar
    }

    private mutating func hexUnit() throws(JSONError) -> UInt16 {
        guard at + 6 <= bytes.count else { throw JSONError(.endsEarly, offset: bytes.count) }
        var unit: UInt16 = 0
        for digit in bytes[at + 2..<at + 6] {
            let value: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = digit - UInt8(ascii: "A") + 10
            default: throw failure(.badEscape)
            }
            unit = unit << 4 | UInt16(value)
        }
        at += 6
        return unit
    }
}

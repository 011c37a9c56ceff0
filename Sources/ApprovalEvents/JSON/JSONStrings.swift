// Strings of the parser: RFC 8259 §7 and RFC 3629.

extension JSONParser {
    /// Reads a string from its opening to past its closing quote.
    mutating func string() throws(JSONError) {
        at += 1
        let start = at
        try skipPlainCharacters()
        let isPlain = bytes[at] == UInt8(ascii: "\"")
        if !isPlain { try skipEscapes() }
        add(.string, from: start, isPlain: isPlain)
        at += 1
    }

    /// The rest of a string in which an escape was met at `at`, up to its closing quote.
    private mutating func skipEscapes() throws(JSONError) {
        while bytes[at] == UInt8(ascii: "\\") {
            let start = at
            let scalar = try escape()
            if isCanonical { isCanonical = CanonicalString.escape(of: scalar).elementsEqual(bytes[start..<at]) }
            try skipPlainCharacters()
        }
    }

    /// What the content of a string says that was read before.
    static func unescape(_ content: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        let none = UnsafeMutableBufferPointer<JSONRecord>(start: nil, count: 0)
        var parser = JSONParser(content, into: none, maxDepth: 0, numbers: .nearest)
        var text: [UInt8] = []
        text.reserveCapacity(content.count)
        while parser.at < content.count {
            if content[parser.at] == UInt8(ascii: "\\"), let scalar = try? parser.escape() {
                text += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
            } else {
                text.append(content[parser.at])
                parser.at += 1
            }
        }
        return text
    }

    /// Goes on to the next quote or backslash, checking that all before it is UTF-8 without control characters.
    private mutating func skipPlainCharacters() throws(JSONError) {
        while true {
            at = ByteWords.plainEnd(in: bytes, from: at)
            guard at < bytes.count else { throw failure(.endsEarly) }
            switch bytes[at] {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): return
            case 0..<0x20: throw failure(.controlCharacter)
            case 0x80...: at += try multibyteLength()
            default: at += 1
            }
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

    /// Reads the escape at `at`: what it stands for.
    private mutating func escape() throws(JSONError) -> Unicode.Scalar {
        guard at + 1 < bytes.count else { throw JSONError(.endsEarly, offset: bytes.count) }
        let plain: UInt8
        switch bytes[at + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = bytes[at + 1]
        case UInt8(ascii: "b"): plain = 0x08
        case UInt8(ascii: "t"): plain = 0x09
        case UInt8(ascii: "n"): plain = 0x0A
        case UInt8(ascii: "f"): plain = 0x0C
        case UInt8(ascii: "r"): plain = 0x0D
        case UInt8(ascii: "u"): return try escapedScalar()
        default: throw failure(.badEscape)
        }
        at += 2
        return Unicode.Scalar(plain)
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

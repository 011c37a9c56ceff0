// Numbers of the parser (RFC 8259 §6) and of the canonical form (RFC 8785 §3.2.2.3).

/// A decimal number in its one normal form: `0.digits × 10^point`, digits without zeros at either end; zero has none.
struct DecimalForm: Equatable {
    private(set) var digits: [UInt8] = []
    /// Where the decimal point stands, counted from before the first digit.
    private(set) var point = 0

    /// Reads an unsigned literal of JSON, or a description of a `Double`, that is known to be well-formed.
    init(literal: some Sequence<UInt8>) {
        var exponent = 0
        var exponentIsNegative = false
        var place = Place.whole
        for byte in literal {
            switch byte {
            case UInt8(ascii: "."): place = .fraction
            case UInt8(ascii: "e"), UInt8(ascii: "E"): place = .exponent
            case UInt8(ascii: "-"): exponentIsNegative = true
            case UInt8(ascii: "+"): break
            default:
                let digit = byte - UInt8(ascii: "0")
                switch place {
                case .exponent: exponent = min(exponent * 10 + Int(digit), 1 << 40)
                case .whole, .fraction:
                    if place == .whole, !(digits.isEmpty && digit == 0) { point += 1 }
                    if place == .fraction, digits.isEmpty, digit == 0 { point -= 1 }
                    if !(digits.isEmpty && digit == 0) { digits.append(digit) }
                }
            }
        }
        while digits.last == 0 { digits.removeLast() }
        point = digits.isEmpty ? 0 : point + (exponentIsNegative ? -exponent : exponent)
    }

    private enum Place { case whole, fraction, exponent }

    /// The shortest decimal that reads back as `double`: Swift's description has those digits, in another layout.
    init(shortest double: Double) {
        self.init(literal: double.magnitude.description.utf8)
    }

    /// Writes it as ECMAScript's Number::toString lays out digits (ECMA-262 §6.1.6.1.20).
    func write(to output: inout [UInt8]) {
        func append(_ part: some Sequence<UInt8>) {
            for digit in part { output.append(UInt8(ascii: "0") + digit) }
        }
        if digits.count <= point, point <= 21 {
            append(digits)
            append(repeatElement(0, count: point - digits.count))
        } else if 0 < point, point <= 21 {
            append(digits[..<point])
            output.append(UInt8(ascii: "."))
            append(digits[point...])
        } else if -6 < point, point <= 0 {
            output += "0.".utf8
            append(repeatElement(0, count: -point))
            append(digits)
        } else {
            append(digits[..<1])
            if digits.count > 1 {
                output.append(UInt8(ascii: "."))
                append(digits[1...])
            }
            output += (point > 0 ? "e+" : "e-").utf8
            output += String(abs(point - 1)).utf8
        }
    }
}

extension JSONParser {
    mutating func number() throws(JSONError) {
        let start = at
        let isNegative = bytes[at] == UInt8(ascii: "-")
        if isNegative { at += 1 }
        let first = at
        var whole: UInt64 = 0
        try digits { whole = whole &* 10 &+ UInt64($0) }
        guard bytes[first] != UInt8(ascii: "0") || at == first + 1 else {
            at = first + 1
            throw failure(.expected("no digit after a leading zero"))
        }
        let isInteger = try !fractionAndExponent()
        // Sixteen digits cannot overflow; seventeen are beyond 2^53 anyway.
        if isInteger, at - first <= 16, whole <= UInt64(JSONNumber.largestInteger), !isNegative || whole > 0 {
            return add(.number, from: start)
        }
        let number = try real(literal: bytes[first..<at], isNegative: isNegative, start: start)
        if isCanonical {
            isCanonical = JSONValue.number(number).canonicalBytes.elementsEqual(bytes[start..<at])
        }
        add(.number, from: start, isPlain: false)
    }

    /// Reads one digit or more.
    @inline(__always)
    private mutating func digits(_ each: (UInt8) -> Void = { _ in }) throws(JSONError) {
        let first = at
        while at < bytes.count {
            let digit = bytes[at] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            each(digit)
            at += 1
        }
        guard at > first else { throw failure(.expected("a digit")) }
    }

    /// Reads what may follow the whole part, and says whether anything did.
    private mutating func fractionAndExponent() throws(JSONError) -> Bool {
        let start = at
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            at += 1
            try digits()
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
            try digits()
        }
        return at > start
    }

    /// The number that a literal with a fraction, an exponent or many digits stands for.
    ///
    /// Exact reading compares decimals, not doubles: the literal must be the very number that the canonical form will
    /// say. No shortest form has more than 17 digits. Whole numbers from 2^53 up to 10^21 are refused even where they
    /// are exact, because their canonical form is an integer literal, and readers differ on those (RFC 7493 §2.2).
    private func real(
        literal: Slice<UnsafeBufferPointer<UInt8>>, isNegative: Bool, start: Int
    ) throws(JSONError) -> JSONNumber {
        let written = DecimalForm(literal: literal)
        if numbers == .exact, written.digits.count > 17 { throw JSONError(.inexactNumber, offset: start) }
        guard let magnitude = Double(String(decoding: literal, as: UTF8.self)), magnitude.isFinite,
            numbers == .nearest || DecimalForm(shortest: magnitude) == written,
            let number = JSONNumber(isNegative ? -magnitude : magnitude)
        else { throw JSONError(.inexactNumber, offset: start) }
        if numbers == .exact, number.integer == nil, magnitude < 1e21, magnitude.rounded(.towardZero) == magnitude {
            throw JSONError(.unsafeInteger, offset: start)
        }
        return number
    }
}

extension JSONNumber {
    /// The number of a literal that was found to be a whole number within ±(2^53−1).
    init(digits literal: UnsafeBufferPointer<UInt8>) {
        var value: Int64 = 0
        let isNegative = literal.first == UInt8(ascii: "-")
        for digit in literal.dropFirst(isNegative ? 1 : 0) { value = value * 10 + Int64(digit & 0x0F) }
        self.init(isNegative ? -value : value)
    }

    /// The number of any literal that was found to be one: the nearest double.
    init?(literal: UnsafeBufferPointer<UInt8>) {
        guard let double = Double(String(decoding: literal, as: UTF8.self)) else { return nil }
        self.init(double)
    }
}

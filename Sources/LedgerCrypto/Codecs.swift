/// Base64 with the standard alphabet and padding (RFC 4648 §4).
public enum Base64 {
    /// The padded text, as bytes.
    public static func encode(_ bytes: some Collection<UInt8>) -> [UInt8] {
        Base64Coding.encode(bytes, digits: Base64Coding.standard, padded: true)
    }

    /// Appends the padded text.
    public static func append(_ digest: Digest, to text: inout [UInt8]) {
        withUnsafeTemporaryAllocation(byteCount: Digest.byteCount, alignment: 8) { buffer in
            digest.store(into: buffer)
            buffer.withMemoryRebound(to: UInt8.self) { bytes in
                Base64Coding.append(
                    UnsafeBufferPointer(bytes), to: &text, digits: Base64Coding.standard, padded: true)
            }
        }
    }

    /// The padded text, as a string.
    public static func string(_ bytes: some Collection<UInt8>) -> String {
        String(decoding: encode(bytes), as: UTF8.self)
    }

    /// Reads the one text that `encode` would have written: padded, no line breaks, unused bits zero.
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        Base64Coding.decode(text, values: Base64Coding.standardValues, padded: true)
    }

    public static func decode(_ text: some StringProtocol) -> [UInt8]? { decode(text.utf8) }
}

/// Base64 with the alphabet for URLs and file names, unpadded (RFC 4648 §5).
public enum Base64URL {
    /// The unpadded text, as bytes.
    public static func encode(_ bytes: some Collection<UInt8>) -> [UInt8] {
        Base64Coding.encode(bytes, digits: Base64Coding.urlSafe, padded: false)
    }

    /// Appends the unpadded text.
    public static func append(_ bytes: ArraySlice<UInt8>, to text: inout [UInt8]) {
        bytes.withUnsafeBufferPointer { run in
            Base64Coding.append(run, to: &text, digits: Base64Coding.urlSafe, padded: false)
        }
    }

    /// The unpadded text, as a string.
    public static func string(_ bytes: some Collection<UInt8>) -> String {
        String(decoding: encode(bytes), as: UTF8.self)
    }

    /// Reads the one text that `encode` would have written: unpadded, unused bits zero.
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        Base64Coding.decode(text, values: Base64Coding.urlSafeValues, padded: false)
    }

    public static func decode(_ text: some StringProtocol) -> [UInt8]? { decode(text.utf8) }
}

/// Lower-case hexadecimal.
public enum Hex {
    private static let digits = [UInt8]("0123456789abcdef".utf8)

    /// Two digits a byte, as bytes.
    public static func encode(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(2 * bytes.count)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return text
    }

    /// Two digits a byte, as a string.
    public static func string(_ bytes: some Collection<UInt8>) -> String {
        String(decoding: encode(bytes), as: UTF8.self)
    }

    /// Reads an even number of lower-case digits.
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2)
        var high: UInt8?
        for digit in text {
            guard let value = value(of: digit) else { return nil }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return high == nil ? bytes : nil
    }

    public static func decode(_ text: some StringProtocol) -> [UInt8]? { decode(text.utf8) }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

/// What both alphabets share.
private enum Base64Coding {
    static let standard = [UInt8]("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    static let urlSafe = [UInt8]("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    static let standardValues = values(of: standard)
    static let urlSafeValues = values(of: urlSafe)
    static let padding = UInt8(ascii: "=")
    /// Stands in a table of values for a byte that is no digit.
    static let noDigit: UInt8 = 0xFF

    static func values(of digits: [UInt8]) -> [UInt8] {
        var table = [UInt8](repeating: noDigit, count: 256)
        for (value, digit) in digits.enumerated() { table[Int(digit)] = UInt8(value) }
        return table
    }

    static func encode(_ bytes: some Collection<UInt8>, digits: [UInt8], padded: Bool) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        lend(bytes) { append($0, to: &text, digits: digits, padded: padded) }
        return text
    }

    static func decode(_ text: some Collection<UInt8>, values: [UInt8], padded: Bool) -> [UInt8]? {
        lend(text) { decode($0, values: values, padded: padded) }
    }

    /// Lends the elements as a run of bytes: without a copy where they are one already. A collection that is walked from
    /// another module costs a call or two for each byte.
    private static func lend<Result>(
        _ bytes: some Collection<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result {
        if let result = bytes.withContiguousStorageIfAvailable(body) { return result }
        return [UInt8](bytes).withUnsafeBufferPointer(body)
    }

    /// Three bytes become four digits; one or two at the end become two or three, and paddings.
    static func append(
        _ bytes: UnsafeBufferPointer<UInt8>, to text: inout [UInt8], digits: [UInt8], padded: Bool
    ) {
        digits.withUnsafeBufferPointer { digits in
            text.append(addingCapacity: (bytes.count + 2) / 3 * 4) { output in
                func put(_ bits: UInt32, digits used: Int) {
                    for place in 0..<used { output.append(digits[Int(bits >> UInt32(18 - 6 * place) & 63)]) }
                }
                var at = 0
                while at + 3 <= bytes.count {
                    put(UInt32(bytes[at]) << 16 | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]), digits: 4)
                    at += 3
                }
                let left = bytes.count - at
                guard left > 0 else { return }
                put(UInt32(bytes[at]) << 16 | (left == 2 ? UInt32(bytes[at + 1]) << 8 : 0), digits: left + 1)
                if padded { for _ in left..<3 { output.append(padding) } }
            }
        }
    }

    private static func decode(_ text: UnsafeBufferPointer<UInt8>, values: [UInt8], padded: Bool) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3 + 2)
        var bits: UInt32 = 0
        var waiting = 0
        var paddings = 0
        for digit in text {
            if padded && digit == padding {
                paddings += 1
                continue
            }
            let value = values[Int(digit)]
            // Nothing follows a padding but padding.
            guard value != noDigit, paddings == 0 else { return nil }
            bits = bits << 6 | UInt32(value)
            waiting += 6
            if waiting >= 8 {
                waiting -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(waiting)))
            }
        }
        // Six bits left over are a digit that makes no byte; the bits that were not used must be zero.
        guard waiting < 6, bits & ((1 << UInt32(waiting)) - 1) == 0 else { return nil }
        // Two bits wait after three digits, four after two: one and two paddings.
        guard !padded || paddings == waiting / 2 else { return nil }
        return bytes
    }
}

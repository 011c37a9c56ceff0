import ApprovalEvents

/// A request's query, read strictly: known names only, each once, values decoded once.
struct Query {
    private var values: [(name: String, value: String)] = []

    /// - Throws: a `malformed-request` that names everything wrong at once.
    init(_ text: Substring?, names: [String]) throws(Problem) {
        guard let text else { return }
        var complaints: [String] = []
        for part in text.pieces(between: "&") where !part.isEmpty {
            let end = part.utf8.firstIndex(of: UInt8(ascii: "="))
            let value = end.map { part[part.utf8.index(after: $0)...] } ?? ""
            guard let name = PercentCoding.decode(part[..<(end ?? part.endIndex)], plusIsSpace: true),
                let value = PercentCoding.decode(value, plusIsSpace: true)
            else {
                complaints.append("a parameter is not percent-encoded UTF-8")
                continue
            }
            if !names.contains(name) {
                let known = names.isEmpty ? "none" : names.sorted().joined(separator: ", ")
                complaints.append("there is no parameter '\(name)' here (there are: \(known))")
            } else if self.value(of: name) != nil {
                complaints.append("the parameter '\(name)' stands twice")
            } else {
                values.append((name, value))
            }
        }
        guard complaints.isEmpty else { throw Problem(.malformedRequest, complaints.joined(separator: "; ")) }
    }

    subscript(_ name: String) -> Text? { value(of: name).map { Text($0) } }

    private func value(of name: String) -> String? { values.first { $0.name == name }?.value }

    /// A value that `read` understands; nil if the parameter is absent.
    func value<Value>(_ name: String, _ form: String, _ read: (String) -> Value?) throws(Problem) -> Value? {
        guard let text = value(of: name) else { return nil }
        guard let value = read(text) else { throw Problem(.malformedRequest, "the parameter '\(name)' is \(form)") }
        return value
    }

    /// The same for a parameter that must be there.
    func required<Value>(_ name: String, _ form: String, _ read: (String) -> Value?) throws(Problem) -> Value {
        guard let value = try value(name, form, read) else {
            throw Problem(.malformedRequest, "the parameter '\(name)' is missing; it is \(form)")
        }
        return value
    }
}

extension Substring {
    /// What stands between separators, which are bytes: to find characters would cost many times as much.
    func pieces(between separator: Unicode.Scalar) -> [Substring] {
        utf8.split(separator: UInt8(ascii: separator), omittingEmptySubsequences: false).map { Substring($0) }
    }
}

/// Percent-encoding, decoded exactly once and to valid UTF-8 only.
enum PercentCoding {
    static func decode(_ text: Substring, plusIsSpace: Bool) -> String? {
        guard let bytes = decode(Array(text.utf8), plusIsSpace: plusIsSpace) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// - Returns: nil where a `%` is not followed by two hexadecimal digits.
    static func decode(_ bytes: [UInt8], plusIsSpace: Bool = false) -> [UInt8]? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "%") {
                guard position + 2 < bytes.count, let high = digit(bytes[position + 1]),
                    let low = digit(bytes[position + 2])
                else { return nil }
                decoded.append(high << 4 | low)
                position += 3
            } else {
                decoded.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                position += 1
            }
        }
        return decoded
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

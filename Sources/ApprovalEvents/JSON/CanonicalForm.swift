// RFC 8785: the one byte string of a JSON value.

extension JSONValue {
    /// The canonical form (RFC 8785).
    public var canonicalBytes: [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(1024)
        writeCanonical(to: &output)
        return output
    }

    /// Appends the canonical form.
    public func writeCanonical(to output: inout [UInt8]) {
        switch self {
        case .null: output += "null".utf8
        case .bool(let value): output += (value ? "true" : "false").utf8
        case .number(let number): number.writeCanonical(to: &output)
        case .string(let text): text.writeCanonical(to: &output)
        case .array(let items):
            output.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                item.writeCanonical(to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let object): object.writeCanonical(to: &output)
        }
    }
}

extension JSONObject {
    /// The canonical form (RFC 8785).
    public var canonicalBytes: [UInt8] { JSONValue.object(self).canonicalBytes }

    /// Appends the canonical form. The members are kept in its order.
    public func writeCanonical(to output: inout [UInt8]) {
        output.append(UInt8(ascii: "{"))
        for (index, member) in members.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            Self.writeMember(member, to: &output)
        }
        output.append(UInt8(ascii: "}"))
    }

    /// Appends `"name":value`.
    static func writeMember(_ member: Member, to output: inout [UInt8]) {
        member.name.writeCanonical(to: &output)
        output.append(UInt8(ascii: ":"))
        member.value.writeCanonical(to: &output)
    }
}

extension JSONNumber {
    /// Appends the canonical form: ECMAScript's Number::toString (RFC 8785 §3.2.2.3).
    public func writeCanonical(to output: inout [UInt8]) {
        switch form {
        case .integer(let value): Self.write(value, to: &output)
        case .real(let value):
            if value < 0 { output.append(UInt8(ascii: "-")) }
            DecimalForm(shortest: value).write(to: &output)
        }
    }

    private static func write(_ value: Int64, to output: inout [UInt8]) {
        if value < 0 { output.append(UInt8(ascii: "-")) }
        let first = output.count
        var rest = value.magnitude
        repeat {
            output.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        output[first...].reverse()
    }
}

extension JSONNode {
    /// The canonical form (RFC 8785).
    package var canonicalBytes: [UInt8] {
        var output: [UInt8] = []
        writeCanonical(to: &output)
        return output
    }

    /// Appends the canonical form: as it stands, where it stands so already.
    package func writeCanonical(to output: inout [UInt8]) {
        let record = record
        switch record.kind {
        case .array where !text.areCanonical:
            output.append(UInt8(ascii: "["))
            for item in items {
                if item.index > index + 1 { output.append(UInt8(ascii: ",")) }
                item.writeCanonical(to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object where !text.areCanonical:
            output.append(UInt8(ascii: "{"))
            for member in members {
                if member.name.index > index + 1 { output.append(UInt8(ascii: ",")) }
                member.name.writeCanonical(to: &output)
                output.append(UInt8(ascii: ":"))
                member.value.writeCanonical(to: &output)
            }
            output.append(UInt8(ascii: "}"))
        case .string where !text.areCanonical && !record.isPlain: string?.writeCanonical(to: &output)
        case .number where !text.areCanonical && !record.isPlain: number?.writeCanonical(to: &output)
        default: output.append(contentsOf: literal)
        }
    }

    /// Lends the canonical form.
    func withCanonicalBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        text.areCanonical ? body(literal) : canonicalBytes.withUnsafeBufferPointer(body)
    }

    /// The value as it stands in the text, a string with its quotes.
    var literal: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: text.bytes[offset..<Int(record.end) + (isString ? 1 : 0)])
    }

    /// Where it begins in the text, a string with its quote.
    var offset: Int { Int(record.start) - (isString ? 1 : 0) }
}

extension Text {
    /// Appends the string in quotes, with the escapes of RFC 8785 §3.2.2.2 and no others.
    func writeCanonical(to output: inout [UInt8]) {
        withBytes { CanonicalString.append($0, to: &output) }
    }
}

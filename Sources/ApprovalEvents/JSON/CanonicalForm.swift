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

extension Text {
    /// Appends the string in quotes, with the escapes of RFC 8785 §3.2.2.2 and no others.
    func writeCanonical(to output: inout [UInt8]) {
        withBytes { CanonicalString.append($0, to: &output) }
    }
}

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
    package var canonicalBytes: [UInt8] { canonicalBytes { _, _ in } }

    /// The canonical form.
    /// - Parameter pass: called for each member of an object, in order: its name, and where it begins in the form.
    func canonicalBytes(_ pass: (JSONNode, Int) -> Void) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: mostCanonicalBytes) { room, count in
            var writer = CanonicalWriter(room)
            writer.write(self, pass)
            count = writer.count
        }
    }

    /// Appends the canonical form.
    package func writeCanonical(to output: inout [UInt8]) {
        output.append(addingCapacity: mostCanonicalBytes) { span in
            span.withUnsafeMutableBufferPointer { room, count in
                var writer = CanonicalWriter(room, count)
                writer.write(self) { _, _ in }
                count = writer.count
            }
        }
    }

    /// Lends the canonical form.
    func withCanonicalBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        if record.isPlain { return body(literal) }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: mostCanonicalBytes) { room in
            var writer = CanonicalWriter(room)
            writer.write(self) { _, _ in }
            return body(UnsafeBufferPointer(rebasing: room[..<writer.count]))
        }
    }

    /// How long the canonical form is at the most: only a number can be longer in it than in the text.
    private var mostCanonicalBytes: Int {
        text.records[index..<end].reduce(literal.count) { count, record in
            record.kind == .number && !record.isPlain ? count + CanonicalWriter.longestNumber : count
        }
    }

    /// The value as it stands in the text, a string with its quotes.
    var literal: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: text.bytes[offset..<limit])
    }

    /// Where it begins in the text, a string with its quote.
    var offset: Int { Int(record.start) - (isString ? 1 : 0) }

    /// Where it ends in the text, a string with its quote.
    var limit: Int { Int(record.end) + (isString ? 1 : 0) }
}

/// Writes canonical forms into room that was made for them.
private struct CanonicalWriter {
    /// `-0.0000012345678901234567` has one byte more than any other.
    static let longestNumber = 25

    private let room: UnsafeMutableBufferPointer<UInt8>
    private(set) var count: Int

    init(_ room: UnsafeMutableBufferPointer<UInt8>, _ count: Int = 0) {
        self.room = room
        self.count = count
    }

    /// Writes a value: as it stands, where it stands in canonical form already.
    /// - Parameter pass: called for each member of an object, in order: its name, and where it begins.
    mutating func write(_ node: JSONNode, _ pass: (JSONNode, Int) -> Void) {
        let record = node.record
        switch record.kind {
        case .object:
            write("{")
            for (name, value) in node.members {
                if name.index > node.index + 1 { write(",") }
                pass(name, count)
                write(name, value)
            }
            write("}")
        case .array where !record.isPlain:
            write("[")
            for item in node.items {
                if item.index > node.index + 1 { write(",") }
                write(item)
            }
            write("]")
        case .string where !record.isPlain, .number where !record.isPlain: write(node.value.canonicalBytes)
        default: write(node.literal)
        }
    }

    private mutating func write(_ node: JSONNode) {
        if node.record.isPlain { write(node.literal) } else { write(node) { _, _ in } }
    }

    /// Writes `"name":value`, in one piece where nothing but the colon is between them.
    @inline(__always)
    private mutating func write(_ name: JSONNode, _ value: JSONNode) {
        if name.record.isPlain, value.record.isPlain, value.offset == name.limit + 1 {
            write(UnsafeBufferPointer(rebasing: name.text.bytes[name.offset..<value.limit]))
        } else {
            write(name)
            write(":")
            write(value)
        }
    }

    private mutating func write(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer { write($0) } }

    @inline(__always)
    private mutating func write(_ bytes: UnsafeBufferPointer<UInt8>) {
        precondition(bytes.count <= room.count - count, "a canonical form longer than it can be")
        guard let start = room.baseAddress, let from = bytes.baseAddress else { return }
        (start + count).initialize(from: from, count: bytes.count)
        count += bytes.count
    }

    @inline(__always)
    private mutating func write(_ sign: Unicode.Scalar) {
        precondition(count < room.count, "a canonical form longer than it can be")
        room.initializeElement(at: count, to: UInt8(ascii: sign))
        count += 1
    }
}

extension Text {
    /// Appends the string in quotes, with the escapes of RFC 8785 §3.2.2.2 and no others.
    func writeCanonical(to output: inout [UInt8]) {
        withBytes { CanonicalString.append($0, to: &output) }
    }
}

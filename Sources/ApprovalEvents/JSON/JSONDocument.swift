/// A JSON text that was read: its bytes, and where each value stands in them.
///
/// Nothing is copied out of the bytes until somebody asks for it, so reading costs one pass and one allocation however
/// many names and texts there are. What asks is a `JSONNode`; what keeps a value apart from its text is a `JSONValue`.
package struct JSONDocument: Sendable {
    package let bytes: [UInt8]
    /// The values in the order of the text, but an object's members always in canonical order: the root first, what
    /// is inside a value right after it.
    let records: [JSONRecord]
    /// Whether `bytes` are the canonical form (RFC 8785) of what they say.
    package let isCanonical: Bool
    /// How many arrays and objects stand inside each other.
    package let depth: Int

    /// Reads one JSON text, as `JSONValue.init(parsing:maxDepth:numbers:)` does.
    package init(
        parsing bytes: [UInt8], maxDepth: Int = 64, numbers: JSONValue.NumberReading = .exact
    ) throws(JSONError) {
        guard bytes.count <= JSONParser.mostBytes else {
            throw JSONError(.tooLong(limit: JSONParser.mostBytes), offset: 0)
        }
        var read: (isCanonical: Bool, depth: Int) = (false, 0)
        var failure: JSONError?
        records = bytes.withUnsafeBufferPointer { text in
            [JSONRecord](unsafeUninitializedCapacity: JSONParser.room(forRecordsOf: text)) { records, count in
                var parser = JSONParser(text, into: records, maxDepth: maxDepth, numbers: numbers)
                do throws(JSONError) {
                    try parser.readText()
                    read = (parser.isCanonical, parser.deepest)
                    count = parser.count
                } catch { failure = error }
            }
        }
        if let failure { throw failure }
        self.bytes = bytes
        (isCanonical, depth) = read
    }

    /// The document that says `value`, in canonical form.
    package init(_ value: JSONValue) {
        var writer = JSONDocumentWriter()
        writer.write(value)
        bytes = writer.bytes
        records = writer.records
        isCanonical = true
        depth = value.depth
    }

    /// Lends the whole value. The node must not leave `body`.
    package func withRoot<Result>(_ body: (JSONNode) -> Result) -> Result { withNode(0, body) }

    func withNode<Result>(_ index: Int, _ body: (JSONNode) -> Result) -> Result {
        bytes.withUnsafeBufferPointer { bytes in
            records.withUnsafeBufferPointer { records in
                body(JSONNode(JSONRecords(bytes: bytes, records: records), index))
            }
        }
    }
}

/// A value inside a document, kept with it.
package struct JSONPart: Sendable {
    let document: JSONDocument
    let index: Int

    init(_ document: JSONDocument, _ index: Int = 0) {
        self.document = document
        self.index = index
    }

    /// Lends the value. The node must not leave `body`.
    package func withNode<Result>(_ body: (JSONNode) -> Result) -> Result { document.withNode(index, body) }

    /// Whether more than `limit` arrays and objects stand inside each other, this one counted.
    func isDeeper(than limit: Int) -> Bool {
        // Seldom is the whole so deep that this part has to be looked at.
        document.depth > limit && withNode(\.depth) > limit
    }
}

/// Where one value stands in its text, and what it is.
struct JSONRecord: Sendable {
    enum Kind: UInt8, Sendable { case null, bool, number, string, array, object }

    /// The first byte; of a string, the first after its quote.
    let start: UInt32
    /// After the last byte; of a string, its closing quote.
    var end: UInt32
    /// How many records it and what is inside it take.
    var span: UInt32
    let kind: Kind
    /// A string without escapes, a whole number as its canonical form has it, an array or object in canonical form: what
    /// it says is what stands there.
    var isPlain: Bool
}

/// A document's bytes and records, lent.
struct JSONRecords {
    let bytes: UnsafeBufferPointer<UInt8>
    let records: UnsafeBufferPointer<JSONRecord>

    /// What stands between a record's ends.
    @inline(__always)
    func content(_ record: JSONRecord) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes[Int(record.start)..<Int(record.end)])
    }
}

/// Writes a value's canonical form and its records.
private struct JSONDocumentWriter {
    var bytes: [UInt8] = []
    var records: [JSONRecord] = []

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: scalar(.null, value)
        case .bool: scalar(.bool, value)
        case .number(let number): scalar(.number, value, isPlain: number.integer != nil)
        case .string(let text): string(text)
        case .array(let items):
            nested(.array, "[", "]") { writer in
                for (index, item) in items.enumerated() {
                    if index > 0 { writer.bytes.append(UInt8(ascii: ",")) }
                    writer.write(item)
                }
            }
        case .object(let object):
            nested(.object, "{", "}") { writer in
                for (index, member) in object.members.enumerated() {
                    if index > 0 { writer.bytes.append(UInt8(ascii: ",")) }
                    writer.string(member.name)
                    writer.bytes.append(UInt8(ascii: ":"))
                    writer.write(member.value)
                }
            }
        }
    }

    private mutating func scalar(_ kind: JSONRecord.Kind, _ value: JSONValue, isPlain: Bool = true) {
        let start = bytes.count
        value.writeCanonical(to: &bytes)
        add(kind, start, bytes.count, isPlain: isPlain)
    }

    private mutating func string(_ text: Text) {
        let start = bytes.count + 1
        text.writeCanonical(to: &bytes)
        let end = bytes.count - 1
        add(.string, start, end, isPlain: end - start == text.utf8.count)
    }

    private mutating func nested(
        _ kind: JSONRecord.Kind, _ open: Unicode.Scalar, _ close: Unicode.Scalar,
        _ inside: (inout JSONDocumentWriter) -> Void
    ) {
        let (start, index) = (bytes.count, records.count)
        bytes.append(UInt8(ascii: open))
        add(kind, start, start, isPlain: true)
        inside(&self)
        bytes.append(UInt8(ascii: close))
        records[index].end = UInt32(bytes.count)
        records[index].span = UInt32(records.count - index)
    }

    private mutating func add(_ kind: JSONRecord.Kind, _ start: Int, _ end: Int, isPlain: Bool) {
        records.append(
            JSONRecord(start: UInt32(start), end: UInt32(end), span: 1, kind: kind, isPlain: isPlain))
    }
}

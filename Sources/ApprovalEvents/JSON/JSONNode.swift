/// One value of a document, for as long as the document lends it.
///
/// Members and items are found by walking over them: the objects of events are small, and most of a name's neighbours
/// differ from it in length.
package struct JSONNode {
    let text: JSONRecords
    let index: Int

    @inline(__always)
    init(_ text: JSONRecords, _ index: Int) {
        self.text = text
        self.index = index
    }

    @inline(__always)
    var record: JSONRecord { text.records[index] }

    /// The index after this value and all that is inside it.
    @inline(__always)
    var end: Int { index + Int(record.span) }

    package var isNull: Bool { record.kind == .null }
    package var isObject: Bool { record.kind == .object }
    package var isArray: Bool { record.kind == .array }
    package var isString: Bool { record.kind == .string }

    /// The text that a string says; nil for anything else.
    package var string: Text? { isString ? stringContent : nil }
    package var bool: Bool? { record.kind == .bool ? text.bytes[Int(record.start)] == UInt8(ascii: "t") : nil }

    package var number: JSONNumber? {
        guard record.kind == .number else { return nil }
        let literal = text.content(record)
        return record.isPlain ? JSONNumber(digits: literal) : JSONNumber(literal: literal)
    }

    /// The whole number that this is; nil for anything else, fractions, and beyond ±(2^53−1).
    package var integer: Int64? { number?.integer }

    /// The same in the words of messages as `JSONValue.kind`.
    var kind: String {
        switch record.kind {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// Lends the UTF-8 bytes that a string says.
    /// - Precondition: it is a string.
    @inline(__always)
    func withStringBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        let content = text.content(record)
        return record.isPlain ? body(content) : JSONParser.unescape(content).withUnsafeBufferPointer(body)
    }

    private var stringContent: Text { withStringBytes { Text(checked: $0) } }
}

// MARK: - What is inside

extension JSONNode {
    package typealias Member = (name: JSONNode, value: JSONNode)

    /// The members of an object in canonical order; none for anything else.
    package var members: Members { Members(self, isObject) }
    /// The items of an array; none for anything else.
    package var items: Items { Items(self, isArray) }

    package struct Members: Sequence, IteratorProtocol {
        private let text: JSONRecords
        private var at: Int
        private let end: Int

        init(_ object: JSONNode, _ isObject: Bool) {
            text = object.text
            at = object.index + 1
            end = isObject ? object.end : at
        }

        package mutating func next() -> Member? {
            guard at < end else { return nil }
            let member = Member(name: JSONNode(text, at), value: JSONNode(text, at + 1))
            at = member.value.end
            return member
        }
    }

    package struct Items: Sequence, IteratorProtocol {
        private let text: JSONRecords
        private var at: Int
        private let end: Int

        init(_ array: JSONNode, _ isArray: Bool) {
            text = array.text
            at = array.index + 1
            end = isArray ? array.end : at
        }

        package mutating func next() -> JSONNode? {
            guard at < end else { return nil }
            let item = JSONNode(text, at)
            at = item.end
            return item
        }

        /// How many there are.
        var count: Int {
            var (rest, count) = (self, 0)
            while rest.next() != nil { count += 1 }
            return count
        }
    }

    /// The member `name` of an object.
    package subscript(_ name: ShortName) -> JSONNode? {
        for member in members where member.name.shortContent == name { return member.value }
        return nil
    }

    /// The member `name` of an object.
    package func member(_ name: Text) -> JSONNode? {
        if let short = ShortName(name) { return self[short] }
        for member in members where member.name.string == name { return member.value }
        return nil
    }

    /// How many arrays and objects stand inside each other: 0 for a scalar, 1 for `[]`.
    var depth: Int {
        switch record.kind {
        case .null, .bool, .number, .string: 0
        case .array: 1 + items.reduce(0) { max($0, $1.depth) }
        case .object: 1 + members.reduce(0) { max($0, $1.value.depth) }
        }
    }

    /// Where this stands, seen from `root`, which it is inside or is.
    func pointer(from root: JSONNode) -> [JSONPointer.Step] {
        var steps: [JSONPointer.Step] = []
        var place = root
        while place.index < index {
            if let member = place.members.first(where: { index < $0.value.end }) {
                steps.append(.name(member.name.stringContent))
                place = member.value
            } else if let (number, item) = place.items.enumerated().first(where: { index < $1.end }) {
                steps.append(.index(number))
                place = item
            } else {
                break
            }
        }
        return steps
    }
}

// MARK: - Copies

extension JSONNode {
    /// A copy that needs no document.
    package var value: JSONValue {
        switch record.kind {
        case .null: return .null
        case .bool: return .bool(bool == true)
        case .number: return number.map(JSONValue.number) ?? .null
        case .string: return .string(stringContent)
        case .array:
            var copies: [JSONValue] = []
            copies.reserveCapacity(items.count)
            for item in items { copies.append(item.value) }
            return .array(copies)
        case .object: return .object(object)
        }
    }

    /// A copy of an object's members; none for anything else.
    package var object: JSONObject {
        var copies: [JSONObject.Member] = []
        copies.reserveCapacity(members.reduce(0) { count, _ in count + 1 })
        for member in members { copies.append((member.name.stringContent, member.value.value)) }
        return JSONObject(ordered: copies)
    }
}

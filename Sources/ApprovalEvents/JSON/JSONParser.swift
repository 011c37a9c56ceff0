extension JSONValue {
    /// What happens to number literals that are not exactly what their canonical form says.
    public enum NumberReading: Hashable, Sendable {
        /// They are refused: a record must not say another number than was sent.
        case exact
        /// They become the nearest double, as RFC 8785 has it for texts that need not be kept.
        case nearest
    }

    /// Reads one JSON text (RFC 8259) that is also I-JSON (RFC 7493): UTF-8, no name twice in an object, no lone
    /// surrogate, no byte before or after but white space.
    /// - Parameter maxDepth: how many arrays and objects may stand inside each other.
    public init(parsing bytes: [UInt8], maxDepth: Int = 64, numbers: NumberReading = .exact) throws(JSONError) {
        self = try JSONDocument(parsing: bytes, maxDepth: maxDepth, numbers: numbers).withRoot { $0.value }
    }
}

/// One pass over borrowed bytes, which says where each value stands. Nothing is copied out of them.
struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    let maxDepth: Int
    let numbers: JSONValue.NumberReading
    var at = 0
    /// Where records go: lent like the bytes, and large enough for all that could stand in them.
    private let records: UnsafeMutableBufferPointer<JSONRecord>
    private(set) var count = 0
    /// Whether everything so far is written as the canonical form has it.
    var isCanonical = true
    private(set) var deepest = 0
    private var depth = 0
    /// Second reading of an object that is known to hold a name twice: each name is looked up, to say where.
    private var locatesDuplicates = false

    /// Records count bytes in 32 bits. No text that belongs here comes near.
    static let mostBytes = Int(UInt32.max) - 1

    init(
        _ bytes: UnsafeBufferPointer<UInt8>, into records: UnsafeMutableBufferPointer<JSONRecord>, maxDepth: Int,
        numbers: JSONValue.NumberReading
    ) {
        self.bytes = bytes
        self.records = records
        self.maxDepth = maxDepth
        self.numbers = numbers
    }

    /// How much room a text's records need at most: for themselves, and behind them once more for what is inside an
    /// object that is put in order. Each begins at the text's own beginning or after `[`, `{`, `,` or `:`.
    static func room(forRecordsOf text: UnsafeBufferPointer<UInt8>) -> Int {
        // Each begins at a byte of its own, and what is inside an object that was read to its end has at least
        // twice as many bytes as records. For short texts counting costs more than the room that it saves.
        if text.count <= 4096 { return text.count + 1 }
        return 2
            * text.reduce(1) { count, byte in
                switch byte {
                case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: ","), UInt8(ascii: ":"): count + 1
                default: count
                }
            }
    }

    /// The whole text.
    mutating func readText() throws(JSONError) {
        skipWhiteSpace()
        try value()
        skipWhiteSpace()
        guard at == bytes.count else { throw JSONError(.trailingBytes, offset: at) }
    }

    @inline(__always)
    private mutating func skipWhiteSpace() {
        guard at < bytes.count, bytes[at] <= 0x20 else { return }
        skipSomeWhiteSpace()
    }

    private mutating func skipSomeWhiteSpace() {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x0A, 0x0D, 0x09: at += 1
            default: return
            }
            isCanonical = false
        }
    }

    func failure(_ problem: JSONError.Problem) -> JSONError {
        JSONError(at < bytes.count ? problem : .endsEarly, offset: at)
    }

    private mutating func value() throws(JSONError) {
        guard at < bytes.count else { throw failure(.endsEarly) }
        switch bytes[at] {
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "{"): try nested { (parser) throws(JSONError) in try parser.object() }
        case UInt8(ascii: "["): try nested { (parser) throws(JSONError) in try parser.array() }
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
        case UInt8(ascii: "t"): try word("true", .bool)
        case UInt8(ascii: "f"): try word("false", .bool)
        case UInt8(ascii: "n"): try word("null", .null)
        default: throw failure(.expected("a value"))
        }
    }

    @inline(__always)
    private mutating func nested(_ read: (inout JSONParser) throws(JSONError) -> Void) throws(JSONError) {
        guard depth < maxDepth else { throw failure(.tooDeep(limit: maxDepth)) }
        depth += 1
        deepest = max(deepest, depth)
        let (index, isCanonicalBefore) = (count, isCanonical)
        isCanonical = true
        try read(&self)
        records[index].isPlain = isCanonical
        isCanonical = isCanonical && isCanonicalBefore
        depth -= 1
    }

    private mutating func word(_ word: StaticString, _ kind: JSONRecord.Kind) throws(JSONError) {
        let start = at
        for index in 0..<word.utf8CodeUnitCount {
            guard at < bytes.count, bytes[at] == word.utf8Start[index] else { throw failure(.expected("\(word)")) }
            at += 1
        }
        add(kind, from: start)
    }

    /// Records a value that ends where the parser stands.
    @inline(__always)
    mutating func add(_ kind: JSONRecord.Kind, from start: Int, isPlain: Bool = true) {
        precondition(count < records.count, "more values than could begin in the text")
        records.initializeElement(
            at: count,
            to: JSONRecord(
                start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: at), span: 1, kind: kind,
                isPlain: isPlain))
        count += 1
    }

    /// Says where the array or object ends whose record stands at `index`: here.
    @inline(__always)
    private mutating func close(_ index: Int) {
        records[index].end = UInt32(truncatingIfNeeded: at)
        records[index].span = UInt32(truncatingIfNeeded: count - index)
    }

    /// Goes past a comma or the end of the array or object.
    /// - Returns: whether it was the end.
    @inline(__always)
    private mutating func separator(orEnd end: Unicode.Scalar) throws(JSONError) -> Bool {
        skipWhiteSpace()
        guard at < bytes.count else { throw failure(.endsEarly) }
        let separator = bytes[at]
        guard separator == UInt8(ascii: ",") || separator == UInt8(ascii: end) else {
            throw failure(.expected("a comma or \(end)"))
        }
        at += 1
        return separator == UInt8(ascii: end)
    }

    private mutating func array() throws(JSONError) {
        let index = count
        add(.array, from: at, isPlain: false)
        at += 1
        skipWhiteSpace()
        if at < bytes.count, bytes[at] == UInt8(ascii: "]") {
            at += 1
            return close(index)
        }
        var number = 0
        repeat {
            skipWhiteSpace()
            do throws(JSONError) { try value() } catch { throw error.inside(.index(number)) }
            number += 1
        } while try !separator(orEnd: "]")
        close(index)
    }
}

// MARK: - Objects

extension JSONParser {
    private mutating func object() throws(JSONError) {
        let (start, index) = (at, count)
        add(.object, from: at, isPlain: false)
        at += 1
        skipWhiteSpace()
        if at < bytes.count, bytes[at] == UInt8(ascii: "}") {
            at += 1
            return close(index)
        }
        var last: MemberName?
        var number = 0
        var isOrdered = true
        var seen: Set<Text> = []
        repeat {
            skipWhiteSpace()
            let nameAt = at
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw failure(.expected("a name")) }
            let name = count
            try string()
            if locatesDuplicates, !seen.insert(text(name)).inserted {
                throw JSONError(.duplicateName, offset: nameAt).inside(.name(text(name)))
            }
            let next = memberName(name)
            if let last, !precedes(last, next) { isOrdered = false }
            last = next
            number += 1
            skipWhiteSpace()
            guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else { throw failure(.expected("a colon")) }
            at += 1
            skipWhiteSpace()
            do throws(JSONError) { try value() } catch { throw error.inside(.name(text(name))) }
        } while try !separator(orEnd: "}")
        close(index)
        guard !isOrdered, !order(number, membersOf: index) else { return }
        at = start
        count = index
        locatesDuplicates = true
        try object()
    }

    /// Puts so many members of an object into canonical order; false if a name stands twice.
    private mutating func order(_ number: Int, membersOf index: Int) -> Bool {
        isCanonical = false
        return withUnsafeTemporaryAllocation(of: MemberName.self, capacity: number) { names in
            var next = index + 1
            for at in 0..<number {
                names.initializeElement(at: at, to: memberName(next))
                next += 1 + Int(records[next + 1].span)
            }
            sort(names)
            for at in 1..<number where !precedes(names[at - 1], names[at]) { return false }
            move(membersOf: index, to: UnsafeBufferPointer(names))
            return true
        }
    }

    /// Sorts a few names by insertion, for which nothing has to be allocated.
    private func sort(_ names: UnsafeMutableBufferPointer<MemberName>) {
        guard names.count <= 24 else {
            var names = names
            return names.sort { precedes($0, $1) }
        }
        for place in 1..<names.count {
            let name = names[place]
            var at = place
            while at > 0, precedes(name, names[at - 1]) {
                names[at] = names[at - 1]
                at -= 1
            }
            names[at] = name
        }
    }

    /// Puts the members of an object in the order of `names`.
    private func move(membersOf index: Int, to names: UnsafeBufferPointer<MemberName>) {
        let first = index + 1
        precondition(count - first <= records.count - count, "no room behind the records")
        guard let start = records.baseAddress else { return }
        (start + count).initialize(from: start + first, count: count - first)
        var to = start + first
        for name in names {
            let from = start + (count + name.index - first)
            let span = 1 + Int(from[1].span)
            to.update(from: from, count: span)
            to += span
        }
    }

    /// The name of a member, by its record.
    private struct MemberName {
        let index: Int
        /// Its first bytes, the first of them highest; none of ASCII where that is not all that has to be looked at.
        let beginning: UInt64
    }

    @inline(__always)
    private func memberName(_ index: Int) -> MemberName {
        let (record, length) = (records[index], Int(records[index].end - records[index].start))
        guard record.isPlain, Int(record.start) + 8 <= bytes.count, let base = UnsafeRawPointer(bytes.baseAddress)
        else { return MemberName(index: index, beginning: ByteWords.tops) }
        let word = ByteWords.load(base, Int(record.start)).byteSwapped
        return MemberName(index: index, beginning: length < 8 ? word & ~(UInt64.max >> UInt64(8 * length)) : word)
    }

    /// Whether one name comes before another in canonical order.
    @inline(__always)
    private func precedes(_ name: MemberName, _ other: MemberName) -> Bool {
        let (one, two) = (name.beginning, other.beginning)
        if one != two, (one | two) & ByteWords.tops == 0 { return one < two }
        return precedes(name.index, other.index)
    }

    private func precedes(_ name: Int, _ other: Int) -> Bool {
        let (one, two) = (records[name], records[other])
        guard one.isPlain, two.isPlain else { return text(name).precedesInUTF16(text(other)) }
        return Text.precedesInUTF16(content(one), content(two))
    }

    private func content(_ record: JSONRecord) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes[Int(record.start)..<Int(record.end)])
    }

    /// What the string says whose record stands at `index`.
    private func text(_ index: Int) -> Text {
        let content = content(records[index])
        return records[index].isPlain
            ? Text(checked: content) : Self.unescape(content).withUnsafeBufferPointer { Text(checked: $0) }
    }
}

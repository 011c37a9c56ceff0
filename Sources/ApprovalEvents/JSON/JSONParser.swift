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
        let result = bytes.withUnsafeBufferPointer { buffer -> Result<JSONValue, JSONError> in
            var parser = JSONParser(buffer, maxDepth: maxDepth, numbers: numbers)
            do throws(JSONError) { return .success(try parser.text()) } catch { return .failure(error) }
        }
        self = try result.get()
    }
}

/// One pass over borrowed bytes. Values are copied out once, into their final place.
struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    let maxDepth: Int
    let numbers: JSONValue.NumberReading
    var at = 0
    private var depth = 0
    /// Second reading of an object that is known to hold a name twice: each name is looked up, to say where.
    private var locatesDuplicates = false

    init(_ bytes: UnsafeBufferPointer<UInt8>, maxDepth: Int, numbers: JSONValue.NumberReading) {
        self.bytes = bytes
        self.maxDepth = maxDepth
        self.numbers = numbers
    }

    /// The whole text.
    mutating func text() throws(JSONError) -> JSONValue {
        skipWhiteSpace()
        let value = try value()
        skipWhiteSpace()
        guard at == bytes.count else { throw JSONError(.trailingBytes, offset: at) }
        return value
    }

    @inline(__always)
    mutating func skipWhiteSpace() {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x0A, 0x0D, 0x09: at += 1
            default: return
            }
        }
    }

    func failure(_ problem: JSONError.Problem) -> JSONError {
        JSONError(at < bytes.count ? problem : .endsEarly, offset: at)
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        guard at < bytes.count else { throw failure(.endsEarly) }
        switch bytes[at] {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return .object(try nested { (parser) throws(JSONError) in try parser.object() })
        case UInt8(ascii: "["): return .array(try nested { (parser) throws(JSONError) in try parser.array() })
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw failure(.expected("a value"))
        }
    }

    @inline(__always)
    private mutating func nested<Part>(
        _ read: (inout JSONParser) throws(JSONError) -> Part
    ) throws(JSONError) -> Part {
        guard depth < maxDepth else { throw failure(.tooDeep(limit: maxDepth)) }
        depth += 1
        let part = try read(&self)
        depth -= 1
        return part
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for index in 0..<word.utf8CodeUnitCount {
            guard at < bytes.count, bytes[at] == word.utf8Start[index] else { throw failure(.expected("\(word)")) }
            at += 1
        }
        return value
    }

    private mutating func array() throws(JSONError) -> [JSONValue] {
        var items: [JSONValue] = []
        at += 1
        skipWhiteSpace()
        if at < bytes.count, bytes[at] == UInt8(ascii: "]") {
            at += 1
            return items
        }
        while true {
            skipWhiteSpace()
            do throws(JSONError) {
                items.append(try value())
            } catch { throw error.inside(.index(items.count)) }
            skipWhiteSpace()
            guard at < bytes.count else { throw failure(.endsEarly) }
            let separator = bytes[at]
            guard separator == UInt8(ascii: ",") || separator == UInt8(ascii: "]") else {
                throw failure(.expected("a comma or ]"))
            }
            at += 1
            if separator == UInt8(ascii: "]") { return items }
        }
    }

    private mutating func object() throws(JSONError) -> JSONObject {
        let start = at
        var members: [JSONObject.Member] = []
        var isOrdered = true
        var seen: Set<Text> = []
        at += 1
        skipWhiteSpace()
        if at < bytes.count, bytes[at] == UInt8(ascii: "}") {
            at += 1
            return JSONObject(ordered: members)
        }
        while true {
            skipWhiteSpace()
            let nameAt = at
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw failure(.expected("a name")) }
            let name = try string()
            if locatesDuplicates, !seen.insert(name).inserted {
                throw JSONError(.duplicateName, offset: nameAt).inside(.name(name))
            }
            skipWhiteSpace()
            guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else { throw failure(.expected("a colon")) }
            at += 1
            skipWhiteSpace()
            do throws(JSONError) {
                if let last = members.last, !last.name.precedesInUTF16(name) { isOrdered = false }
                members.append((name, try value()))
            } catch { throw error.inside(.name(name)) }
            skipWhiteSpace()
            guard at < bytes.count else { throw failure(.endsEarly) }
            let separator = bytes[at]
            guard separator == UInt8(ascii: ",") || separator == UInt8(ascii: "}") else {
                throw failure(.expected("a comma or }"))
            }
            at += 1
            if separator == UInt8(ascii: "}") { break }
        }
        if isOrdered { return JSONObject(ordered: members) }
        if let object = JSONObject(members) { return object }
        at = start
        locatesDuplicates = true
        return try object()
    }
}

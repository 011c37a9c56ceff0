/// A JSON value (RFC 8259) that has exactly one canonical form (RFC 8785): names are unique, numbers are IEEE doubles
/// that their shortest form gives back.
public enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(Text)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue {
    public var asBool: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var asNumber: JSONNumber? { if case .number(let value) = self { value } else { nil } }
    /// The whole number that this is; nil for fractions, and for numbers beyond ±(2^53−1).
    public var asInteger: Int64? { asNumber?.integer }
    public var asString: Text? { if case .string(let value) = self { value } else { nil } }
    public var asArray: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    public var asObject: JSONObject? { if case .object(let value) = self { value } else { nil } }

    /// What this is, in the words of messages.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// How many arrays and objects stand inside each other: 0 for a scalar, 1 for `[]`.
    public var depth: Int {
        switch self {
        case .null, .bool, .number, .string: 0
        case .array(let items): 1 + (items.lazy.map(\.depth).max() ?? 0)
        case .object(let object): 1 + (object.members.lazy.map(\.value.depth).max() ?? 0)
        }
    }
}

// No literal for null: with one, `nil` where a `JSONValue?` stands would mean null, not nothing.
extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(Text(value)) }
    public init(integerLiteral value: Int64) { self = .number(JSONNumber(value)) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (Text, JSONValue)...) { self = .object(JSONObject(unique: elements)) }
}

/// The JSON Schemas (draft 2020-12) of the vocabulary, written from the same shapes as the strict reader.
///
/// `schemas/events/` holds them as files. What JSON Schema cannot say stands in `x-rules`, in words.
public enum EventSchema {
    static let dialect: JSONValue = "https://json-schema.org/draft/2020-12/schema"

    /// The name of a type's schema, in `schemas/events/` and at the end of its `$id`.
    public static func fileName(of type: VocabularyType) -> String { "\(type.rawValue).v1.json" }

    static func id(_ fileName: String) -> Text { Text("https://countersign.dev/schemas/events/\(fileName)") }

    /// The schema of the `data` of one type. It stands alone: all that it refers to is in its `$defs`.
    public static func data(of type: VocabularyType) -> JSONValue {
        var definitions = Definitions()
        var schema = definitions.schema(of: type.form.shape)
        schema["$schema"] = dialect
        schema["$id"] = .string(id(fileName(of: type)))
        schema["title"] = .string(type.text)
        schema["$defs"] = .object(definitions.written)
        return .object(schema)
    }
}

/// The definitions that one schema needs, collected while it is written.
private struct Definitions {
    private(set) var written = JSONObject()

    mutating func schema(of shape: ObjectShape) -> JSONObject {
        var properties = JSONObject()
        for member in shape.members { properties[member.name] = .object(schema(of: member)) }
        let required = shape.members.filter { $0.need == .required }.map { JSONValue.string($0.name) }
        let parts = shape.rules.compactMap { rule in rule.schema?.with("$comment", .string(Text(rule.words))) }
        let rest = shape.rules.filter { $0.schema == nil }.map { JSONValue.string(Text($0.words)) }
        var schema: JSONObject = [
            "type": "object",
            "description": .string(Text(shape.meaning)),
            "properties": .object(properties),
            "additionalProperties": false,
        ]
        if !required.isEmpty { schema["required"] = .array(required) }
        if !parts.isEmpty { schema["allOf"] = .array(parts.map(JSONValue.object)) }
        if !rest.isEmpty { schema["x-rules"] = .array(rest) }
        return schema
    }

    private mutating func schema(of member: MemberShape) -> JSONObject {
        var schema = schema(of: member.value)
        schema["description"] = .string(Text(member.meaning))
        if member.need == .concealable { schema["x-concealable"] = true }
        return schema
    }

    private mutating func schema(of shape: ValueShape) -> JSONObject {
        switch shape {
        case .text(.anything): ["type": "string", "minLength": 1]
        case .text(let form): define(form.rule) { _ in form.schema }
        case .integer(let range):
            [
                "type": "integer", "minimum": .number(JSONNumber(range.lowerBound)),
                "maximum": .number(JSONNumber(range.upperBound)),
            ]
        case .flag: ["type": "boolean"]
        case .word(let words): ["type": "string", "enum": .array(words.map(JSONValue.string))]
        case .json(.anything): ["not": ["type": "null"]]
        case .json(.integersOnly): define("json-of-integers") { $0.jsonOfIntegers() }
        case .object(let shape): define(shape().name) { $0.schema(of: shape()) }
        case .list(let item, let count): list(item, count)
        case .digests:
            list(.text(.concealedDigest), 1...Int.max).with("uniqueItems", true)
        }
    }

    private mutating func list(_ item: ValueShape, _ count: ClosedRange<Int>) -> JSONObject {
        var list: JSONObject = ["type": "array", "items": .object(schema(of: item))]
        if count.lowerBound > 0 { list["minItems"] = .number(JSONNumber(Int64(count.lowerBound))) }
        if count.upperBound < Int.max { list["maxItems"] = .number(JSONNumber(Int64(count.upperBound))) }
        return list
    }

    private mutating func jsonOfIntegers() -> JSONObject {
        let itself: JSONValue = ["$ref": "#/$defs/json-of-integers"]
        return [
            "description": "Any JSON without null and without fractions, at any depth.",
            "anyOf": [
                ["type": ["string", "boolean"]],
                .object(schema(of: .integer(ValueShape.safeIntegers))),
                ["type": "array", "items": itself],
                ["type": "object", "additionalProperties": itself],
            ],
        ]
    }

    /// A reference to a definition, which is written once. It is there, empty, while it is being written, so
    /// that a definition may refer to itself.
    private mutating func define(_ name: String, _ write: (inout Definitions) -> JSONObject) -> JSONObject {
        let name = Text(name)
        if written[name] == nil {
            written[name] = [:]
            written[name] = .object(write(&self))
        }
        return ["$ref": .string(Text("#/$defs/\(name.string)"))]
    }
}

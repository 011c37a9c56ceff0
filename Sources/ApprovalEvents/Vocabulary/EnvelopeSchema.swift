extension EventSchema {
    /// The schema of a whole event of ours as it is submitted in structured mode: the attributes, and for each
    /// type the schema of its data, to which it refers.
    public static var envelope: JSONValue {
        [
            "$schema": dialect,
            "$id": .string(id("envelope.json")),
            "title": "An event as it is submitted",
            "description": .string(
                "A CloudEvents 1.0 event of a type of ours in structured mode. A member that is null is as if absent."),
            "type": "object",
            "required": ["specversion", "type", "source", "id", "time"],
            "anyOf": [["required": ["data"]], ["required": ["data_base64"]]],
            "properties": .object(attributes),
            "additionalProperties": false,
            "allOf": .array(subjectRules + dataByType),
            "x-rules": [
                "id and source are at most 256 bytes of UTF-8 long.",
                "A charset that datacontenttype names is UTF-8.",
                "No attribute holds a noncharacter of Unicode.",
                "One of data and data_base64 is there; data_base64 holds the same JSON as UTF-8.",
                "Each disclosure opens a digest that stands in an _sd of data, and data with all of them put back is good.",
                "data nests at most 32 deep; the canonical event is at most 60 KiB long.",
            ],
        ]
    }

    private static var attributes: JSONObject {
        let maybe: JSONValue = ["string", "null"]
        let plain: JSONValue = #"^[^\u0000-\u001F\u007F-\u009F\uFDD0-\uFDEF\uFFFE\uFFFF]*$"#
        let segment = #"(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]+"#
        return [
            "specversion": ["const": "1.0"],
            "type": ["enum": .array(EventPayload.knownTypes.map(JSONValue.string))],
            "source": [
                "type": "string", "maxLength": 256, "pattern": .string(Text("^(?:/\(segment))+$")),
                "description": "Who speaks: a path. /ledger and /sources/ belong to the ledger.",
            ],
            "id": [
                "type": "string", "minLength": 1, "maxLength": 256, "pattern": plain,
                "description": "Identifies the event with its source, for ever.",
            ],
            "subject": ["type": maybe, "minLength": 1, "pattern": plain, "description": "The case."],
            "time": .object(
                TextForm.timestamp.schema.with("description", "When it happened, by the source's clock.")),
            "sourcesequence": [
                "type": maybe, "pattern": "^[1-9][0-9]{0,19}$", "description": "Counts the source's events from 1.",
            ],
            "datacontenttype": ["type": maybe, "pattern": .string(Text(jsonMediaType))],
            "data": ["type": ["object", "null"]],
            "data_base64": ["type": maybe, "contentEncoding": "base64", "contentMediaType": "application/json"],
            "disclosures": [
                "type": maybe, "pattern": "^(?:[A-Za-z0-9_-]+~)+$",
                "description": "What the digests in _sd stand for, each followed by ~. Never sealed.",
            ],
            "traceparent": ["type": maybe, "description": "Taken, and dropped."],
            "tracestate": ["type": maybe, "description": "Taken, and dropped."],
        ]
    }

    private static let jsonMediaType =
        #"^[^\u0000-\u001F\u007F-\u009F;]*[/+][jJ][sS][oO][nN] *(?:;[^\u0000-\u001F\u007F-\u009F]*)?$"#

    private static var subjectRules: [JSONValue] {
        let isThere: JSONValue = ["required": ["subject"], "properties": ["subject": ["type": "string"]]]
        return [
            condition(on: VocabularyType.allCases.filter { $0.subjectRule == .required }, then: isThere),
            condition(on: VocabularyType.allCases.filter { $0.subjectRule == .refused }, then: ["not": isThere]),
        ]
    }

    private static var dataByType: [JSONValue] {
        VocabularyType.allCases.map { type in
            let data: JSONValue = [
                "if": ["required": ["data"], "properties": ["data": ["not": ["type": "null"]]]],
                "then": ["properties": ["data": ["$ref": .string(Text(fileName(of: type)))]]],
            ]
            return condition(on: [type], then: data)
        }
    }

    private static func condition(on types: [VocabularyType], then: JSONValue) -> JSONValue {
        let type: JSONValue = ["enum": .array(types.map { .string($0.text) })]
        return ["if": ["required": ["type"], "properties": ["type": type]], "then": then]
    }
}

extension JSONObject {
    /// This object with a member set.
    func with(_ name: Text, _ value: JSONValue) -> JSONObject {
        var object = self
        object[name] = value
        return object
    }
}

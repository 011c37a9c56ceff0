// How a rule between members is said in JSON Schema, where it can be.

extension MemberRule {
    /// Nil where JSON Schema cannot say it: it compares no two values of one object.
    package var schema: JSONObject? {
        switch self {
        case .exactlyOne(of: let names): ["oneOf": .array(names.map { require([$0]) })]
        case .together(let names):
            [
                "dependentRequired": .object(
                    names.reduce(into: JSONObject()) { all, name in
                        all[name] = .array(names.filter { $0 != name }.map(JSONValue.string))
                    })
            ]
        case .present(let name, requires: let other):
            ["dependentRequired": .object([name: [.string(other)]])]
        case .requires(let names, where: let name, isOneOf: let words):
            condition(name, words, then: require(names))
        case .requiresOne(of: let names, where: let name, isOneOf: let words):
            condition(name, words, then: anyOf(names))
        case .refuses(let names, where: let name, isOneOf: let words):
            condition(name, words, then: ["not": anyOf(names)])
        case .neverBeside(let name, let other): ["not": require([name, other])]
        case .chain(let name, atMost: let count): ["not": .object(nested(name, count + 1))]
        case .ordered, .atMostCount, .distinct, .reserved, .digest: nil
        }
    }

    private func require(_ names: [Text]) -> JSONValue {
        ["required": .array(names.map(JSONValue.string))]
    }

    private func anyOf(_ names: [Text]) -> JSONValue {
        ["anyOf": .array(names.map { require([$0]) })]
    }

    private func condition(_ name: Text, _ words: [Text], then: JSONValue) -> JSONObject {
        let member: JSONValue = ["enum": .array(words.map(JSONValue.string))]
        return [
            "if": ["properties": .object([name: member]), "required": [.string(name)]],
            "then": then,
        ]
    }

    /// An object in which `name` is nested `depth` times.
    private func nested(_ name: Text, _ depth: Int) -> JSONObject {
        var schema: JSONObject = ["required": [.string(name)]]
        if depth > 1 {
            schema["properties"] = .object([name: .object(nested(name, depth - 1))])
        }
        return schema
    }
}

extension TextForm {
    /// The form as a string with a regular expression (ECMA 262, as JSON Schema takes it).
    package var schema: JSONObject {
        guard let pattern else { return ["type": "string", "minLength": 1] }
        return ["type": "string", "pattern": .string(Text(pattern)), "description": .string(Text("This is \(words)."))]
    }

    private var pattern: String? {
        switch self {
        case .anything: nil
        case .principalID:
            #"^[A-Za-z0-9._-]+:[^\u0000-\u001F\u007F-\u009F\uFDD0-\uFDEF\uFFFE\uFFFF]+$"#
        case .digest: "^sha256:[0-9a-f]{64}$"
        case .timestamp: "^(?:\(Self.date))T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?Z$"
        case .nonce: "^[A-Za-z0-9_-]{21}[AQgw]$"
        case .base64:
            "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)$"
        case .concealedDigest: "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$"
        }
    }

    /// A date of the Gregorian calendar, leap years included.
    private static var date: String {
        let anyYear = "[0-9]{4}"
        let long = "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
        let short = "(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
        let february = "02-(?:0[1-9]|1[0-9]|2[0-8])"
        let leapYear = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
        return "\(anyYear)-(?:\(long)|\(short)|\(february))|\(leapYear)-02-29"
    }
}

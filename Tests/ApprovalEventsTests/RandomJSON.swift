import ApprovalEvents
import Foundation
import TestMaterial

extension SeededRandom {
    private static let alphabet: [Unicode.Scalar] = Array(
        "abcXYZ019 _-~/\"\\\n\t\u{0}\u{1f}\u{7f}éß€\u{ffff}😀\u{e000}".unicodeScalars)

    mutating func text() -> Text {
        var string = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...20, using: &self) {
            string.append(Self.alphabet[Int.random(in: 0..<Self.alphabet.count, using: &self)])
        }
        return Text(String(string))
    }

    mutating func jsonValue(depth: Int) -> JSONValue {
        switch Int.random(in: 0...(depth > 0 ? 7 : 4), using: &self) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &self))
        case 2: return .number(JSONNumber(Int64.random(in: -(1 << 53) + 1...(1 << 53) - 1, using: &self)))
        case 3: return JSONNumber(Double.random(in: -1...1, using: &self)).map { .number($0) } ?? .null
        case 4: return .string(text())
        case 5: return .array((0..<Int.random(in: 0...4, using: &self)).map { _ in jsonValue(depth: depth - 1) })
        default:
            var object = JSONObject()
            // Foundation keeps one of two canonically equivalent names: none of these are.
            for _ in 0..<Int.random(in: 0...6, using: &self) { object[text()] = jsonValue(depth: depth - 1) }
            return .object(object)
        }
    }

    private mutating func space() -> String {
        ["", "", " ", "\n", "\t \r"][Int.random(in: 0..<5, using: &self)]
    }

    /// Another JSON text of `value`: names in any order, white space, escapes that need not be.
    mutating func spelling(of value: JSONValue) -> String {
        switch value {
        case .null, .bool, .number: return space() + String(decoding: value.canonicalBytes, as: UTF8.self) + space()
        case .string(let text): return space() + quoted(text) + space()
        case .array(let items): return "[" + space() + items.map { spelling(of: $0) }.joined(separator: ",") + "]"
        case .object(let object):
            let members = object.members.shuffled(using: &self)
            return "{" + space()
                + members.map { space() + quoted($0.name) + space() + ":" + spelling(of: $0.value) }.joined(
                    separator: ",")
                + "}"
        }
    }

    private mutating func quoted(_ text: Text) -> String {
        var quoted = "\""
        for scalar in text.string.unicodeScalars {
            let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            if mustEscape || Int.random(in: 0..<4, using: &self) == 0 {
                for unit in UTF16.encode(scalar) ?? .init() { quoted += "\\u" + hex(unit) }
            } else {
                quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    private mutating func hex(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16, uppercase: Bool.random(using: &self))
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}

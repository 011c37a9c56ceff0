import ApprovalEvents
import Foundation
import TestMaterial
import Testing

@Suite("Strict JSON")
struct JSONParserTests {
    @Test("what is not I-JSON is refused under the right rule")
    func refusedVectors() throws {
        let rows = try JSONValue(parsing: Checkout.bytes("Tests/Vectors/jcs/refused.json")).asArray ?? []
        #expect(rows.count > 80)
        for row in rows {
            let input = try #require(row.hex("input"))
            let rule = try #require(row.asObject?["rule"]?.asString)
            let error = #expect(throws: JSONError.self, "\(String(decoding: input, as: UTF8.self))") {
                try JSONValue(parsing: input)
            }
            // A text cut inside a sequence may be named as cut or as not UTF-8.
            if rule != "json-utf8" || error?.problem != .endsEarly {
                #expect(
                    error?.rule == rule.string || error?.problem == .trailingBytes, "\(input) \(error.debugDescription)"
                )
            }
        }
    }

    @Test("errors name the byte and the pointer")
    func places() {
        func error(_ text: String) -> JSONError? {
            do throws(JSONError) { _ = try JSONValue(parsing: Array(text.utf8)) } catch { return error }
            return nil
        }
        #expect(error("{\"a\":[1,{\"b~/\":tru}]}")?.pointer.description == "/a/1/b~0~1")
        #expect(error("{\"a\":[1,{\"b~/\":tru}]}")?.offset == 18)
        #expect(error("{\"b\":0,\"a\":{\"z\":1,\"y\":2,\"z\":3}}")?.pointer.description == "/a/z")
        #expect(error("{\"b\":0,\"a\":{\"z\":1,\"y\":2,\"z\":3}}")?.offset == 24)
        #expect(error("[1,2")?.problem == .endsEarly)
        #expect(error("[1,2")?.offset == 4)
        #expect(error("[0,9007199254740993]")?.problem == .inexactNumber)
        #expect(error("[0,9007199254740994]")?.problem == .unsafeInteger)
        #expect(error("[0,9007199254740993]")?.pointer.description == "/1")
        #expect(error("[0,9007199254740993]")?.offset == 3)
    }

    @Test("nesting ends at the limit, in arrays and objects")
    func depth() throws {
        for limit in [1, 2, 33, 64] {
            let deepest = String(repeating: "[", count: limit) + String(repeating: "]", count: limit)
            #expect(try JSONValue(parsing: Array(deepest.utf8), maxDepth: limit).depth == limit)
            #expect(throws: JSONError.self) { try JSONValue(parsing: Array("[\(deepest)]".utf8), maxDepth: limit) }
            #expect(throws: JSONError.self) {
                try JSONValue(parsing: Array("{\"a\":\(deepest)}".utf8), maxDepth: limit)
            }
        }
        let endless = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(throws: JSONError.self) { try JSONValue(parsing: endless) }
    }

    @Test("every prefix is refused, and every changed byte is refused or changes the value as Foundation sees it")
    func prefixesAndChanges() throws {
        let text = #"{"a":[1,-2.5e3,true,null,"x\u00e9\n€😀 long enough for words"],"b":{"":false,"c":"\ud83d\ude00"}}"#
        let good = Array(text.utf8)
        _ = try JSONValue(parsing: good)
        for length in 0..<good.count {
            #expect(throws: JSONError.self) { try JSONValue(parsing: Array(good[..<length])) }
        }
        for at in good.indices {
            for byte in UInt8.min ... .max {
                var changed = good
                changed[at] = byte
                guard let value = try? JSONValue(parsing: changed) else { continue }
                let agrees = agreesWithFoundation(value, changed)
                #expect(agrees, "byte \(at) became \(byte)")
            }
        }
    }

    @Test("random values come back through their canonical form, in any order of names and with white space")
    func randomRoundTrips() throws {
        var random = SeededRandom(seed: 20_261_123)
        for round in 0..<2000 {
            let value = random.jsonValue(depth: 4)
            let canonical = value.canonicalBytes
            #expect(try JSONValue(parsing: canonical) == value, "round \(round) of seed \(random.seed)")
            let spread = random.spelling(of: value)
            let reread = try JSONValue(parsing: Array(spread.utf8))
            #expect(reread == value)
            #expect(reread.canonicalBytes == canonical)
            let agrees = agreesWithFoundation(value, Array(spread.utf8))
            #expect(agrees, "round \(round) of seed \(random.seed)")
        }
    }

    @Test("texts are the same only byte for byte")
    func textsAreBytes() throws {
        let one: Text = "\u{e9}"
        let two: Text = "e\u{301}"
        #expect(one != two)
        #expect(one.string == two.string, "which is why `Text` exists")
        #expect(Set([one, two]).count == 2)
        #expect(try JSONValue(parsing: Array("{\"\u{e9}\":1,\"e\u{301}\":2}".utf8)).asObject?.count == 2)
        #expect(Text("\u{ff}") > Text("z"))
        #expect(!one.isEmpty && Text("").isEmpty)
    }

    /// Compares with Foundation's parser where it gives an answer at all.
    private func agreesWithFoundation(_ value: JSONValue, _ bytes: [UInt8]) -> Bool {
        guard let other = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed) else {
            return false
        }
        return same(value, other)
    }

    private func same(_ value: JSONValue, _ other: Any) -> Bool {
        switch value {
        case .null: other is NSNull
        case .bool(let flag): (other as? NSNumber)?.boolValue == flag
        case .number(let number): (other as? NSNumber).map { isNear($0.doubleValue, number.double) } ?? false
        case .string(let text): (other as? String).map { Array($0.utf8) == text.bytes } ?? false
        case .array(let items):
            (other as? [Any]).map { $0.count == items.count && zip(items, $0).allSatisfy { same($0, $1) } } ?? false
        case .object(let object): (other as? [String: Any]).map { same(object, $0) } ?? false
        }
    }

    /// Foundation reads fractions by way of decimals, and may miss the nearest double by a little.
    private func isNear(_ one: Double, _ other: Double) -> Bool { abs(one - other) <= abs(other) * 1e-13 }

    private func same(_ object: JSONObject, _ other: [String: Any]) -> Bool {
        object.count == other.count
            && object.members.allSatisfy { member in other[member.name.string].map { same(member.value, $0) } ?? false }
    }
}

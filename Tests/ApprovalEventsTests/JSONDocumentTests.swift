import ApprovalEvents
import TestMaterial
import Testing

/// What is found while a text is read, against what comes out when the value is written again.
@Suite("A JSON text that was read")
struct JSONDocumentTests {
    @Test("is canonical if and only if its value is written so", arguments: [8785, 7493] as [UInt64])
    func canonical(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var canonical = 0
        for _ in 0..<3000 {
            let value = random.jsonValue(depth: 4)
            for text in [value.canonicalBytes, Array(random.spelling(of: value).utf8)] {
                canonical += try agrees(text) ? 1 : 0
                guard !text.isEmpty else { continue }
                var changed = text
                changed[Int.random(in: text.indices, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
                if (try? JSONValue(parsing: changed)) != nil { canonical += try agrees(changed) ? 1 : 0 }
            }
        }
        #expect(canonical > 3000)
    }

    @Test("of the vectors is canonical where it is what they expect")
    func vectors() throws {
        for row in try JSONValue(parsing: Checkout.bytes("Tests/Vectors/jcs/accepted.json")).asArray ?? [] {
            let (input, expected) = (try #require(row.hex("input")), try #require(row.hex("canonical")))
            #expect(try agrees(input) == (input == expected))
            #expect(try agrees(expected))
        }
        for line in try Checkout.bytes("Tests/Vectors/jcs/numbers.txt").split(separator: UInt8(ascii: "\n")) {
            let number = Array(line.split(separator: UInt8(ascii: ","))[1])
            #expect(try JSONDocument(parsing: number, numbers: .nearest).isCanonical)
        }
    }

    @Test(
        "is not canonical for one space, one order, one escape, one number",
        arguments: [
            " 1", "1 ", "[1 ]", "[ ]", "{ }", "{\"a\" :1}", "{\"b\":1,\"a\":2}", "{\"é\":1,\"z\":2}", "\"\\/\"",
            "\"\\u000a\"", "\"\\u001F\"", "\"\\u0041\"", "{\"\\u0061\":1}", "-0", "1.0", "1e2", "0.10", "1E-7",
            "-1.2345678901234567E-6",
            "{\"\u{ffff}\":1,\"\u{10000}\":2}", "\"\\ud83d\\ude00\"",
        ])
    func others(text: String) throws {
        #expect(try !agrees(Array(text.utf8)))
    }

    @Test(
        "is canonical with the escapes and the order that must be",
        arguments: [
            "[]", "{}", "\"\"", "\"\\\"\\\\\\b\\t\\n\\f\\r\\u0000\\u001f\"", "{\"\\n\":1,\"1\":2,\"a\":3,\"é\":4}",
            "{\"\":1,\"\\\"\":2,\"a\":3}", "{\"\u{10000}\":1,\"\u{ffff}\":2}", "-1", "1e+300", "1e-7", "0.5",
            "{\"a\":1,\"a\\n\":2,\"ab\":3}",
        ])
    func canonicalForms(text: String) throws {
        #expect(try agrees(Array(text.utf8)))
    }

    @Test("says the same as a document that is made of its value")
    func made() throws {
        var random = SeededRandom(seed: 8259)
        for _ in 0..<2000 {
            let value = random.jsonValue(depth: 5)
            let (read, made) = (try JSONDocument(parsing: value.canonicalBytes, numbers: .nearest), JSONDocument(value))
            #expect(made.bytes == read.bytes && made.isCanonical && read.isCanonical)
            #expect(made.depth == value.depth && read.depth == value.depth)
            #expect(made.withRoot { $0.value } == value)
            #expect(read.withRoot { $0.value } == value)
        }
    }

    @Test("gives each member under its name, however it is written, and none twice")
    func members() throws {
        var random = SeededRandom(seed: 6901)
        for _ in 0..<500 {
            let value = random.jsonValue(depth: 3)
            guard let object = value.asObject else { continue }
            let document = try JSONDocument(parsing: Array(random.spelling(of: value).utf8))
            document.withRoot { root in
                #expect(root.members.map { $0.name.value } == object.names.map(JSONValue.string))
                for (name, value) in object.members { #expect(root.member(name)?.value == value) }
                #expect(root["no such name"] == nil)
            }
        }
    }

    @Test("has room for every value, however close they stand")
    func room() throws {
        for count in [1, 2, 3, 1000, 5000, 100_000] {
            let flat = "[" + Array(repeating: "1", count: count).joined(separator: ",") + "]"
            #expect(try JSONValue(parsing: Array(flat.utf8)).asArray?.count == count)
            let open = [UInt8](repeating: UInt8(ascii: "["), count: min(count, 1000))
            #expect(throws: JSONError.self) { try JSONValue(parsing: open, maxDepth: 1000) }
            let nested = open + [UInt8](repeating: UInt8(ascii: "]"), count: open.count)
            #expect(try JSONDocument(parsing: nested, maxDepth: 1000).depth == open.count)
        }
    }

    @Test("has room for members that are put in order, however close their values stand")
    func roomToMove() throws {
        for count in [1, 2, 3, 1000, 2037, 2038, 2039, 2040, 5000] {
            let list = "[" + Array(repeating: "1", count: count).joined(separator: ",") + "]"
            #expect(try !agrees(Array("{\"b\":\(list),\"\":[]}".utf8)))
            #expect(try !agrees(Array("[[{\"b\":[\(list)],\"a\":1}]]".utf8)))
        }
    }

    @Test("writes each value in it as its copy is written")
    func parts() throws {
        var random = SeededRandom(seed: 3)
        func check(_ node: JSONNode) {
            let canonical = node.value.canonicalBytes
            var output: [UInt8] = [0]
            node.writeCanonical(to: &output)
            #expect(output == [0] + canonical && node.canonicalBytes == canonical)
            for item in node.items { check(item) }
            for (name, value) in node.members {
                check(name)
                check(value)
            }
        }
        for _ in 0..<300 {
            let value = random.jsonValue(depth: 4)
            for text in [value.canonicalBytes, Array(random.spelling(of: value).utf8)] {
                try JSONDocument(parsing: text).withRoot(check)
            }
        }
    }

    /// Whether the text says that it is canonical, which must be whether its value is written so, by node or by copy.
    private func agrees(_ text: [UInt8]) throws -> Bool {
        let document = try JSONDocument(parsing: text)
        let value = try JSONValue(parsing: text)
        let (canonical, copy) = document.withRoot { ($0.canonicalBytes, $0.value) }
        #expect(copy == value)
        #expect(canonical == value.canonicalBytes, "\(String(decoding: text, as: UTF8.self))")
        #expect(document.isCanonical == (canonical == text), "\(String(decoding: text, as: UTF8.self))")
        #expect(document.depth == value.depth)
        return document.isCanonical
    }
}

@Suite("Short names")
struct ShortNameTests {
    @Test("are the same if and only if their texts are, up to 24 bytes")
    func comparison() {
        var random = SeededRandom(seed: 24)
        var names: [Text] = ["", "a", "a\u{0}", "é"]
        for length in 1...26 {
            names.append(Text(String(repeating: "a", count: length)))
            names.append(Text(String(repeating: "a", count: length - 1) + "b"))
            names.append(Text("b" + String(repeating: "a", count: length - 1)))
        }
        for _ in 0..<50 { names.append(random.text()) }
        for name in names { #expect((ShortName(name) != nil) == (name.utf8.count <= 24), "\(name)") }
        let short = names.compactMap { name in ShortName(name).map { (name, $0) } }
        for one in short {
            for other in short { #expect((one.1 == other.1) == (one.0 == other.0), "\(one.0) \(other.0)") }
        }
        #expect(ShortName("sourcesequence") == ("sourcesequence" as ShortName))
    }

    @Test("are found at the very end of a text")
    func ends() throws {
        for length in 0...30 {
            let name = Text(String(repeating: "n", count: length))
            for rest in 0...30 {
                let object: JSONObject = [name: .string(Text(String(repeating: "v", count: rest)))]
                let document = try JSONDocument(parsing: object.canonicalBytes)
                #expect(document.withRoot { $0.member(name)?.string?.utf8.count } == rest)
            }
        }
    }
}

import ApprovalEvents
import Testing

/// Examples that were written from EVENTS.md by a tool that knows nothing of our Swift.
@Suite("The vocabulary's own examples")
struct VocabularyVectorTests {
    @Test("there are good examples of every type and of nothing else")
    func everyType() throws {
        let files = try EventVectors.good()
        #expect(files.map(\.name) == VocabularyType.allCases.map(\.rawValue).sorted())
        for file in files {
            #expect(file.events.allSatisfy { VocabularyType($0.type)?.rawValue == file.name }, "\(file.name)")
        }
    }

    @Test("good examples are accepted and give back their data")
    func good() throws {
        for event in try EventVectors.good().flatMap(\.events) {
            var violations: [Violation] = []
            let payload = EventPayload.decode(type: event.type, data: event.data, at: .root, violations: &violations)
            #expect(violations == [], "\(event.place)")
            #expect(payload?.json.map(JSONValue.object) == event.data, "\(event.place)")
            #expect(payload?.type?.text == event.type, "\(event.place)")
        }
    }

    @Test("every member and every word of every type stands in some example")
    func everyMember() throws {
        for file in try EventVectors.good() {
            let type = try #require(VocabularyType(rawValue: file.name))
            let schema = EventSchema.data(of: type)
            var seen: Set<String> = []
            for event in file.events { Self.collect(event.data, into: &seen) }
            for member in schema.asObject?["properties"]?.asObject?.members ?? [] {
                #expect(seen.contains(member.name.string), "\(file.name) \(member.name)")
                for word in member.value.asObject?["enum"]?.asArray ?? [] {
                    #expect(seen.contains("=\(word.asString?.string ?? "")"), "\(file.name) \(word)")
                }
            }
        }
    }

    @Test("every member and every word of every object stands in some example")
    func everyObject() throws {
        var seen: Set<String> = []
        for event in try EventVectors.good().flatMap(\.events) { Self.collect(event.data, into: &seen) }
        for type in VocabularyType.allCases {
            for definition in EventSchema.data(of: type).asObject?["$defs"]?.asObject?.members ?? [] {
                for member in definition.value.asObject?["properties"]?.asObject?.members ?? [] {
                    #expect(seen.contains(member.name.string), "\(definition.name) \(member.name)")
                    for word in member.value.asObject?["enum"]?.asArray ?? [] {
                        #expect(seen.contains("=\(word.asString?.string ?? "")"), "\(definition.name) \(word)")
                    }
                }
            }
        }
    }

    private static func collect(_ value: JSONValue, into seen: inout Set<String>) {
        switch value {
        case .string(let text): seen.insert("=\(text.string)")
        case .array(let items): for item in items { collect(item, into: &seen) }
        case .object(let object):
            for member in object.members {
                seen.insert(member.name.string)
                collect(member.value, into: &seen)
            }
        case .null, .bool, .number: break
        }
    }

    @Test("of a bad example everything that is wrong is named, and nothing else")
    func bad() throws {
        let examples = try EventVectors.bad()
        #expect(examples.count > 70)
        for (event, expected) in examples {
            var violations: [Violation] = []
            let payload = EventPayload.decode(
                type: event.type, data: event.data, at: .root.appending("data"), violations: &violations)
            #expect(payload == nil, "\(event.place)")
            #expect(Set(violations.map { "\($0.pointer) \($0.rule)" }) == expected, "\(event.place)")
            #expect(violations.count == expected.count, "\(event.place)")
        }
    }

    @Test("every rule that a violation may name stands in some bad example or is about types")
    func everyRule() throws {
        let rules = Set(try EventVectors.bad().flatMap(\.expected).compactMap { $0.split(separator: " ").last })
        #expect(
            rules == [
                "base64", "chain-length", "concealed-digest", "digest", "digest-matches", "distinct",
                "distinct-digests", "exactly-one", "integer", "integer-range", "item-count", "known-member",
                "known-word", "nonce", "not-null", "open-nonce", "order", "principal-id", "refused-when",
                "required-beside", "required-member", "required-when", "reserved-name", "satisfiable",
                "text-not-empty", "timestamp", "type",
            ])
    }
}

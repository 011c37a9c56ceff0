import ApprovalEvents
import Foundation
import TestMaterial
import Testing

/// `schemas/events/` is written by this test from the Swift shapes, and holds them together otherwise:
/// `COUNTERSIGN_WRITE_SCHEMAS=1 swift test --filter VocabularySchemaTests`.
@Suite("The JSON Schemas of the vocabulary", .serialized)
struct VocabularySchemaTests {
    private static let folder = Checkout.root.appendingPathComponent("schemas/events")
    private static let isWriting = ProcessInfo.processInfo.environment["COUNTERSIGN_WRITE_SCHEMAS"] != nil

    private static var files: [(name: String, schema: JSONValue)] {
        VocabularyType.allCases.map { (EventSchema.fileName(of: $0), EventSchema.data(of: $0)) }
            + [("envelope.json", EventSchema.envelope)]
    }

    @Test("the committed schemas are what the Swift shapes say")
    func committed() throws {
        for (name, schema) in Self.files {
            let url = Self.folder.appendingPathComponent(name)
            let text = schema.laidOut()
            if Self.isWriting { try Data(text.utf8).write(to: url) }
            let committed = try String(contentsOf: url, encoding: .utf8)
            #expect(committed == text, "\(name): see schemas/events/README.md on how to write it again")
        }
    }

    @Test("no schema is left over from a type that is gone")
    func leftOver() throws {
        let found = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).filter {
            $0.hasSuffix(".json")
        }
        #expect(Set(found) == Set(Self.files.map(\.name)))
    }

    @Test("a schema refers only to what it defines itself")
    func selfContained() throws {
        for type in VocabularyType.allCases {
            let schema = EventSchema.data(of: type)
            let defined = Set(schema.asObject?["$defs"]?.asObject?.names.map { "#/$defs/\($0)" } ?? [])
            let references = Self.references(in: schema)
            #expect(references.subtracting(defined).isEmpty, "\(type)")
            #expect(defined.subtracting(references).isEmpty, "\(type)")
        }
    }

    @Test("what may be concealed is marked, and only there may digests stand for it")
    func concealable() {
        for type in VocabularyType.allCases {
            let schema = EventSchema.data(of: type).asObject
            let objects =
                [schema].compactMap { $0 } + (schema?["$defs"]?.asObject?.members ?? []).compactMap(\.value.asObject)
            for object in objects {
                let properties = object["properties"]?.asObject ?? JSONObject()
                let marked = properties.members.filter { $0.value.asObject?["x-concealable"] != nil }
                #expect(marked.isEmpty == (properties["_sd"] == nil), "\(type)")
                let required = object["required"]?.asArray?.compactMap(\.asString) ?? []
                #expect(marked.allSatisfy { !required.contains($0.name) }, "\(type)")
            }
        }
    }

    @Test("the README names every type, with its meaning, and every rule")
    func readme() throws {
        let text = try String(contentsOf: Self.folder.appendingPathComponent("README.md"), encoding: .utf8)
        for rule in Set(try EventVectors.bad().flatMap(\.expected).compactMap { $0.split(separator: " ").last }) {
            #expect(text.contains("`\(rule)`"), "\(rule)")
        }
        for type in VocabularyType.allCases {
            #expect(
                text.contains("| [`\(type.rawValue)`](\(EventSchema.fileName(of: type))) | \(type.meaning) |"),
                "\(type.rawValue)")
        }
    }

    private static func references(in value: JSONValue) -> Set<String> {
        switch value {
        case .array(let items): items.reduce(into: []) { $0.formUnion(references(in: $1)) }
        case .object(let object):
            object.members.reduce(into: []) { found, member in
                if member.name == "$ref", let reference = member.value.asString { found.insert(reference.string) }
                found.formUnion(references(in: member.value))
            }
        case .null, .bool, .number, .string: []
        }
    }
}

extension JSONValue {
    /// For people: two blanks a level, names in canonical order, short values on one line.
    fileprivate func laidOut() -> String { lines(indent: "") + "\n" }

    private func lines(indent: String) -> String {
        let short = String(decoding: canonicalBytes, as: UTF8.self)
        if short.utf8.count + indent.utf8.count <= 80, !short.contains("{\"") || short.utf8.count <= 40 { return short }
        let inner = indent + "  "
        switch self {
        case .array(let items):
            return "[\n" + items.map { inner + $0.lines(indent: inner) }.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let object):
            let members = object.members.map { member in
                let name = String(decoding: JSONValue.string(member.name).canonicalBytes, as: UTF8.self)
                return "\(inner)\(name): \(member.value.lines(indent: inner))"
            }
            return "{\n" + members.joined(separator: ",\n") + "\n\(indent)}"
        case .null, .bool, .number, .string: return short
        }
    }
}

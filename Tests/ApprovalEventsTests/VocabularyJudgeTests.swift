import ApprovalEvents
import Foundation
import TestMaterial
import Testing

/// Thousands of events with one place changed, judged by us and by Python's `jsonschema` over the committed
/// schemas: the two must agree on each.
@Suite("The vocabulary before another judge")
struct VocabularyJudgeTests {
    /// What JSON Schema cannot say: an event that breaks only these is good to the other judge.
    private static let beyondSchema: Set<String> = [
        "order", "satisfiable", "distinct", "reserved-name", "digest-matches",
    ]

    @Test("each event with any one member removed, renamed or mistyped is judged as the schema says")
    func mutations() throws {
        var cases: [JudgedCase] = []
        for (event, isFull) in try Self.events() {
            cases.append(JudgedCase(event, what: "unchanged", data: event.data))
            for mutation in Mutation.all(of: event.data, isThorough: isFull) {
                cases.append(JudgedCase(event, what: mutation.what, data: mutation.value))
            }
        }
        #expect(cases.count > 5_000)
        guard let verdicts = try Judge.verdicts(on: cases.map(\.line)) else { return }
        try #require(verdicts.count == cases.count)
        var disagreements: [String] = []
        for (judged, isGood) in zip(cases, verdicts) where isGood != judged.isGood(beyond: Self.beyondSchema) {
            disagreements.append("\(judged.what) in \(judged.place): they say \(isGood ? "good" : "bad")")
        }
        #expect(disagreements.isEmpty, "\(disagreements.count) of \(cases.count), \(disagreements.prefix(20))")
        print("judged \(cases.count) events, \(verdicts.count { !$0 }) of them bad")
    }

    @Test("each event with any one attribute removed, renamed or mistyped is judged as the envelope's schema says")
    func attributes() throws {
        var lines: [String] = []
        var ours: [(what: String, isGood: Bool)] = []
        for (event, isFull) in try Self.events() {
            let whole = Mutation(what: "unchanged", value: .object(event.envelope))
            for mutation in [whole] + (isFull ? Mutation.attributes(of: event.envelope) : []) {
                let text = String(decoding: mutation.value.canonicalBytes, as: UTF8.self)
                lines.append("{\"schema\":\"envelope.json\",\"value\":\(text)}")
                let parsed = try? ApprovalEvent.parse(structured: Array(text.utf8), rules: .standard)
                ours.append(("\(mutation.what) in \(event.place)", parsed != nil))
            }
        }
        #expect(!ours.contains { $0.what.hasPrefix("unchanged") && !$0.isGood })
        guard let verdicts = try Judge.verdicts(on: lines) else { return }
        try #require(verdicts.count == ours.count)
        let disagreements = zip(ours, verdicts).filter { $0.isGood != $1 }.map { "\($0.what): they say \($1)" }
        #expect(disagreements.isEmpty, "\(disagreements.count) of \(ours.count), \(disagreements.prefix(20))")
    }

    @Test("a member that stands twice is refused by both")
    func doubled() throws {
        var lines: [String] = []
        for (event, _) in try Self.events() {
            guard let name = event.data.asObject?.members.first?.name, let schema = event.schema else { continue }
            let whole = String(decoding: event.data.canonicalBytes, as: UTF8.self)
            let doubled = "{\"\(name)\":1,\(whole.dropFirst())"
            #expect(throws: JSONError.self) { try JSONValue(parsing: Array(doubled.utf8)) }
            lines.append("{\"schema\":\"\(schema)\",\"value\":\(doubled)}")
        }
        guard let verdicts = try Judge.verdicts(on: lines) else { return }
        #expect(verdicts == lines.map { _ in false })
    }

    /// Our own examples, and the stories where they are there.
    private static func events() throws -> [(event: SampleEvent, isFull: Bool)] {
        // The second example of a type has every member that may stand together.
        let own = try EventVectors.good().flatMap { file in
            file.events.enumerated().map { (event: $1, isFull: $0 == 1) }
        }
        return SharedData.isPresent ? own + (try StoryEvents.all()).map { ($0, false) } : own
    }
}

extension SampleEvent {
    fileprivate var schema: String? { VocabularyType(type).map(EventSchema.fileName) }
}

/// An event on its way to both judges.
private struct JudgedCase {
    let what: String
    let place: String
    let type: Text
    let data: JSONValue
    let schema: String

    init(_ event: SampleEvent, what: String, data: JSONValue) {
        self.what = what
        place = event.place
        type = event.type
        self.data = data
        schema = event.schema ?? ""
    }

    var line: String { "{\"schema\":\"\(schema)\",\"value\":\(String(decoding: data.canonicalBytes, as: UTF8.self))}" }

    func isGood(beyond rules: Set<String>) -> Bool {
        var violations: [Violation] = []
        let payload = EventPayload.decode(type: type, data: data, at: .root, violations: &violations)
        precondition((payload == nil) == !violations.isEmpty, "an event is refused with a reason, or taken")
        return violations.allSatisfy { rules.contains($0.rule) }
    }
}

/// `tools/judge-schemas`, run once over many cases.
private enum Judge {
    /// Whether each line is good; nil, said aloud, where there is no such judge on this machine.
    static func verdicts(on lines: [String]) throws -> [Bool]? {
        let input = FileManager.default.temporaryDirectory.appendingPathComponent("judge-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: input) }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: input)
        let process = try ChildProcess(
            URL(fileURLWithPath: "/usr/bin/env"),
            ["python3", Checkout.root.appendingPathComponent("tools/judge-schemas").path], input: input, output: .pipe)
        let answer = process.output.readDataToEndOfFile()
        let code = process.waitUntilExit()
        if [3, 127].contains(code) {
            print("SKIPPED: no Python with jsonschema here, so the schemas have no second judge")
            return nil
        }
        #expect(code == 0)
        return answer.split(separator: UInt8(ascii: "\n")).map { $0.elementsEqual("good".utf8) }
    }
}

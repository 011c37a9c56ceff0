import ApprovalEvents
import Foundation
import TestMaterial
import Testing

/// The demo's two weeks (`tools/make-demo`), as their senders hand them in.
@Suite("The demo's input")
struct DemoInputTests {
    @Test("every event is accepted as it stands, and is already in canonical form")
    func accepted() throws {
        for (number, line) in try lines("events.ndjson").enumerated() {
            do throws(EventRefusal) {
                let event = try ApprovalEvent.parse(structured: line, rules: .standard)
                #expect(event.canonicalSubmission == line, "line \(number + 1)")
            } catch { Issue.record("line \(number + 1): \(error)") }
        }
    }

    @Test("the plan counts what was submitted, by population")
    func populations() throws {
        struct Expected: Decodable {
            let populations: [String: Int]
            let events: Int
        }
        let expected = try JSONDecoder().decode(Expected.self, from: Data(Checkout.bytes("Tests/Demo/expected.json")))
        var counts = Dictionary(uniqueKeysWithValues: Population.allCases.map { ($0.id, 0) })
        var total = 0
        for line in try lines("events.ndjson") {
            total += 1
            let event = try ApprovalEvent.parse(structured: line, rules: .standard)
            for population in Population.allCases where population.types.contains(where: { $0.text == event.type }) {
                counts[population.id, default: 0] += 1
            }
        }
        #expect(total == expected.events)
        #expect(counts == expected.populations)
    }

    @Test("the schedule goes with the events, line by line, and never backwards")
    func schedule() throws {
        struct Line: Decodable { let id, source, recordedAt, caller: String }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        var last = ""
        let schedule = try lines("schedule.ndjson")
        let events = try lines("events.ndjson")
        #expect(schedule.count == events.count)
        for (line, submitted) in zip(schedule, events) {
            let turn = try decoder.decode(Line.self, from: Data(line))
            let event = try ApprovalEvent.parse(structured: submitted, rules: .standard)
            #expect(event.identity == EventIdentity(source: Text(turn.source), id: Text(turn.id)))
            #expect(last <= turn.recordedAt)
            let time = try #require(event.time)
            #expect(time.text.string < turn.recordedAt)
            #expect(!turn.caller.isEmpty)
            last = turn.recordedAt
        }
    }

    private func lines(_ name: String) throws -> [[UInt8]] {
        try Checkout.bytes("Tests/Demo/\(name)").split(separator: UInt8(ascii: "\n")).map { [UInt8]($0) }
    }
}

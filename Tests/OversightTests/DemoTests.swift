import ApprovalEvents
import Foundation
import MerkleTree
import Oversight
import TestMaterial
import Testing

/// The two weeks of `tools/demo`, judged without a server: each event sealed when its schedule says.
@Suite struct `The demo's two weeks` {
    struct Expected: Decodable {
        struct Planted: Decodable, Hashable {
            let check: String
            let subject: String
        }
        let findings: [Planted]
        let undecidable: [Planted]
        let open: [Planted]
        let populations: [String: Int]
    }

    private static func log() throws -> [RecordedEntry] {
        let events = try Checkout.bytes("Tests/Demo/events.ndjson").split(separator: UInt8(ascii: "\n"))
        let schedule = try Checkout.bytes("Tests/Demo/schedule.ndjson").split(separator: UInt8(ascii: "\n"))
        #expect(events.count == schedule.count)
        var clock: Int64 = 0
        return try events.indices.map { index in
            let line = try JSONValue(parsing: Array(schedule[index]), maxDepth: 4)
            let recorded = try #require(line.asObject?["recorded_at"]?.asString.flatMap { Timestamp($0) })
            clock = max(clock, recorded.milliseconds)
            let event = try ApprovalEvent.parse(structured: Array(events[index]), rules: .standard)
            return RecordedEntry(
                index: LeafIndex(UInt64(index)), entry: try event.sealedForTests(at: clock, salt: index))
        }
    }

    @Test func `hold the verdicts that were planted, and no others`() throws {
        let entries = try Self.log()
        let result = evaluate(entries, asOf: entries.head())
        let expected = try JSONDecoder().decode(
            Expected.self, from: Data(Checkout.bytes("Tests/Demo/expected.json")))
        for (word, planted) in [
            ("finding", expected.findings), ("undecidable", expected.undecidable), ("open", expected.open),
        ] {
            let found = result.checks.filter { $0.verdict.word == word }.map { "\($0.check):\($0.subject)" }
            #expect(Set(found) == Set(planted.map { "\($0.check):\($0.subject)" }), "\(word)")
        }
        for (population, count) in expected.populations {
            let population = try #require(Population(rawValue: population))
            #expect(result.statistics.count(population) == count, "\(population)")
        }
    }
}

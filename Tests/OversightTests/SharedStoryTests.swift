import ApprovalEvents
import Foundation
import MerkleTree
import Oversight
import TestMaterial
import Testing

@Suite(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.skipNote)))
struct `The shared stories` {
    struct Expected: Decodable {
        var findings: [String] = []
        var undecidable: [String]? = []
    }

    static let stories = [
        "00-prelude", "01-export-quorum", "02-self-approval-alias", "02b-self-approval-unbound",
        "03-changed-after-approval", "04-breakglass-late-review", "05-grant-used-twice", "06-policy-change",
    ]

    @Test(arguments: stories)
    func `give the verdicts that stand beside them`(name: String) throws {
        let entries = try log(of: name)
        let result = evaluate(entries, asOf: entries.head())
        let expected = try JSONDecoder().decode(
            Expected.self, from: Data(SharedData.bytes("stories/\(name).expected.json")))
        try agree(result.checks.filter { $0.verdict.word == "finding" }, expected.findings, "finding")
        try agree(result.checks.filter { $0.verdict.word == "undecidable" }, expected.undecidable ?? [], "undecidable")
        #expect(result.checks.allSatisfy { $0.verdict.word != "open" })
    }

    /// A name without a subject stands for one result of that check.
    private func agree(_ results: [CheckResult], _ names: [String], _ word: String) throws {
        var left = results.map { "\($0.check):\($0.subject)" }
        let rules = ["R01.", "R02.", "R03."]
        for name in names where rules.contains(where: name.hasPrefix) {
            let place = left.firstIndex { $0 == name || $0.hasPrefix(name + ":") }
            left.remove(at: try #require(place, "no \(word) \(name) among \(results)"))
        }
        #expect(left.isEmpty, "\(word)s that nobody expects")
    }

    /// Each event reaches the ledger a little after its time, in the order of the file; the ledger's clock never
    /// goes back, so one that comes late is recorded late.
    private func log(of name: String) throws -> [RecordedEntry] {
        let whole = name == "00-prelude" || name == "02b-self-approval-unbound"
        let files = whole ? [name] : ["00-prelude", name]
        let lines = try files.flatMap { file in
            try SharedData.bytes("stories/\(file).ndjson").split(separator: UInt8(ascii: "\n")).map { Array($0) }
        }
        var clock: Int64 = 0
        return try lines.enumerated().map { index, line in
            let event = try ApprovalEvent.parse(structured: line, rules: .standard)
            clock = max(clock, (event.time?.milliseconds ?? clock) + 200)
            return RecordedEntry(
                index: LeafIndex(UInt64(index)), entry: try event.sealedForTests(at: clock, salt: index))
        }
    }
}

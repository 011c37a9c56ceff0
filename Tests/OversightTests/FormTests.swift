import ApprovalEvents
import MerkleTree
import Oversight
import Testing

@Suite struct `The form of results` {
    @Test func `a check's name is read in one form only`() {
        #expect(CheckID("R03.2") == .reviewerNotBehind)
        #expect(CheckID("R16.4")?.description == "R16.4")
        for wrong in [
            "R3.2", "r03.2", "R03.0", "R00.1", "R03.", "R03.22", "R03,2", " R03.2", "", "R0+.2", "R03.2\u{301}",
        ] {
            #expect(CheckID(wrong) == nil, "\(wrong)")
        }
        #expect(CheckID.evaluated == CheckID.evaluated.sorted())
        #expect(CheckID.evaluated.allSatisfy { $0.question != nil && CheckID($0.description) == $0 })
    }

    @Test func `a result's JSON says what the result says`() throws {
        var story = Story.prelude
        let requester = JSONValue.agent("agent:bot", actingFor: .human(Story.maria))
        `R03: who approves is independent`.story(
            CaseTeller(), &story, requester: requester, reviewer: .human("slack:T1/nobody"))
        let result = try #require(try story.evaluated().result(.reviewerNotBehind))
        let json = result.json
        #expect(json["check"] == "R03.2")
        #expect(json["verdict"] == "undecidable")
        #expect(json["missing"] == "who slack:T1/nobody is (a binding, an enrolment or a roster)")
        #expect(json["also_undecided"] == ["R03.1", "R03.3"])
        #expect(json["scope"] == "case")
        #expect(json["due"] == nil)
        #expect(json["entries"]?.asArray?.count == result.entries.count)
    }

    @Test func `an open result says until when`() throws {
        var story = Story.prelude
        CaseTeller().run(&story, under: EventRef(source: Text(Story.gate), id: "nowhere"))
        let json = try #require(try story.evaluated().result(.authorityExists)).json
        #expect(json["verdict"] == "open")
        #expect(json["due"] == .time(422))
        #expect(json["missing"] == nil)
    }

    @Test func `results come by the case's first entry, then by check`() throws {
        var story = Story.prelude
        for number in [3, 1, 2] {
            var teller = CaseTeller()
            teller.subject = "apr_\(number)"
            teller.start = Double(100 * (4 - number))
            teller.whole(&story)
        }
        let checks = try story.evaluated().checks
        #expect(checks.map(\.check) == checks.sorted { ($0.opened, $0.check) < ($1.opened, $1.check) }.map(\.check))
        #expect(try story.evaluated() == story.evaluated())
        #expect(checks.map(\.subject).filter { $0 != "/admin/alice" }.first == "apr_3")
    }

    @Test func `cases and populations are counted`() throws {
        var story = Story.prelude
        CaseTeller().whole(&story)
        let result = try story.evaluated()
        #expect(result.cases.map(\.state) == [.finished])
        #expect(result.cases[0].entries.count == 6)
        #expect(result.statistics.states == [.finished: 1])
        #expect(result.statistics.count(.requests) == 1)
        #expect(result.statistics.count(.votes) == 1)
        #expect(result.statistics.count(.policies) == 1)
        #expect(result.statistics.count(.administration) == 4)
        #expect(result.statistics.count(.people) == 11)
        #expect(result.statistics.count(.blocks) == 0)
    }
}

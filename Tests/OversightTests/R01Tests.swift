import ApprovalEvents
import MerkleTree
import Oversight
import Testing

@Suite struct `R01: nothing without authority` {
    static let rows: [Row] = [
        Row("all is well", allWell) { $0.whole(&$1) },
        Row("the gate let it pass without any authority", ["R01.1 finding"]) { $0.run(&$1, under: nil, kind: "none") },
        Row("bootstrap is no authority to run", ["R01.1 finding"]) { $0.run(&$1, under: nil, kind: "bootstrap") },
        Row("the grant does not exist, and its gate lost nothing", ["R01.1 finding"]) { teller, story in
            teller.run(&story, under: EventRef(source: Text(Story.gate), id: "nowhere"))
        },
        Row("the grant does not exist, and its source never did", ["R01.1 finding"]) { teller, story in
            teller.run(&story, under: EventRef(source: "/gateways/ghost", id: "nowhere"))
        },
        Row("the grant is not there, and its source numbers nothing", ["R01.1 undecidable"]) { teller, story in
            teller.vote(&story)
            teller.run(&story, under: EventRef(source: "/sources/slack", id: "nowhere"))
        },
        Row("the grant is not there yet", ["R01.1 open"], later: 100) { teller, story in
            teller.run(&story, under: EventRef(source: Text(Story.gate), id: "nowhere"))
        },
        Row("what it names as a grant is a vote", ["R01.1 finding"]) { teller, story in
            teller.run(&story, under: teller.vote(&story))
        },
        Row("its grant is of another case", ["R01.1 finding"]) { teller, story in
            var other = CaseTeller()
            other.subject = "apr_2"
            other.request(&story)
            other.notify(&story)
            teller.run(&story, under: other.grant(&story, [other.vote(&story)]), at: 30)
        },
        Row("a break-glass call covers it", ["R01.1 holds"]) {
            $0.run(&$1, under: $0.breakGlass(&$1), kind: "breakglass")
        },
        Row("an exemption covers it", ["R01.1 holds", "R01.2 holds", "R02.1 holds"]) { teller, story in
            let read = JSONValue.action("db.select", "SELECT 1")
            teller.run(&story, under: teller.exempt(&story, action: read), kind: "exemption", action: read)
        },
    ]

    @Test(arguments: rows) func `authority exists, of the right type, in the same case`(row: Row) throws {
        let verdicts = try row.verdicts()
        #expect(verdicts == row.expected)
    }

    static let sessions: [Row] = [
        Row("an approved session covers it, whatever it ran", allWell) { teller, story in
            let session = teller.whole(&story)
            teller.run(
                &story, under: session, kind: "session", action: .action("db.execute", "anything"), execution: "x2",
                at: 40)
        },
        Row("a session of another case covers it", ["R01.1 holds"]) { teller, story in
            var other = CaseTeller()
            other.subject = "apr_2"
            teller.run(&story, under: other.whole(&story), kind: "session", at: 40)
        },
        Row("the session had no authority itself", ["R01.1 finding"]) { teller, story in
            var other = CaseTeller()
            other.subject = "apr_2"
            teller.run(&story, under: other.run(&story, under: nil, kind: "none"), kind: "session", at: 40)
        },
        Row("the session rests on itself", ["R01.1 finding"]) { teller, story in
            teller.run(
                &story, under: EventRef(source: Text(Story.gate), id: Text("e\(story.told.count)")), kind: "session")
        },
        Row("two sessions rest on each other", ["R01.1 finding"]) { teller, story in
            let first = EventRef(source: Text(Story.gate), id: Text("e\(story.told.count)"))
            let second = teller.run(
                &story, under: EventRef(source: first.source, id: Text("e\(story.told.count + 1)")), kind: "session")
            teller.run(&story, under: second, kind: "session", execution: "x2")
        },
        Row("what it names as a session is a grant", allWell.but("R01.1 finding")) { teller, story in
            teller.whole(&story)
            let grant = story.told.last { $0.type == "approval.granted" }
            teller.run(
                &story, under: EventRef(source: Text(Story.gate), id: Text(grant?.id ?? "")), kind: "session",
                execution: "x2", at: 40)
        },
    ]

    @Test(arguments: sessions) func `a session is as good as what opened it`(row: Row) throws {
        let verdicts = try row.verdicts()
        #expect(verdicts == row.expected)
    }

    @Test func `executions under a session are counted apart`() throws {
        var story = Story.prelude
        let teller = CaseTeller()
        let session = teller.whole(&story)
        for number in 2...4 {
            teller.run(&story, under: session, kind: "session", execution: "x\(number)", at: 40 + Double(number))
        }
        let statistics = try story.evaluated().statistics
        let opened = story.told.firstIndex { $0.type == "action.started" }.map { LeafIndex(UInt64($0)) }
        #expect(statistics.sessions.map(\.opened) == [opened])
        #expect(statistics.sessions.map(\.executions.count) == [3])
        #expect(statistics.executions[.session]?.count == 3)
        #expect(statistics.executions[.grant]?.count == 1)
        #expect(statistics.count(.executions) == 4)
        #expect(try story.evaluated().result(.sessionsApart) == nil)
    }

    static let exemptions: [Row] = [
        Row("its rule exempts", ["R01.2 holds"]) { $0.exempt(&$1, action: .action("db.select", "SELECT 1")) },
        Row("its rule asks for a review", ["R01.2 finding"]) {
            $0.exempt(&$1, action: .action("db.execute", "DROP"), rule: "sql")
        },
        Row("its rule exempts, but another rule is for this action", ["R01.2 finding"]) {
            $0.exempt(&$1, action: .action("db.execute", "DROP"), rule: "reads")
        },
        Row("its policy has no such rule", ["R01.2 finding"]) {
            $0.exempt(&$1, action: .action("db.select", "SELECT 1"), rule: "nothing")
        },
        Row("the default forbids", ["R01.2 finding"]) { $0.exempt(&$1, action: .action("rm", "all"), rule: "default") },
        Row("it cites a version that was never published, and the governing one exempts", ["R01.2 holds"]) {
            $0.exempt(&$1, action: .action("db.select", "SELECT 1"), version: 7)
        },
        Row("no policy governs its source", ["R01.2 finding"]) { teller, story in
            var teller = teller
            teller.gate = "/robots/r1"
            teller.exempt(&story, action: .action("db.select", "SELECT 1"))
        },
        Row("no policy governs its source, and the one that it cites is unknown", ["R01.2 undecidable"]) {
            teller, story in
            var teller = teller
            teller.gate = "/robots/r1"
            teller.exempt(&story, action: .action("db.select", "SELECT 1"), version: 9)
        },
        Row("the old version exempted, and its grace is over", ["R01.2 finding"]) { teller, story in
            story.publish(Story.policyBody(rules: [Story.rule("all", ["*"], [:])]), version: 2, at: 30)
            teller.exempt(&story, action: .action("db.select", "SELECT 1"))
        },
        Row("the old version exempted, and may still be cited", ["R01.2 holds"]) { teller, story in
            story.publish(Story.policyBody(rules: [Story.rule("all", ["*"], [:])]), version: 2, at: 60)
            teller.exempt(&story, action: .action("db.select", "SELECT 1"))
        },
        Row("the new version is not in force yet", ["R01.2 holds"]) { teller, story in
            story.publish(Story.policyBody(rules: [Story.rule("all", ["*"], [:])]), version: 2, at: 30, effective: 200)
            teller.exempt(&story, action: .action("db.select", "SELECT 1"))
        },
        Row("a longer prefix governs", ["R01.2 finding"]) { teller, story in
            let strict = Story.policyBody(rules: [Story.rule("all", ["*"], [:])])
            story.publish(strict, version: 1, id: "strict", to: "/gateways/g1", at: 30)
            teller.exempt(&story, action: .action("db.select", "SELECT 1"))
        },
        Row("a prefix ends at a segment", ["R01.2 holds"]) { teller, story in
            let strict = Story.policyBody(rules: [Story.rule("all", ["*"], [:])])
            story.publish(strict, version: 1, id: "strict", to: "/gateways/g", at: 30)
            teller.exempt(&story, action: .action("db.select", "SELECT 1"))
        },
        Row("two policies claim the same prefix", ["R01.2 undecidable"]) { teller, story in
            story.publish(Story.policy, version: 1, id: "second", at: 30)
            teller.exempt(&story, action: .action("db.select", "SELECT 1"))
        },
    ]

    @Test(arguments: exemptions) func `an exemption rests on a rule that exempts`(row: Row) throws {
        let verdicts = try row.verdicts()
        #expect(verdicts == row.expected)
    }

    static let observations: [Row] = [
        Row("it was started under that name", allWell.but("R01.4 holds")) {
            $0.whole(&$1)
            $0.observe(&$1, execution: "x1")
        },
        Row("it was started with that digest", allWell.but("R01.4 holds")) {
            $0.whole(&$1)
            $0.observe(&$1, digest: $0.action.digest)
        },
        Row("nothing but the case joins the two", allWell.but("R01.4 holds")) {
            $0.whole(&$1)
            $0.observe(&$1)
        },
        Row("more was seen than was started", allWell.but("R01.4 undecidable")) {
            $0.whole(&$1)
            $0.observe(&$1)
            $0.observe(&$1, id: "ext-2")
        },
        Row("another execution was seen", allWell.but("R01.4 finding")) {
            $0.whole(&$1)
            $0.observe(&$1, execution: "x2")
            $1.heartbeat(Story.gate, at: 200)
        },
        Row("nothing was started, and the gates lost nothing", ["R01.4 finding"]) {
            $1.heartbeat(Story.gate, at: 10)
            $0.observe(&$1, digest: $0.action.digest)
            $0.request(&$1, at: 40)
        },
        Row("nothing was started, and its gate is silent", ["R01.4 undecidable"]) {
            $0.request(&$1)
            $0.observe(&$1, digest: $0.action.digest)
        },
        Row("nothing was started yet", ["R01.4 open"], later: 100) {
            $0.request(&$1)
            $0.observe(&$1, digest: $0.action.digest)
        },
    ]

    @Test(arguments: observations) func `what the target saw was started through a gate`(row: Row) throws {
        let verdicts = try row.verdicts()
        #expect(verdicts == row.expected)
    }
}

@Suite struct `R01 outside any case` {
    @Test func `a policy's first version may bootstrap, later ones need a grant`() throws {
        var story = Story.prelude
        #expect(try story.evaluated().verdicts("/admin/alice") == ["R01.1 holds"])
        story.publish(Story.policy, version: 2, at: 30)
        #expect(try story.evaluated().verdicts("/admin/alice") == ["R01.1 finding"])
    }

    @Test func `a later version rests on the grant that it names`() throws {
        var story = Story.prelude
        let teller = CaseTeller()
        teller.request(&story)
        teller.notify(&story)
        let grant = teller.grant(&story, [teller.vote(&story)])
        story.publish(Story.policy, version: 2, at: 200, authority: ["kind": "grant", "event": .reference(grant)])
        #expect(try story.evaluated().verdicts("/admin/alice") == ["R01.1 holds"])
        let nowhere = EventRef(source: Text(Story.gate), id: "nowhere")
        story.publish(Story.policy, version: 3, at: 300, authority: ["kind": "grant", "event": .reference(nowhere)])
        #expect(try story.evaluated(later: 10).verdicts("/admin/alice") == ["R01.1 open"])
        story.heartbeat(Story.gate, at: 400)
        #expect(try story.evaluated(later: 1000).verdicts("/admin/alice") == ["R01.1 finding"])
        let result = try #require(try story.evaluated(later: 1000).result(.authorityExists, "/admin/alice"))
        #expect(result.scope == .source)
    }

    @Test func `other acts may bootstrap only before any policy`() throws {
        let act: JSONObject = [
            "about": "/g", "mode": "enforce", "sequenced": true, "changed_by": .human("okta:a"),
            "authority": ["kind": "bootstrap"],
        ]
        var early = Story()
        early.tell("source.configured", from: "/admin/bob", at: 0, act)
        #expect(try early.evaluated().verdicts("/admin/bob") == ["R01.1 holds"])
        var late = Story.prelude
        late.tell("source.configured", from: "/admin/bob", at: 30, act)
        #expect(try late.evaluated().verdicts("/admin/bob") == ["R01.1 undecidable"])
    }
}

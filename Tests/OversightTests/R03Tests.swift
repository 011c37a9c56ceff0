import ApprovalEvents
import MerkleTree
import Oversight
import Testing

@Suite struct `R03: who approves is independent` {
    /// Asked by `requester`, approved by `reviewer`, run by `executor`.
    static func story(
        _ teller: CaseTeller, _ story: inout Story, requester: JSONValue? = nil,
        reviewer: JSONValue = .human("slack:T1/sam"),
        executor: JSONValue? = nil, action: JSONValue? = nil
    ) {
        var teller = teller
        if let action { teller.action = action }
        teller.request(&story, requester: requester)
        teller.notify(&story)
        let grant = teller.grant(&story, [teller.vote(&story, by: reviewer)])
        let asked = requester ?? teller.requester
        teller.run(&story, under: grant, executor: executor ?? asked)
    }

    static let byHuman = allWell.but("- R03.2", "- R03.3")

    static let persons: [Row] = [
        Row("a human asks, another approves", byHuman) { story($0, &$1, requester: .human(Story.maria)) },
        Row("he approves his own request", byHuman.but("R03.1 finding")) {
            story($0, &$1, requester: .human(Story.sam), reviewer: .human(Story.sam))
        },
        Row("he approves his own request over an alias", byHuman.but("R03.1 finding")) {
            story($0, &$1, requester: .human(Story.sam))
        },
        Row("he asks over an alias and approves", byHuman.but("R03.1 finding")) {
            story($0, &$1, requester: .human("slack:T1/sam"), reviewer: .human(Story.sam))
        },
        Row("a stranger approves his own request", byHuman.but("R03.1 finding")) {
            story($0, &$1, requester: .human("slack:T1/nobody"), reviewer: .human("slack:T1/nobody"))
        },
        Row("a stranger approves", byHuman.but("R03.1 undecidable")) {
            story($0, &$1, requester: .human(Story.sam), reviewer: .human("slack:T1/nobody"))
        },
        Row("a stranger asks", byHuman.but("R03.1 undecidable")) {
            story($0, &$1, requester: .human("slack:T1/nobody"))
        },
        Row("an agent approves its own request", allWell.but("R03.1 finding", "R03.2 undecidable")) {
            story($0, &$1, requester: .agent("agent:prep"), reviewer: .agent("agent:prep"))
        },
        Row("known by a roster alone", byHuman) {
            story($0, &$1, requester: .human(Story.sam), reviewer: .human(Story.pat))
        },
        Row("two systems that nothing joins", byHuman.but("R03.1 undecidable")) {
            $1.enrol("github:502", "human", at: 30)
            story($0, &$1, requester: .human("github:502"))
        },
        Row("two systems that a binding joins", byHuman) {
            $1.bind("github:502", to: Story.maria, at: 30)
            story($0, &$1, requester: .human("github:502"))
        },
    ]

    @Test(arguments: persons) func `R03.1: not the requester`(row: Row) throws {
        let verdicts = try row.verdicts()
        #expect(verdicts == row.expected)
    }

    static let behind: [Row] = [
        Row("he approves what an agent asked on his behalf", allWell.but("R03.2 finding")) {
            story(
                $0, &$1, requester: .agent("agent:bot", actingFor: .human(Story.maria)),
                reviewer: .human("slack:T1/maria"))
        },
        Row("he stands behind two steps", allWell.but("R03.2 finding")) {
            let inner = JSONValue.agent("agent:prep", actingFor: .human(Story.sam))
            story($0, &$1, requester: .agent("agent:bot", actingFor: inner))
        },
        Row("another stands behind two steps", allWell) {
            let inner = JSONValue.agent("agent:prep", actingFor: .human(Story.maria))
            story($0, &$1, requester: .agent("agent:bot", actingFor: inner))
        },
        Row(
            "a stranger approves: the human behind is named, once",
            allWell.but("R03.2 undecidable", "- R03.1", "- R03.3")
        ) {
            story(
                $0, &$1, requester: .agent("agent:bot", actingFor: .human(Story.maria)),
                reviewer: .human("slack:T1/nobody"))
        },
        Row("the chain ends in an agent", allWell.but("R03.2 undecidable")) {
            story($0, &$1, requester: .agent("agent:prep"))
        },
        Row("the chain ends in what claims to be human and is enrolled as an agent", allWell.but("R03.2 undecidable")) {
            story(
                $0, &$1, requester: .agent("agent:bot", actingFor: .human("agent:prep")), executor: .agent("agent:bot"))
        },
        Row("a reviewing agent acts for the human behind", allWell.but("R03.2 finding")) {
            let requester = JSONValue.agent("agent:prep", actingFor: .human(Story.maria))
            story($0, &$1, requester: requester, reviewer: .agent("agent:bot", actingFor: .human(Story.maria)))
        },
        Row("who amended it approves it", allWell.but("R03.1 finding", "R02.4 holds")) {
            let changed = JSONValue.action("db.execute", "DELETE FROM stock")
            $0.request(&$1)
            $0.amend(&$1, to: changed, by: .human(Story.sam), at: 5)
            $0.notify(&$1, action: changed, at: 6)
            $0.run(&$1, under: $0.grant(&$1, [$0.vote(&$1, action: changed)], action: changed), action: changed)
        },
    ]

    @Test(arguments: behind) func `R03.2: nobody behind the requester`(row: Row) throws {
        let verdicts = try row.verdicts()
        #expect(verdicts == row.expected)
    }

    static let owners: [Row] = [
        Row("he owns the agent that asked", allWell.but("R03.3 finding", "R03.2 holds")) {
            story(
                $0, &$1, requester: .agent("agent:prep", actingFor: .human(Story.maria)),
                reviewer: .human("slack:T1/drew"))
        },
        Row("he owns an agent in the middle", allWell.but("R03.3 finding")) {
            let inner = JSONValue.agent("agent:prep", actingFor: .human(Story.maria))
            story($0, &$1, requester: .agent("agent:bot", actingFor: inner), reviewer: .human(Story.drew))
        },
        Row("he owns the service that asked", allWell.but("R03.3 finding")) {
            story(
                $0, &$1, requester: .service("svc:runner", actingFor: .human(Story.maria)), reviewer: .human(Story.omar)
            )
        },
        Row("the agent has another owner since", allWell) {
            $1.enrol("agent:prep", "agent", owner: Story.omar, at: 50)
            story(
                $0, &$1, requester: .agent("agent:prep", actingFor: .human(Story.maria)), reviewer: .human(Story.drew))
        },
        Row("the agent gets another owner later", allWell.but("R03.3 finding")) {
            story(
                $0, &$1, requester: .agent("agent:prep", actingFor: .human(Story.maria)), reviewer: .human(Story.drew))
            $1.enrol("agent:prep", "agent", owner: Story.omar, at: 200)
        },
        Row("nobody enrolled the agent", allWell.but("R03.1 undecidable", "- R03.3")) {
            story($0, &$1, requester: .agent("agent:new", actingFor: .human(Story.maria)))
        },
    ]

    @Test(arguments: owners) func `R03.3: no owner of an agent that asked`(row: Row) throws {
        let verdicts = try row.verdicts()
        #expect(verdicts == row.expected)
    }

    static let tool = JSONValue.action("tool.run", "rotate")

    static let executors: [Row] = [
        Row("he ran what he approved", allWell.but("R03.4 finding")) { story($0, &$1, executor: .human(Story.sam)) },
        Row("an agent ran it on his behalf", allWell.but("R03.4 finding")) {
            story($0, &$1, executor: .agent("agent:bot", actingFor: .human(Story.sam)))
        },
        Row("the requester's own agent ran it on his behalf", allWell.but("R03.4 finding")) {
            story($0, &$1, executor: .agent("agent:prep", actingFor: .human(Story.sam)))
        },
        Row("another human ran it", allWell.but("R03.4 holds")) { story($0, &$1, executor: .human(Story.maria)) },
        Row("nobody knows for whom the runner runs", allWell.but("R03.4 undecidable")) {
            story($0, &$1, executor: .service("svc:runner"))
        },
        Row("the runner runs for another", allWell.but("R03.4 holds")) {
            story($0, &$1, executor: .service("svc:runner", actingFor: .human(Story.maria)))
        },
        Row("the runner runs for him who asked", allWell.but("R03.4 holds")) {
            story($0, &$1, executor: .service("svc:runner", actingFor: .human(Story.drew)))
        },
        Row("the rule lets the executor approve", allWell.but("R03.4 holds")) {
            story($0, &$1, executor: .human(Story.sam), action: tool)
        },
        Row("a stranger ran it", allWell.but("R03.4 undecidable")) {
            story($0, &$1, executor: .human("slack:T1/nobody"))
        },
        Row("nobody can tell whether a rule lets him", allWell.but("R03.4 undecidable")) {
            $1.publish(Story.policy, version: 1, id: "second", at: 30)
            story($0, &$1, executor: .human(Story.sam))
        },
    ]

    @Test(arguments: executors) func `R03.4: nobody who ran it`(row: Row) throws {
        let verdicts = try row.verdicts()
        #expect(verdicts == row.expected)
    }

    static let accounts: [Row] = [
        Row("the log binds the account to the same person", allWell.but("R03.5 holds")) {
            story($0, &$1, reviewer: .human(Story.sam, via: "slack:T1/sam"))
        },
        Row("the log binds the account to another", allWell.but("R03.5 finding")) {
            story($0, &$1, reviewer: .human(Story.sam, via: "slack:T1/maria"))
        },
        Row("the log binds the account to nobody", allWell.but("R03.5 undecidable")) {
            story($0, &$1, reviewer: .human(Story.sam, via: "slack:T1/nobody"))
        },
        Row("a requester's account is another's", byHuman.but("R03.5 finding")) {
            story($0, &$1, requester: .human(Story.maria, via: "slack:T1/drew"))
        },
        Row("an account that is the id itself says nothing", allWell) {
            story($0, &$1, reviewer: .human("slack:T1/sam", via: "slack:T1/sam"))
        },
    ]

    @Test(arguments: accounts) func `R03.5: accounts agree with the bindings`(row: Row) throws {
        let verdicts = try row.verdicts()
        #expect(verdicts == row.expected)
    }
}

@Suite struct `Who is who over time` {
    typealias Rows = `R03: who approves is independent`

    static let byHuman = Rows.byHuman

    static let rows: [Row] = [
        Row("a binding recorded later that held then", byHuman.but("R03.1 finding")) {
            Rows.story($0, &$1, requester: .human(Story.sam), reviewer: .human("github:9"))
            $1.bind("github:9", to: Story.sam, at: 50, told: 500)
        },
        Row("a binding that came after the vote", byHuman.but("R03.1 undecidable")) {
            Rows.story($0, &$1, requester: .human(Story.sam), reviewer: .human("github:9"))
            $1.bind("github:9", to: Story.sam, at: 200)
        },
        Row("a binding that was removed before the vote", byHuman.but("R03.1 undecidable")) {
            $1.unbind("slack:T1/sam", at: 60)
            Rows.story($0, &$1, requester: .human(Story.sam))
        },
        Row("a binding whose removal was recorded after the vote, for before it", byHuman.but("R03.1 undecidable")) {
            Rows.story($0, &$1, requester: .human(Story.sam))
            $1.unbind("slack:T1/sam", at: 60, told: 400)
        },
        Row("a binding that was removed after the vote", byHuman.but("R03.1 finding")) {
            Rows.story($0, &$1, requester: .human(Story.sam))
            $1.unbind("slack:T1/sam", at: 400)
        },
        Row("an account that was given to another", byHuman) {
            $1.unbind("slack:T1/sam", at: 60)
            $1.bind("slack:T1/sam", to: Story.maria, at: 61)
            Rows.story($0, &$1, requester: .human(Story.sam))
        },
        Row("an account that is two people's at once", byHuman.but("R03.1 undecidable")) {
            $1.bind("slack:T1/sam", to: Story.maria, at: 61)
            Rows.story($0, &$1, requester: .human(Story.sam))
        },
        Row("eight steps of aliases", byHuman.but("R03.1 finding")) {
            for hop in 0..<7 { $1.bind("a:\(hop)", to: "a:\(hop + 1)", at: 30) }
            $1.bind("a:7", to: Story.sam, at: 30)
            Rows.story($0, &$1, requester: .human(Story.sam), reviewer: .human("a:0"))
        },
        Row("nine steps of aliases", byHuman.but("R03.1 undecidable")) {
            for hop in 0..<8 { $1.bind("a:\(hop)", to: "a:\(hop + 1)", at: 30) }
            $1.bind("a:8", to: Story.sam, at: 30)
            Rows.story($0, &$1, requester: .human(Story.sam), reviewer: .human("a:0"))
        },
        Row("aliases in a ring", byHuman.but("R03.1 undecidable")) {
            $1.bind("a:0", to: "a:1", at: 30)
            $1.bind("a:1", to: "a:0", at: 30)
            Rows.story($0, &$1, requester: .human(Story.sam), reviewer: .human("a:0"))
        },
        Row("enrolled only after the vote", byHuman.but("R03.1 undecidable")) {
            Rows.story($0, &$1, requester: .human(Story.sam), reviewer: .human("okta:kim"))
            $1.enrol("okta:kim", "human", at: 400)
        },
    ]

    @Test(arguments: rows) func `applies as of the event`(row: Row) throws {
        let verdicts = try row.verdicts()
        #expect(verdicts == row.expected)
    }

    @Test func `a finding names the requester, the voter and the binding that joins them`() throws {
        var story = Story.prelude
        Rows.story(CaseTeller(), &story, requester: .human(Story.sam))
        let result = try #require(try story.evaluated().result(.reviewerNotRequester))
        let named = result.entries.map { story.told[Int($0.value)].type }
        #expect(Set(named) == ["approval.requested", "approval.reviewed", "identity.bound", "identity.enrolled"])
        #expect(result.reason.contains("okta:sam"))
        #expect(result.entries == result.entries.sorted())
    }

    @Test func `what one unknown voter leaves open is named once, with the checks that it leaves without a result`()
        throws
    {
        var story = Story.prelude
        let requester = JSONValue.agent("agent:bot", actingFor: .human(Story.maria))
        Rows.story(CaseTeller(), &story, requester: requester, reviewer: .human("slack:T1/nobody"))
        let result = try #require(try story.evaluated().result(.reviewerNotBehind))
        #expect(result.alsoUndecided == [.reviewerNotRequester, .reviewerNotOwner])
        #expect(result.verdict == .undecidable(missing: "who slack:T1/nobody is (a binding, an enrolment or a roster)"))
    }
}

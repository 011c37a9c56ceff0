import ApprovalEvents
import MerkleTree
import Oversight
import Testing

@Suite struct `R02: what ran is what was approved` {
    static let changed = JSONValue.action("db.execute", "DELETE FROM stock")

    static let runs: [Row] = [
        Row("another command ran", allWell.but("R02.1 finding")) {
            $0.request(&$1)
            $0.notify(&$1)
            $0.run(&$1, under: $0.grant(&$1, [$0.vote(&$1)]), action: changed)
        },
        Row("another command ran than was exempted", ["R01.1 holds", "R01.2 holds", "R02.1 finding"]) {
            let exemption = $0.exempt(&$1, action: .action("db.select", "SELECT 1"))
            $0.run(&$1, under: exemption, kind: "exemption", action: changed)
        },
        Row("a break-glass call for one action covers that one", ["R01.1 holds", "R02.1 holds"]) {
            $0.run(&$1, under: $0.breakGlass(&$1, for: changed), kind: "breakglass", action: changed)
        },
        Row("a break-glass call for one action covers no other", ["R01.1 holds", "R02.1 finding"]) {
            $0.run(&$1, under: $0.breakGlass(&$1, for: changed), kind: "breakglass")
        },
        Row("one of two executions ran another command", allWell.but("R02.1 finding")) {
            $0.request(&$1)
            $0.notify(&$1)
            let grant = $0.grant(&$1, [$0.vote(&$1)])
            $0.run(&$1, under: grant)
            $0.run(&$1, under: grant, action: changed, execution: "x2")
        },
    ]

    @Test(arguments: runs) func `R02.1: started = granted`(row: Row) throws {
        let verdicts = try row.verdicts()
        #expect(verdicts == row.expected)
    }

    static let pending = allWell.but("- R01.1", "- R02.1")

    static let grants: [Row] = [
        Row("granted, and not run yet", pending) {
            $0.request(&$1)
            $0.notify(&$1)
            $0.grant(&$1, [$0.vote(&$1)])
        },
        Row("another action was granted", pending.but("R02.2 finding", "R02.3 finding")) {
            $0.request(&$1)
            $0.notify(&$1)
            $0.grant(&$1, [$0.vote(&$1)], action: changed)
        },
        Row("amended, voted again, granted again", allWell) {
            $0.request(&$1)
            $0.notify(&$1)
            $0.vote(&$1)
            $0.amend(&$1, to: changed, at: 25)
            $0.notify(&$1, action: changed, at: 26)
            let vote = $0.vote(&$1, by: .human("okta:pat"), action: changed, at: 30)
            $0.run(&$1, under: $0.grant(&$1, [vote], action: changed, at: 31), action: changed, at: 32)
        },
        Row("the old action was granted after it was amended", pending.but("R02.2 finding", "R02.3 finding")) {
            $0.request(&$1)
            $0.notify(&$1)
            let vote = $0.vote(&$1)
            $0.amend(&$1, to: changed, at: 25)
            $0.grant(&$1, [vote], at: 31)
        },
        Row("a void grant was used", allWell.but("R02.2 finding")) {
            $0.request(&$1)
            $0.notify(&$1)
            let grant = $0.grant(&$1, [$0.vote(&$1)])
            $0.amend(&$1, to: changed, at: 25)
            $0.run(&$1, under: grant, at: 30)
        },
        Row("a grant was voided and not used", pending) {
            $0.request(&$1)
            $0.notify(&$1)
            $0.grant(&$1, [$0.vote(&$1)])
            $0.amend(&$1, to: changed, at: 25)
        },
        Row("amended by another gate while it ran: which came first?", allWell.but("R02.2 undecidable")) {
            $0.request(&$1)
            $0.notify(&$1)
            let grant = $0.grant(&$1, [$0.vote(&$1)], at: 20.5)
            $0.run(&$1, under: grant, at: 30)
            $0.amend(&$1, to: changed, from: Story.otherGate, at: 28)
        },
        Row(
            "amended long before by another gate, recorded far too late",
            pending.but("R02.2 undecidable", "R02.3 undecidable")
        ) {
            $0.request(&$1)
            $0.notify(&$1)
            $0.grant(&$1, [$0.vote(&$1)])
            $0.amend(&$1, to: changed, from: Story.otherGate, at: 5, late: 1000)
        },
        Row(
            "nothing was requested, and the gate lost nothing",
            pending.but("R02.2 finding", "- R03.1", "- R03.2", "- R03.3")
        ) {
            $0.notify(&$1)
            $0.grant(&$1, [$0.vote(&$1)])
        },
        Row("nothing was requested yet", pending.but("R02.2 open", "- R03.1", "- R03.2", "- R03.3"), later: 50) {
            $0.notify(&$1)
            $0.grant(&$1, [$0.vote(&$1)])
        },
        Row("two requests under one subject, for different actions", pending.but("R02.2 undecidable")) {
            $0.request(&$1, action: changed)
            $0.request(&$1)
            $0.notify(&$1)
            $0.grant(&$1, [$0.vote(&$1)])
        },
    ]

    @Test(arguments: grants) func `R02.2: granted = in force`(row: Row) throws {
        let verdicts = try row.verdicts()
        #expect(verdicts == row.expected)
    }

    static let votes: [Row] = [
        Row("the vote was on another action", pending.but("R02.3 finding", "R02.4 holds")) {
            $0.request(&$1)
            $0.notify(&$1, action: changed)
            $0.grant(&$1, [$0.vote(&$1, action: changed)])
        },
        Row("the vote denies", pending.but("R02.3 finding", "- R03.1", "- R03.2", "- R03.3")) {
            $0.request(&$1)
            $0.notify(&$1)
            $0.grant(&$1, [$0.vote(&$1, decision: "deny")])
        },
        Row("the voter changed his mind before the grant", pending.but("R02.3 finding")) {
            $0.request(&$1)
            $0.notify(&$1)
            let vote = $0.vote(&$1)
            $0.vote(&$1, by: .human("okta:sam"), decision: "abstain", from: "/gateways/g2", at: 25)
            $0.grant(&$1, [vote], at: 40)
        },
        Row("the voter changed his mind after the grant", pending) {
            $0.request(&$1)
            $0.notify(&$1)
            $0.grant(&$1, [$0.vote(&$1)])
            $0.vote(&$1, decision: "deny", at: 40)
        },
        Row("another voter denies before the grant", pending) {
            $0.request(&$1)
            $0.notify(&$1)
            let vote = $0.vote(&$1)
            $0.vote(&$1, by: .human("slack:T1/maria"), decision: "deny", at: 25)
            $0.grant(&$1, [vote], at: 40)
        },
        Row("a vote after the grant is not counted", allWell) {
            $0.whole(&$1)
            $0.vote(&$1, by: .human("slack:T1/drew"), at: 60)
        },
        Row("the vote is of another case", pending.but("R02.3 finding", "- R02.4", "- R03.1", "- R03.2", "- R03.3")) {
            var other = CaseTeller()
            other.subject = "apr_2"
            $0.request(&$1)
            $0.notify(&$1)
            $0.grant(&$1, [other.vote(&$1)])
        },
        Row("the vote is no vote", pending.but("R02.3 finding", "- R02.4", "- R03.1", "- R03.2", "- R03.3")) {
            $0.request(&$1)
            $0.notify(&$1)
            $0.grant(&$1, [EventRef(source: Text(Story.gate), id: Text($1.told[$1.told.count - 1].id))])
        },
        Row(
            "the vote is not there, and its source numbers nothing",
            pending.but("R02.3 undecidable", "- R02.4", "- R03.1", "- R03.2", "- R03.3")
        ) {
            $0.request(&$1)
            $0.notify(&$1)
            $0.vote(&$1)
            $0.grant(&$1, [EventRef(source: "/sources/slack", id: "nowhere")])
        },
        Row(
            "the vote is not there, and its gate lost nothing",
            pending.but("R02.3 finding", "- R02.4", "- R03.1", "- R03.2", "- R03.3")
        ) {
            $0.request(&$1)
            $0.notify(&$1)
            $0.grant(&$1, [EventRef(source: Text(Story.gate), id: "nowhere")])
        },
        Row(
            "one of two votes is missing: nothing holds for both",
            pending.but("R02.3 undecidable", "- R02.4", "- R03.1", "- R03.2", "- R03.3")
        ) {
            $0.request(&$1)
            $0.notify(&$1)
            $0.grant(&$1, [$0.vote(&$1), EventRef(source: "/sources/slack", id: "nowhere")])
        },
        Row("voted on A, amended to B and back to A: the vote is void", pending.but("R02.3 finding")) {
            $0.request(&$1)
            $0.notify(&$1)
            let vote = $0.vote(&$1)
            $0.amend(&$1, to: changed, at: 25)
            $0.amend(&$1, to: $0.action, at: 26)
            $0.grant(&$1, [vote], at: 30)
        },
    ]

    @Test(arguments: votes) func `R02.3: voted = granted`(row: Row) throws {
        let verdicts = try row.verdicts()
        #expect(verdicts == row.expected)
    }

    static let export = JSONValue.action("data.export", "customers")

    static let notices: [Row] = [
        Row("he was shown a cut text", pending.but("R02.4 finding")) {
            $0.request(&$1)
            $0.notify(&$1, truncated: true)
            $0.grant(&$1, [$0.vote(&$1)])
        },
        Row("he was shown a cut text, and the whole one", pending) {
            $0.request(&$1)
            $0.notify(&$1, truncated: true)
            $0.notify(&$1, at: 2)
            $0.grant(&$1, [$0.vote(&$1)])
        },
        Row("he was shown another action", pending.but("R02.4 finding")) {
            $0.request(&$1)
            $0.notify(&$1, action: changed)
            $0.grant(&$1, [$0.vote(&$1)])
        },
        Row("nobody handed out what he says that he was shown", pending.but("R02.4 finding")) {
            $0.request(&$1)
            $0.notify(&$1, shown: "something else")
            $0.grant(&$1, [$0.vote(&$1)])
        },
        Row("nobody handed it out yet", pending.but("R02.4 open"), later: 50) {
            $0.request(&$1)
            $0.grant(&$1, [$0.vote(&$1)])
        },
        Row("it was handed out after he voted", pending.but("R02.4 finding")) {
            $0.request(&$1)
            $0.grant(&$1, [$0.vote(&$1)])
            $0.notify(&$1, at: 60)
        },
        Row("he does not say what he was shown", pending.but("R02.4 undecidable")) {
            $0.request(&$1)
            $0.notify(&$1)
            $0.grant(&$1, [$0.vote(&$1, shown: nil)])
        },
        Row("he does not say what he was shown, and his rule requires it", pending.but("R02.4 finding")) {
            $0.request(&$1, action: export)
            $0.notify(&$1, action: export)
            $0.grant(&$1, [$0.vote(&$1, action: export, shown: nil)], action: export)
        },
    ]

    @Test(arguments: notices) func `R02.4: shown = voted`(row: Row) throws {
        let verdicts = try row.verdicts()
        #expect(verdicts == row.expected)
    }
}

import ApprovalEvents
import MerkleTree
import Oversight
import TestMaterial
import Testing

@Suite struct `Evidence that is taken away` {
    static let rows: [Row] =
        `R01: nothing without authority`.rows + `R01: nothing without authority`.sessions
        + `R01: nothing without authority`.observations + `R02: what ran is what was approved`.runs
        + `R02: what ran is what was approved`.grants + `R02: what ran is what was approved`.votes
        + `R02: what ran is what was approved`.notices + `R03: who approves is independent`.persons
        + `R03: who approves is independent`.behind + `R03: who approves is independent`.owners
        + `R03: who approves is independent`.executors + `R03: who approves is independent`.accounts
        + `Who is who over time`.rows

    /// What left no trace is beyond any rule: the last of its source's numbers, or an event without a number. Those
    /// are for the heartbeats (R13.6), and for vendors' own logs.
    private func leavesTrace(_ place: Int, in story: Story) -> Bool {
        let event = story.told[place]
        guard let number = event.sequence else { return false }
        return story.told.contains { $0.source == event.source && ($0.sequence ?? 0) > number }
    }

    /// A policy or a binding that the log does not have contradicts nothing in it: a gap of the source that sends them
    /// is a finding of its own (R13.4), and the page on verdicts says so.
    static let beyond = ["policy.published", "identity.bound"]

    @Test(arguments: rows) func `turns no trouble into all is well`(row: Row) throws {
        var story = Story.prelude
        row.tell(CaseTeller(), &story)
        let whole = try story.evaluated(later: row.later)
        for trouble in whole.checks where trouble.verdict != .holds && trouble.scope == .approvalCase {
            for index in trouble.entries {
                let place = Int(index.value)
                guard leavesTrace(place, in: story), !Self.beyond.contains(story.told[place].type) else { continue }
                var less = story
                less.told.remove(at: place)
                let result = try less.evaluated(later: row.later)
                let stillTold = result.result(trouble.check, trouble.subject.string)?.verdict == .holds
                let troubles = result.checks.filter { $0.verdict != .holds && $0.subject == trouble.subject }
                #expect(!stillTold || !troubles.isEmpty, "\(trouble.check) without \(story.told[place].type)")
            }
        }
    }

    @Test func `of an alias leaves nobody who may be anybody else`() throws {
        var story = Story.prelude
        `R03: who approves is independent`.story(CaseTeller(), &story, requester: .human(Story.sam))
        #expect(try story.evaluated().verdicts().contains("R03.1 finding"))
        let binding = try #require(story.told.firstIndex { $0.data["account"] == "slack:T1/sam" })
        story.told.remove(at: binding)
        #expect(try story.evaluated().verdicts().contains("R03.1 undecidable"))
    }

    @Test func `a whole case without any one of its events never says more than before`() throws {
        let story = `What is not given or cannot be read`.whole()
        let first = story.told.firstIndex { $0.subject != nil } ?? 0
        for place in first..<story.told.count {
            var less = story
            let type = less.told.remove(at: place).type
            let verdicts = try less.evaluated(later: 1000).verdicts()
            #expect(verdicts.filter { $0.hasSuffix("holds") }.isSubset(of: allWell), "\(type)")
            if type != "action.finished", type != "action.started" { #expect(verdicts != allWell, "\(type)") }
        }
    }
}

@Suite struct `Independent cases` {
    /// Three cases through three gates, within a minute, one of them a self-approval.
    private func cases() -> (prelude: Story, cases: [[Story.Told]]) {
        var prelude = Story.prelude
        prelude.configure("/gateways/g3", sequenced: true, heartbeat: 300, at: 7)
        let cases = (1...3).map { number -> [Story.Told] in
            var story = prelude
            var teller = CaseTeller()
            teller.subject = "apr_\(number)"
            teller.gate = "/gateways/g\(number)"
            teller.start = 100 + Double(number)
            teller.whole(&story, by: .human(number == 2 ? "slack:T1/drew" : "slack:T1/sam"))
            return story.told.dropFirst(prelude.told.count).map { event in
                var event = event
                event.id = "\(number)-\(event.id)"
                event.data = event.data.renaming(number)
                return event
            }
        }
        return (prelude, cases)
    }

    @Test func `are judged alike in every interleaving`() throws {
        let (prelude, cases) = cases()
        var random = SeededRandom(seed: 7)
        var expected: [Set<String>]?
        for _ in 0..<40 {
            var story = prelude
            var queues = cases
            while let next = queues.indices.filter({ !queues[$0].isEmpty }).randomElement(using: &random) {
                story.told.append(queues[next].removeFirst())
            }
            let result = try story.evaluated(later: 1000)
            let verdicts = (1...3).map { result.verdicts("apr_\($0)") }
            #expect(verdicts == expected ?? verdicts)
            expected = verdicts
        }
        #expect(expected == [allWell, allWell.but("R03.2 finding", "R03.3 finding"), allWell])
    }
}

extension JSONObject {
    /// References to events of a case whose ids got its number in front.
    fileprivate func renaming(_ number: Int) -> JSONObject {
        func renamed(_ value: JSONValue) -> JSONValue {
            switch value {
            case .array(let items): return .array(items.map(renamed))
            case .object(var object):
                if object.count == 2, object["source"] != nil, let id = object["id"]?.asString {
                    object["id"] = .text("\(number)-\(id)")
                    return .object(object)
                }
                for member in object.members { object[member.name] = renamed(member.value) }
                return .object(object)
            default: return value
            }
        }
        guard case .object(let object) = renamed(.object(self)) else { return self }
        return object
    }
}

import ApprovalEvents
import MerkleTree
import Oversight
import Testing

@Suite struct `What is not given or cannot be read` {
    static func whole() -> Story {
        var story = Story.prelude
        CaseTeller().whole(&story)
        return story
    }

    @Test func `a log with an entry left out states no verdict`() throws {
        let entries = try Self.whole().sealed()
        for place in entries.indices {
            var some = entries
            some.remove(at: place)
            let checks = evaluate(some, asOf: entries.head()).checks
            #expect(checks.allSatisfy { $0.verdict == .undecidable(missing: "one entry that was not given") })
        }
    }

    @Test func `entries at or beyond the head are not read`() throws {
        let entries = try Self.whole().sealed()
        let early = Array(entries.prefix(entries.count - 6))
        #expect(evaluate(entries, asOf: early.head()) == evaluate(early, asOf: early.head()))
    }

    @Test func `an entry out of order counts as left out`() throws {
        let entries = try Self.whole().sealed()
        let swapped = Array(entries.dropLast(2)) + [entries[entries.count - 1], entries[entries.count - 2]]
        #expect(evaluate(swapped, asOf: entries.head()).checks.allSatisfy { $0.verdict.word == "undecidable" })
    }

    @Test func `an empty log has nothing to say`() {
        #expect(evaluate([], asOf: [RecordedEntry]().head()).checks.isEmpty)
    }

    @Test func `with an opening, entries of closed cases may be left out`() throws {
        var story = Self.whole()
        var second = CaseTeller()
        second.subject = "apr_2"
        second.start = 500
        second.whole(&story)
        let entries = try story.sealed()
        let first = entries.firstIndex { $0.entry.subject == "apr_1" } ?? 0
        let next = entries.firstIndex { $0.entry.subject == "apr_2" } ?? 0
        let some = Array(entries[..<first]) + Array(entries[next...])
        let result = evaluate(some, asOf: entries.head(), coverage: .opening(before: LeafIndex(UInt64(next))))
        #expect(result.verdicts("apr_2") == allWell)
        #expect(evaluate(some, asOf: entries.head()).verdicts("apr_2").allSatisfy { $0.hasSuffix("undecidable") })
    }

    @Test func `with an opening, what is not there may stand before it`() throws {
        var story = Story.prelude
        let opening = LeafIndex(UInt64(story.told.count))
        CaseTeller().run(&story, under: EventRef(source: Text(Story.gate), id: "earlier"))
        let entries = try story.sealed()
        let result = evaluate(entries, asOf: entries.head(later: 1000), coverage: .opening(before: opening))
        #expect(result.verdicts() == ["R01.1 undecidable"])
    }

    /// The log of a whole case, with one event's type turned into one of a later version.
    private func later(_ type: String, of version: Int = 2) throws -> OversightResult {
        let entries = try Self.whole().sealed()
        let old = Array("dev.countersign.\(type).v1".utf8)
        let changed = try entries.map { recorded -> RecordedEntry in
            guard recorded.entry.type == Text("dev.countersign.\(type).v1") else { return recorded }
            let bytes = recorded.entry.bytes
            guard let place = bytes.indices.first(where: { bytes[$0...].starts(with: old) }) else { return recorded }
            var altered = bytes
            altered[place + old.count - 1] = UInt8(ascii: "0") + UInt8(version)
            return RecordedEntry(index: recorded.index, entry: try LedgerEntry(parsing: altered))
        }
        return evaluate(changed, asOf: entries.head(later: 1000))
    }

    @Test func `an event of the case that cannot be read leaves nothing to hold`() throws {
        let result = try later("action.finished")
        #expect(!result.verdicts().contains { $0.hasSuffix("holds") })
        #expect(result.verdicts().contains("R01.1 undecidable"))
        let named = try #require(result.result(.authorityExists))
        #expect(named.alsoUndecided.contains(.grantedInForce))
    }

    @Test(arguments: ["identity.bound", "identity.enrolled", "roster.recorded"])
    func `who is who cannot be told from events that cannot be read`(type: String) throws {
        let verdicts = try later(type).verdicts()
        #expect(!verdicts.contains { $0.hasPrefix("R03") && $0.hasSuffix("holds") })
        #expect(verdicts.contains("R02.1 holds"))
    }

    @Test func `a grant that cannot be read is neither there nor missing`() throws {
        #expect(try later("approval.granted").verdicts().contains("R01.1 undecidable"))
    }

    @Test func `a policy that cannot be read decides nothing`() throws {
        var story = Story.prelude
        CaseTeller().exempt(&story, action: .action("db.select", "SELECT 1"))
        #expect(try story.evaluated().verdicts() == ["R01.2 holds"])
        let entries = try story.sealed()
        let bytes = entries[0].entry.bytes
        let old = Array("policy.published.v1".utf8)
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: old) })
        var altered = bytes
        altered[place + old.count - 1] = UInt8(ascii: "7")
        let first = RecordedEntry(index: LeafIndex(0), entry: try LedgerEntry(parsing: altered))
        #expect(evaluate([first] + entries.dropFirst(), asOf: entries.head()).verdicts() == ["R01.2 undecidable"])
    }
}

@Suite struct `Gaps` {
    @Test func `a gap while the case was live may hold an amendment`() throws {
        for place in 1...5 {
            var story = `What is not given or cannot be read`.whole()
            let first = story.told.firstIndex { $0.type == "approval.requested" } ?? 0
            let numbered = story.told.indices.filter { $0 >= first && story.told[$0].source == Story.gate }
            guard place < numbered.count else { continue }
            for later in numbered[place...] { story.told[later].sequence = story.told[later].sequence.map { $0 + 1 } }
            let live = place < 4
            #expect(try story.evaluated(later: 1000).verdicts() == (live ? allWell.but("R02.2 undecidable") : allWell))
        }
    }

    @Test func `a gap that is filled late is none`() throws {
        var story = `What is not given or cannot be read`.whole()
        let place = try #require(story.told.firstIndex { $0.type == "approval.notified" })
        var late = story.told.remove(at: place)
        late.delay = 120_000
        story.told.append(late)
        #expect(try story.evaluated(later: 1000).verdicts() == allWell)
    }

    @Test func `an overdue heartbeat leaves an absence undecidable, a kept one makes it a finding`() throws {
        var story = Story.prelude
        let teller = CaseTeller()
        teller.run(&story, under: EventRef(source: Text(Story.otherGate), id: "nowhere"))
        #expect(try story.evaluated(later: 1000).verdicts() == ["R01.1 undecidable"])
        story.heartbeat(Story.otherGate, at: 200)
        #expect(try story.evaluated(later: 1000).verdicts() == ["R01.1 finding"])
    }

    @Test func `an old gap does not excuse what is missing now`() throws {
        var story = Story.prelude
        story.heartbeat(Story.gate, at: 20)
        story.heartbeat(Story.gate, at: 25)
        story.told.remove(at: story.told.count - 2)
        let teller = CaseTeller()
        teller.request(&story)
        teller.run(&story, under: EventRef(source: Text(Story.gate), id: "nowhere"))
        #expect(try story.evaluated(later: 1000).verdicts() == ["R01.1 finding"])
    }

    @Test func `a source's declared delay moves the time until which something may come`() throws {
        var story = Story.prelude
        story.configure(Story.gate, sequenced: true, heartbeat: 300, late: 5400, at: 20)
        CaseTeller().run(&story, under: EventRef(source: Text(Story.gate), id: "nowhere"))
        let result = try #require(try story.evaluated(later: 1000).result(.authorityExists))
        #expect(result.verdict == .open(due: Timestamp(milliseconds: Story.beginning + (122 + 5400) * 1000)))
    }
}

import ApprovalEvents
import Foundation
import HTTPTypes
import HummingbirdTesting
import LedgerEngine
import LedgerHTTP
import MerkleTree
import SignedNotes
import Synchronization
import Testing
import Verification

@Suite("Evidence") struct EvidenceTests {
    /// A ledger that `count` events were submitted to.
    private func grown(by count: Int) async throws -> (Fixture, own: String, reader: String, auditor: String) {
        let fixture = try await Fixture()
        let own = try await fixture.token("gateway", ["submit"])
        let reader = try await fixture.token("reader", ["read"], sources: [])
        let auditor = try await fixture.token("auditor", ["audit"], sources: [])
        try await submit(0..<count, own, fixture)
        return (fixture, own, reader, auditor)
    }

    private func submit(_ numbers: Range<Int>, _ token: String, _ fixture: Fixture) async throws {
        try await fixture.test { client in
            let lines = numbers.map { Event.cancelled("e-\($0)") }.joined(separator: "\n")
            let answer = try await client.post(token, "application/x-ndjson", lines)
            #expect(try answer.lines.dropLast().allSatisfy { $0["status"] == 201 })
        }
    }

    private func verify(_ extract: [UInt8], _ fixture: Fixture) throws -> ExtractVerdict {
        let trust = try TLogPolicy(logs: fixture.signer.verifierKeys.map { TLogPolicy.Log(key: $0) })
        var verifier = ExtractVerifier(trust: trust)
        var splitter = Verification.LineSplitter()
        try splitter.read(extract) { verifier.read(line: $0) }
        try splitter.finish()
        return verifier.finish()
    }

    @Test func `A period between two marks verifies, with exactly the log's entries`() async throws {
        let (fixture, own, reader, auditor) = try await grown(by: 150)
        fixture.clock.advance(seconds: 60)
        try await fixture.test { client in
            let first = try await client.send("/v1/marks", .post, auditor).json
            fixture.clock.advance(seconds: 60)
            try await self.submit(150..<300, own, fixture)
            let second = try await client.send("/v1/marks", .post, auditor)
            #expect(second.status == .created)
            let (from, to) = (try Self.time(first), try Self.time(try second.json))
            let end = try #require(second.index)
            #expect(second.headers[.location] == "/v1/events/\(end)")
            try await self.submit(300..<310, own, fixture)

            let answer = try await client.get("/v1/evidence?from=\(from)&to=\(to)", reader)
            #expect(answer.status == .ok)
            #expect(answer.headers[.contentType] == "application/x-ndjson")
            #expect(answer.headers[.cacheControl] == "no-store")
            let verdict = try self.verify(answer.bytes, fixture)
            #expect(verdict.report.checks.allSatisfy { $0.outcome == .holds || !$0.isAsked }, "\(verdict.report)")
            let evidence = try #require(verdict.evidence)
            #expect(evidence.before == .everything)
            #expect(evidence.head.head == fixture.sequencer.reader.published.head)
            #expect(evidence.scope.end == LeafIndex(end))
            #expect(evidence.scope.first == LeafIndex(try Self.index(first)))
            let lines = answer.bytes.split(separator: UInt8(ascii: "\n")).dropFirst()
            #expect(lines.count == Int(end) + 1, "everything up to the closing mark, nothing after it")
            for (index, line) in lines.enumerated() {
                let entry = try fixture.sequencer.reader.entryBytes(at: LeafIndex(UInt64(index)))
                #expect(Array(line) == entry)
            }
        }
    }

    private static func time(_ object: JSONObject) throws -> String {
        guard case .string(let at)? = object["at"] else { throw Unexpected("no time") }
        return at.string
    }

    private static func index(_ object: JSONObject) throws -> UInt64 {
        guard case .number(let number)? = object["index"], let index = number.integer else {
            throw Unexpected("no index")
        }
        return UInt64(index)
    }

    @Test func `Midnights are cut without anybody's asking`() async throws {
        let (fixture, own, reader, _) = try await grown(by: 3)
        fixture.clock.advance(seconds: 86_400)
        await fixture.sequencer.tick()
        try await submit(3..<6, own, fixture)
        try await fixture.test { client in
            let to = "2026-11-23T00:00:00Z"
            let day = try self.verify(try await client.get("/v1/evidence?to=\(to)", reader).bytes, fixture)
            #expect(day.report.verdict != .fails)
            let rest = try self.verify(try await client.get("/v1/evidence?from=\(to)", reader).bytes, fixture)
            let (before, after) = (try #require(day.evidence), try #require(rest.evidence))
            #expect(before.entries.count + after.entries.count == Int(fixture.size))
            #expect(before.scope.end == after.scope.first)
            let mark = try fixture.sequencer.reader.entry(at: after.scope.first)
            #expect(mark.type == "dev.countersign.ledger.marked.v1")
        }
    }

    @Test func `An extract stands under the head of its beginning, whatever comes meanwhile, piece by piece`()
        async throws
    {
        let (fixture, own, _, _) = try await grown(by: 200)
        var extract = try LogExtract(from: nil, to: nil, in: fixture.sequencer.reader)
        let head = fixture.sequencer.reader.published.head
        var bytes = try #require(try extract.next())
        try await submit(200..<230, own, fixture)
        while let piece = try extract.next() {
            #expect(piece.count { $0 == UInt8(ascii: "\n") } <= 64, "no more is held than that")
            bytes += piece
        }
        let evidence = try #require(try verify(bytes, fixture).evidence)
        #expect(evidence.head.head == head)
        #expect(evidence.entries.count == Int(head.size.value))
        #expect(fixture.size > head.size.value)
    }

    @Test func `Readers get evidence, and who audits or administers cuts marks; nobody else`() async throws {
        let (fixture, own, reader, auditor) = try await grown(by: 1)
        let administrator = try await fixture.token("operator", ["administer"], sources: [])
        try await fixture.test { client in
            let size = fixture.size
            for (token, problem) in [
                (own, "role-required"), (administrator, "role-required"), (nil, "unauthenticated"),
            ] {
                let answer = try await client.get("/v1/evidence", token)
                #expect(answer.problem == problem)
            }
            for token in [reader, auditor] { #expect(try await client.get("/v1/evidence", token).status == .ok) }
            for (token, problem) in [(own, "role-required"), (reader, "role-required"), (nil, "unauthenticated")] {
                #expect(try await client.send("/v1/marks", .post, token).problem == problem)
            }
            #expect(fixture.size == size, "a refusal seals nothing")
            for token in [auditor, administrator] {
                #expect(try await client.send("/v1/marks", .post, token).status == .created)
            }
            #expect(fixture.size == size + 2)
        }
    }

    @Test func `What cannot be had is said in words`() async throws {
        let (fixture, _, reader, auditor) = try await grown(by: 1)
        try await fixture.test { client in
            for (query, problem, words) in [
                ("?to=2026-11-22T12:00:00Z", "not-found", "no mark at 2026-11-22T12:00:00.000Z"),
                ("?from=2026-11-22T12:00:00Z", "not-found", "no mark at 2026-11-22T12:00:00.000Z"),
                ("?to=2026-11-22T00:00:00Z", "not-found", "before the log's first entry, of 2026-11-22T03:00:00.000Z"),
                (
                    "?from=2026-11-22T00:00:00Z&to=2026-11-22T00:00:00Z", "malformed-request",
                    "'from' is not before 'to'"
                ),
                (
                    "?from=2026-11-23T00:00:00Z&to=2026-11-22T00:00:00Z", "malformed-request",
                    "'from' is not before 'to'"
                ),
                ("?to=today", "malformed-request", "'to' is a time like"),
                ("?from=2026-11-22", "malformed-request", "'from' is a time like"),
                ("?until=2026-11-22T00:00:00Z", "malformed-request", "no parameter 'until'"),
                ("?to=2026-11-22T00:00:00Z&to=2026-11-22T00:00:00Z", "malformed-request", "stands twice"),
            ] {
                let answer = try await client.get("/v1/evidence\(query)", reader)
                #expect(answer.problem == problem, "\(query)")
                #expect(answer.text.contains(words), "\(query): \(answer.text)")
            }
            #expect(try await client.send("/v1/marks?at=now", .post, auditor).problem == "malformed-request")
            let head = try await client.get("/v1/evidence", reader, method: .head)
            #expect(head.status == .methodNotAllowed && head.headers[.allow] == "GET")
            #expect(try await client.get("/v1/marks", auditor).headers[.allow] == "POST")
            await fixture.sequencer.shutDown()
            #expect(try await client.send("/v1/marks", .post, auditor).problem == "shutting-down")
        }
    }

    @Test func `Nothing that an entry conceals is in it, whoever asks`() async throws {
        let (fixture, own, _, auditor) = try await grown(by: 1)
        let disclosure = Disclosure(salt: Array(1...16), name: "reason", value: "Maria asked for it")
        let event = Event.cancelled("concealing").replacing(
            "\"data\":{",
            with: "\"disclosures\":\"\(disclosure.text.string)~\",\"data\":{\"_sd\":[\"\(disclosure.digest.string)\"],")
        try await fixture.test { client in
            #expect(try await client.submit(own, event).status == .created)
            let extract = try await client.get("/v1/evidence", auditor)
            #expect(extract.text.contains(disclosure.digest.string))
            #expect(!extract.text.contains("Maria") && !extract.text.contains(disclosure.text.string))
        }
    }
}

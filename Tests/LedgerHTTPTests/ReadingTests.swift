import ApprovalEvents
import HTTPTypes
import HummingbirdTesting
import LedgerCrypto
import LedgerEngine
import LedgerHTTP
import MerkleTree
import SignedNotes
import Testing
import Verification

@Suite("Reading") struct ReadingTests {
    @Test func `An entry is what its leaf hashes, byte for byte`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("reader", ["read"], sources: [])
        try await fixture.test { client in
            for index in 0..<fixture.size {
                let answer = try await client.get("/v1/events/\(index)", token)
                #expect(answer.status == .ok)
                #expect(answer.headers[.contentType] == "application/cloudevents+json")
                #expect(answer.headers[.cacheControl] == "private, max-age=31536000, immutable")
                #expect(answer.bytes == (try fixture.sequencer.reader.entryBytes(at: LeafIndex(index))))
            }
            #expect(try await client.get("/v1/events/\(fixture.size)", token).problem == "not-found")
            #expect(try await client.get("/v1/events/18446744073709551615", token).problem == "not-found")
            #expect(try await client.get("/v1/events/0?x", token).problem == "malformed-request")
        }
    }

    @Test func `HEAD answers as GET does, without the body`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("reader", ["read"], sources: [])
        let paths = [
            "/v1/events", "/v1/events/0", "/v1/events/9999", "/v1/events/0/receipt", "/v1/proofs/inclusion?index=0",
            "/v1/proofs/consistency?first=1", "/v1/proofs/consistency", "/checkpoint", "/tile/0/000.p/1",
            "/tile/entries/000.p/1", "/healthz",
            "/readyz", "/nothing",
        ]
        try await fixture.test { client in
            for path in paths {
                let get = try await client.get(path, token)
                let head = try await client.get(path, token, method: .head)
                #expect(head.status == get.status, "\(path)")
                #expect(head.bytes.isEmpty, "\(path)")
                for name in [.contentType, .contentLength, .cacheControl] as [HTTPField.Name] {
                    #expect(head.headers[name] == get.headers[name], "\(path) \(name)")
                }
            }
        }
    }

    @Test func `A receipt stands under the newest checkpoint, whoever may have it`() async throws {
        let fixture = try await Fixture()
        let own = try await fixture.token("gateway", ["submit"])
        let other = try await fixture.token("other", ["submit"])
        let reader = try await fixture.token("reader", ["read"], sources: [])
        let auditor = try await fixture.token("auditor", ["audit"], sources: [])
        try await fixture.test { client in
            let index = try #require(try await client.submit(own, Event.cancelled("e-1")).index)
            _ = try await client.submit(own, Event.cancelled("e-2"))
            for token in [own, reader, auditor] {
                let answer = try await client.get("/v1/events/\(index)/receipt", token)
                #expect(answer.status == .ok)
                let receipt = try Receipt(parsing: answer.bytes)
                let checkpoint = try Checkpoint(parsing: receipt.proof.note.text)
                #expect(checkpoint.head == fixture.sequencer.reader.published.head)
                try receipt.proof.proof.verify(
                    leaf: TreeHash.leaf(receipt.entry), at: LeafIndex(index), in: checkpoint.head)
            }
            #expect(try await client.get("/v1/events/\(index)/receipt", other).problem == "role-required")
            #expect(
                try await client.get("/v1/events/\(index)/receipt?disclosures=some", own).problem == "malformed-request"
            )
        }
    }

    @Test func `Disclosures go to the submitter and to auditors, and only to those who want them`() async throws {
        let fixture = try await Fixture()
        let own = try await fixture.token("gateway", ["submit"])
        let reader = try await fixture.token("reader", ["read"], sources: [])
        let auditor = try await fixture.token("auditor", ["audit"], sources: [])
        let disclosure = Disclosure(salt: Array(1...16), name: "reason", value: "Maria asked for it")
        let event = Event.cancelled("e-1")
            .replacing(
                "\"data\":{",
                with:
                    "\"disclosures\":\"\(disclosure.text.string)~\",\"data\":{\"_sd\":[\"\(disclosure.digest.string)\"],"
            )
        try await fixture.test { client in
            let answer = try await client.submit(own, event)
            #expect(answer.status == .created, "\(answer.text)")
            let index = try #require(answer.index)
            #expect(answer.text.contains(disclosure.text.string))
            let path = "/v1/events/\(index)/receipt"
            for (token, query, isDisclosed) in [
                (own, "", true), (own, "?disclosures=all", true), (own, "?disclosures=none", false),
                (auditor, "", true),
                (auditor, "?disclosures=none", false), (reader, "", false), (reader, "?disclosures=none", false),
            ] {
                let receipt = try Receipt(parsing: try await client.get(path + query, token).bytes)
                #expect(receipt.disclosures == (isDisclosed ? [disclosure.text] : []), "\(query)")
            }
            #expect(try await client.get(path + "?disclosures=all", reader).problem == "role-required")
            // Neither the entry nor a search shows what was concealed.
            #expect(!(try await client.get("/v1/events/\(index)", auditor).text.contains("Maria")))
        }
    }

    @Test func `A search goes page by page through what it finds`() async throws {
        let fixture = try await Fixture()
        let own = try await fixture.token("gateway", ["submit"])
        let reader = try await fixture.token("reader", ["read"], sources: [])
        try await fixture.running { client in
            let events = (0..<30).map { Event.cancelled("s-\($0)", subject: "apr_\($0 % 3)", by: "okta:p\($0 % 2)") }
            _ = try await client.post(own, "application/cloudevents-batch+json", "[\(events.joined(separator: ","))]")
            try await fixture.indexed()
            var found: [EventIdentity] = []
            var path: String? =
                "/v1/events?subject=apr_1&limit=4&type=dev.countersign.approval.cancelled.v1&actor=okta%3Ap1"
            while let next = path {
                let page = try await client.get(next, reader).json
                guard case .array(let events)? = page["events"] else { throw Unexpected("no events") }
                #expect(events.count <= 4)
                for case .object(let event) in events {
                    guard let entry = event["entry"], case .number(let number)? = event["index"] else {
                        throw Unexpected("\(event)")
                    }
                    let bytes = entry.canonicalBytes
                    #expect(
                        bytes == (try fixture.sequencer.reader.entryBytes(at: LeafIndex(UInt64(number.integer ?? 0)))))
                    found.append(try LedgerEntry(parsing: bytes).identity)
                }
                path = page["next"].map {
                    "/v1/events?subject=apr_1&limit=4&type=dev.countersign.approval.cancelled.v1&actor=okta%3Ap1&after=\(String(decoding: $0.canonicalBytes, as: UTF8.self))"
                }
            }
            #expect(found == [1, 7, 13, 19, 25].map { EventIdentity(source: "/gateways/eu-1", id: Text("s-\($0)")) })
            let none = try await client.get("/v1/events?subject=nobody", reader)
            #expect(none.text == "{\"events\":[]}")
            let timed = try await client.get("/v1/events?to=2026-11-22T03:00:00Z", reader)
            #expect(timed.text == "{\"events\":[]}")
        }
    }

    @Test func `A page ends before it grows too long, and goes on from there`() async throws {
        let fixture = try await Fixture()
        let own = try await fixture.token("gateway", ["submit"])
        let reader = try await fixture.token("reader", ["read"], sources: [])
        try await fixture.running { client in
            _ = try await client.post(
                own, "application/x-ndjson", (0..<20).map { Event.cancelled("p-\($0)") }.joined(separator: "\n"))
            try await fixture.indexed()
            let change: (inout ServerConfiguration) -> Void = { $0.limits.pageBytes = 2_000 }
            try await fixture.test(change) { client in
                var count = 0
                var after = ""
                while true {
                    let page = try await client.get("/v1/events" + after, reader).json
                    guard case .array(let events)? = page["events"] else { throw Unexpected("no events") }
                    #expect(events.count < 10)
                    count += events.count
                    guard let next = page["next"] else { break }
                    after = "?after=" + String(decoding: next.canonicalBytes, as: UTF8.self)
                }
                #expect(count == Int(fixture.size))
            }
        }
    }

    @Test(arguments: [
        "limit=0", "limit=1001", "limit=01", "limit=x", "after=-1", "after=01", "from=yesterday", "to=2026-11-22",
        "subject=a&subject=b",
        "sort=asc", "subject=%", "subject=%zz", "subject=%ff", "limit",
    ])
    func `A query is read strictly`(query: String) async throws {
        let fixture = try await Fixture()
        let reader = try await fixture.token("reader", ["read"], sources: [])
        let answer = try await fixture.test { try await $0.get("/v1/events?" + query, reader) }
        #expect(answer.problem == "malformed-request")
    }
}

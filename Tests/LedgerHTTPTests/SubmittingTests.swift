import ApprovalEvents
import HTTPTypes
import HummingbirdTesting
import LedgerEngine
import LedgerHTTP
import MerkleTree
import SignedNotes
import Testing
import Verification

@Suite("Submitting") struct SubmittingTests {
    @Test func `One event is answered with its index and a receipt that verifies`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        let answer = try await fixture.test { try await $0.submit(token, Event.cancelled("e-1")) }
        #expect(answer.status == .created)
        #expect(answer.headers[.contentType] == "application/json")
        let index = try #require(answer.index)
        #expect(answer.headers[.location] == "/v1/events/\(index)")
        let receipt = try Receipt(parsing: try #require(answer.json["receipt"]).canonicalBytes)
        #expect(receipt.proof.index == LeafIndex(index))
        _ = try receipt.proof.note.verify(with: fixture.signer.verifierKeys)
        let checkpoint = try Checkpoint(parsing: receipt.proof.note.text)
        try receipt.proof.proof.verify(leaf: TreeHash.leaf(receipt.entry), at: LeafIndex(index), in: checkpoint.head)
        let entry = try LedgerEntry(parsing: receipt.entry)
        #expect(entry.caller == "gateway")
        #expect(entry.identity == EventIdentity(source: "/gateways/eu-1", id: "e-1"))
    }

    @Test func `The same event in three modes is one entry`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        try await fixture.test { client in
            let before = fixture.size
            let structured = try await client.submit(token, Event.cancelled("e-1"))
            #expect(structured.status == .created)
            let headers: HTTPFields = [
                .ce("specversion"): "1.0", .ce("id"): "e-1", .ce("source"): "/gateways/eu-1",
                .ce("type"): "dev.countersign.approval.cancelled.v1", .ce("subject"): "\"apr%5F1\"",
                .ce("time"): "2026-11-22T02:59:59Z",
                .ce("traceparent"): "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            ]
            let data = #"{ "cancelled_by": {"id": "okta:00uMARIA", "kind": "human"} }"#
            let binary = try await client.post(token, "application/json", data, headers: headers)
            #expect(binary.status == .ok)
            #expect(binary.index == structured.index)
            let batch = try await client.post(
                token, "application/cloudevents-batch+json", "[\(Event.cancelled("e-1"))]")
            #expect(batch.status == .ok)
            #expect(batch.text.contains("{\"index\":\(structured.index ?? 0),\"status\":200}"))
            let lines = try await client.post(token, "Application/X-NDJSON; charset=utf-8", Event.cancelled("e-1"))
            #expect(try lines.lines.first?["status"] == 200)
            #expect(fixture.size == before + 1)
        }
    }

    @Test func `A batch comes in whole or not at all`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        try await fixture.test { client in
            let type = "application/cloudevents-batch+json"
            let before = fixture.size
            let broken = Event.cancelled("b-2").replacing("\"kind\":\"human\"", with: "\"kind\":\"ghost\"")
            let refused = try await client.post(token, type, "[\(Event.cancelled("b-1")),\(broken)]")
            #expect(refused.status == .unprocessableContent)
            #expect(refused.problem == "invalid-event")
            #expect(refused.pointers == ["/1/data/cancelled_by/kind"])
            let outside = try await client.post(
                token, type, "[\(Event.cancelled("b-1")),\(Event.cancelled("b-2", source: "/elsewhere"))]")
            #expect(outside.problem == "outside-grant")
            #expect(outside.pointers == ["/1/source"])
            #expect(fixture.size == before)
            let taken = try await client.post(
                token, type, "[\((0..<50).map { Event.cancelled("b-\($0)") }.joined(separator: ","))]")
            #expect(taken.status == .created)
            #expect(fixture.size == before + 50)
            let mixed = try await client.post(
                token, type, "[\(Event.cancelled("b-60")),\(Event.cancelled("b-3", by: "okta:other"))]")
            #expect(mixed.problem == "conflict")
            #expect(mixed.index == before + 3)
            let again = try await client.post(token, type, "[\(Event.cancelled("b-60"))]")
            #expect(again.status == .created, "the batch that was refused left b-60 out")
            let torn = try await client.post(
                token, type, "[\(Event.cancelled("b-70")),\(Event.cancelled("b-70", by: "okta:other"))]")
            #expect(torn.problem == "conflict")
            #expect(torn.index == nil, "nothing of it is in the log")
            #expect(torn.text.contains("another event of the batch has this source and id"))
            let empty = try await client.post(token, type, "[]")
            #expect(empty.status == .ok)
        }
    }

    @Test func `Lines stand alone, are answered in order, and end with a checkpoint`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        try await fixture.test { client in
            _ = try await client.submit(token, Event.cancelled("known"))
            let before = fixture.size
            let body = [
                Event.cancelled("l-1"), "", Event.cancelled("known"), "{\"specversion\":",
                Event.cancelled("l-2", source: "/elsewhere"),
                Event.cancelled("known", by: "okta:other"), Event.cancelled("l-3") + "\r",
                String(repeating: "x", count: 300 << 10), Event.cancelled("l-1"),
            ].joined(separator: "\n")
            let answer = try await client.post(token, "application/x-ndjson", body)
            #expect(answer.status == .ok)
            #expect(answer.headers[.contentType] == "application/x-ndjson")
            let lines = try answer.lines
            #expect(lines.compactMap { $0["line"] } == [1, 3, 4, 5, 6, 7, 8, 9])
            #expect(lines.compactMap { $0["status"] } == [201, 200, 400, 403, 409, 201, 413, 200])
            let note = try #require(lines.last?["checkpoint"])
            let published = fixture.sequencer.reader.published
            #expect(note == .string(Text(String(decoding: published.note, as: UTF8.self))))
            // l-1, l-3, and the note of the conflict
            #expect(fixture.size == before + 3)
            let metrics = try await client.get("/metrics", token).text
            #expect(metrics.contains("countersign_events_accepted_total{outcome=\"sealed\"} 3\n"))
            #expect(metrics.contains("countersign_events_accepted_total{outcome=\"resent\"} 2\n"))
        }
    }

    @Test func `Many lines come in, in their order, each once`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        try await fixture.test { client in
            let before = fixture.size
            let body = (0..<2_000).map { Event.cancelled("m-\($0)") }.joined(separator: "\n") + "\n"
            let lines = try await client.post(token, "application/x-ndjson", body).lines
            #expect(lines.count == 2_001)
            let indexes = lines.dropLast().compactMap { line -> Int64? in
                guard case .number(let number)? = line["index"] else { return nil }
                return number.integer
            }
            #expect(indexes == (0..<2_000).map { Int64(before) + $0 })
            let again = try await client.post(token, "application/x-ndjson", body).lines
            #expect(again.dropLast().allSatisfy { $0["status"] == 200 })
            #expect(fixture.size == before + 2_000)
        }
    }

    @Test func `Other content under the same id is a conflict for ever, and names the entry`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        try await fixture.test { client in
            let first = try await client.submit(token, Event.cancelled("e-1"))
            for _ in 0..<3 {
                let other = try await client.submit(token, Event.cancelled("e-1", by: "okta:other"))
                #expect(other.status == .conflict)
                #expect(other.problem == "conflict")
                #expect(other.index == first.index)
            }
            // One note of the conflict in this hour, whatever the number of attempts.
            #expect(fixture.size == (first.index ?? 0) + 2)
            #expect(try await client.submit(token, Event.cancelled("e-1")).status == .ok)
        }
    }
}

extension HTTPField.Name {
    /// The header field of a CloudEvents attribute.
    static func ce(_ attribute: String) -> HTTPField.Name {
        HTTPField.Name("ce-" + attribute) ?? .userAgent
    }
}

import ApprovalEvents
import Foundation
import LedgerEngine
import MerkleTree
import Synchronization
import Testing

/// A server whose inbox takes nothing more.
@Suite("Overload", .timeLimit(.minutes(20))) struct OverloadTests {
    @Test func `A refused event's body is drained unread, and the connection goes on`() async throws {
        var limits = SequencerLimits()
        limits.inboxEvents = 0
        let fixture = try await Fixture(limits: limits)
        let token = try await fixture.token("gateway", ["submit"])
        try await fixture.serving { port, _ in
            let client = try RawClient(port: port)
            defer { client.close() }
            func post(_ token: String, _ body: String, as media: String = "cloudevents+json", isChunked: Bool = false)
                -> String
            {
                let length = body.utf8.count
                return "POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n"
                    + "Content-Type: application/\(media)\r\n"
                    + (isChunked
                        ? "Transfer-Encoding: chunked\r\n\r\n\(String(length, radix: 16))\r\n\(body)\r\n0\r\n\r\n"
                        : "Content-Length: \(length)\r\n\r\n\(body)")
            }
            // Who asks is found first; what is sent is not looked at.
            let requests = [
                post(token, Event.cancelled("e-1")), post(token, "{"), post("cst_nobody", Event.cancelled("e-2")),
                post(token, Event.cancelled("e-3"), isChunked: true), "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
                post(token, "[{", as: "cloudevents-batch+json"), post(token, "{\n", as: "x-ndjson"),
                post(token, Event.cancelled("e-1")),
            ]
            try client.write(requests.joined())
            let text = try await client.read { text in
                text.components(separatedBy: "HTTP/1.1 ").count > requests.count && text.hasSuffix("}")
            }
            let answers = text.components(separatedBy: "HTTP/1.1 ").dropFirst()
            #expect(answers.map { String($0.prefix(3)) } == ["429", "429", "401", "429", "200", "429", "200", "429"])
            #expect(
                answers.dropFirst(6).first?.contains(#""status":429"#) == true, "each line is refused, not the request")
            for answer in answers where answer.hasPrefix("429") {
                #expect(answer.contains("problems/inbox-full"))
                #expect(answer.lowercased().contains("retry-after: 1\r\n"))
            }
        }
        // What the ledger itself records goes on.
        for index in 0..<fixture.size {
            #expect(try fixture.sequencer.reader.entry(at: LeafIndex(index)).caller == "ledger")
        }
        #expect(fixture.sequencer.status.refused["inbox-full"] == 6)
    }

    @Test func `An answer that is held goes out before the server ends`() async throws {
        var limits = SequencerLimits()
        limits.inboxEvents = 0
        let fixture = try await Fixture(limits: limits)
        let token = try await fixture.token("gateway", ["submit"])
        let kept = Mutex<RawClient?>(nil)
        try await fixture.serving { port, _ in
            let client = try RawClient(port: port)
            kept.withLock { $0 = client }
            try client.write(Wire.post(token, Event.cancelled("e-1")))
            _ = try await Wire.answers(1, from: client)
            try client.write(Wire.post(token, Event.cancelled("e-1")))
            while fixture.sequencer.status.refused["inbox-full", default: 0] < 2 {
                try await Task.sleep(for: .milliseconds(1))
            }
        }
        let client = try #require(kept.withLock { $0 })
        defer { client.close() }
        #expect(Wire.statuses(in: try await client.read()) == ["429"])
    }

    @Test func `Lines of a delivery that has some waiting wait for room too`() async throws {
        var limits = SequencerLimits()
        limits.callerShare = 40
        limits.unpublishedEvents = 1
        let (fixture, storage) = try await Fixture.pausing(limits)
        let token = try await fixture.token("gateway", ["submit"])
        try await fixture.serving { port, _ in
            let lines = try RawClient(port: port)
            defer { lines.close() }
            func waitFor(_ isReached: @Sendable () -> Bool) async throws {
                while !isReached() { try await Task.sleep(for: .milliseconds(1)) }
            }
            func chunk(_ ids: Range<Int>) -> String {
                let lines = ids.map { Event.cancelled("l-\($0)") + "\n" }.joined()
                return "\(String(lines.utf8.count, radix: 16))\r\n\(lines)\r\n"
            }
            func submit(_ ids: Range<Int>) throws {
                let events = try ids.map {
                    try ApprovalEvent.parse(structured: Array(Event.cancelled("e-\($0)").utf8), rules: IntakeRules())
                }
                fixture.sequencer.submit(events, caller: "gateway") { _ in }
            }
            // An event waits for its head, a line in the inbox, and then so many events that the caller has room for four.
            storage.pause(true)
            defer { storage.pause(false) }
            try submit(0..<1)
            try await waitFor { fixture.sequencer.status.unpublished == 1 }
            try lines.write(
                "POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n"
                    + "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(0..<1))
            try await waitFor { fixture.sequencer.status.waiting == 1 }
            try submit(1..<36)
            try await waitFor { fixture.sequencer.status.waiting == 36 }

            // Time enough to refuse lines that are more than that, for a server that does.
            try lines.write(chunk(1..<9))
            try await Task.sleep(for: .milliseconds(200))
            try submit(36..<40)
            try lines.write(chunk(9..<20) + "0\r\n\r\n")
            try await Task.sleep(for: .milliseconds(200))
            storage.pause(false)
            let answer = try await lines.read { $0.contains("checkpoint") }
            #expect(answer.components(separatedBy: #""status":201"#).count == 21, "\(answer)")
        }
    }

    @Test func `Lines of a slow delivery that wait have four mebibytes together, however many they are`() async throws {
        let (fixture, storage) = try await Fixture.pausing()
        let token = try await fixture.token("gateway", ["submit"])
        try await fixture.serving { port, _ in
            let client = try RawClient(port: port)
            let reason = "\"},\"reason\":\"\(String(repeating: "r", count: 50_000))\"}}"
            let lines = (0..<200).map { Event.cancelled("l-\($0)").replacing("\"}}}", with: reason) + "\n" }
            let bytes = lines.reduce(0) { $0 + $1.utf8.count }
            #expect(bytes > 10_000_000)
            let request =
                "POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n"
                + "Content-Type: application/x-ndjson\r\nContent-Length: \(bytes)\r\n\r\n" + lines.joined()
            storage.pause(true)
            async let written: Void = client.apart { try client.write(request) }
            // Before what is written is waited for: a test that fails must not wait for ever.
            defer {
                storage.pause(false)
                client.close()
            }
            func taken() -> Int {
                let status = fixture.sequencer.status
                return status.waiting + status.unpublished
            }
            // As many as fit, and no more though there is time.
            let most = (4 << 20) / 50_000
            while taken() < most - 4 { try await Task.sleep(for: .milliseconds(1)) }
            try await Task.sleep(for: .milliseconds(300))
            #expect(taken() <= most + 1, "\(taken()), a mark at most among them")
            storage.pause(false)
            let answer = try await client.read { $0.contains("checkpoint") }
            try await written
            #expect(answer.components(separatedBy: #""status":201"#).count == 201)
        }
    }

    @Test func `Who sends sooner than told waits for the next refusal, and is taken where there is room again`()
        async throws
    {
        var limits = SequencerLimits()
        limits.inboxEvents = 1
        limits.unpublishedEvents = 1
        let (fixture, storage) = try await Fixture.pausing(limits)
        let token = try await fixture.token("gateway", ["submit"])
        try await fixture.serving { port, _ in
            let clients = try (0..<4).map { _ in try RawClient(port: port) }
            defer { for client in clients { client.close() } }
            func send(_ id: String, _ client: RawClient) throws {
                try client.write(Wire.post(token, Event.cancelled(id)))
            }
            func status(_ client: RawClient) async throws -> [String] {
                Wire.statuses(in: try await Wire.answers(1, from: client))
            }
            // One event waits for its head, one in the inbox.
            storage.pause(true)
            defer { storage.pause(false) }
            try send("e-0", clients[0])
            while fixture.sequencer.status.unpublished == 0 { try await Task.sleep(for: .milliseconds(1)) }
            try send("e-1", clients[1])
            while fixture.sequencer.status.waiting == 0 { try await Task.sleep(for: .milliseconds(1)) }

            let start = ContinuousClock.now
            try send("e-2", clients[2])
            #expect(try await status(clients[2]) == ["429"])
            for round in 1...2 {
                try send("e-2", clients[2])
                #expect(try await status(clients[2]) == ["429"])
                #expect(ContinuousClock.now - start >= .seconds(round))
            }
            // One goes while its second answer is held.
            for _ in 0..<2 { try send("e-3", clients[3]) }
            _ = try await Wire.answers(1, from: clients[3])
            clients[3].reset()

            storage.pause(false)
            #expect(try await status(clients[0]) == ["201"])
            #expect(try await status(clients[1]) == ["201"])
            try send("e-2", clients[2])
            #expect(try await status(clients[2]) == ["201"])
            // The first two took as long as the store was paused; five refusals, three of them held, took no time.
            let durations = "countersign_http_request_duration_seconds"
            while try await clients[0].metric(#"\#(durations)_count{route="/v1/events"}"#) < 8 {
                try await Task.sleep(for: .milliseconds(10))
            }
            let quick = try await clients[0].metric(#"\#(durations)_bucket{route="/v1/events",le="0.5"}"#)
            #expect((5...6).contains(quick))
            #expect(try await clients[0].metric("countersign_http_requests_in_flight") == 1)
        }
    }
}

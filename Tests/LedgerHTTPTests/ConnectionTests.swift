import ApprovalEvents
import Foundation
import Glibc
import LedgerEngine
import LedgerHTTP
import MerkleTree
import Testing

/// What peers do with a connection, while single events are answered by its handler and the rest by the routes.
@Suite("A connection", .serialized) struct ConnectionTests {
    @Test func `gets its answers in the order of its requests, whoever gives them`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        try await fixture.serving { port, _ in
            let client = try RawClient(port: port)
            defer { client.close() }
            let requests = [
                Wire.post(token, Event.cancelled("e-1")), Wire.get("/healthz"),
                Wire.post(token, Event.cancelled("e-2")),
                Wire.post(token, "{"), Wire.post(token, Event.cancelled("e-3"), isChunked: true),
                Wire.get("/checkpoint"), Wire.post(token, Event.cancelled("e-4")), Wire.get("/nothing"),
                Wire.get("/tile/0/001"), Wire.get("/v1/proofs/inclusion?index=0"), Wire.get("/healthz"),
                Wire.get("/checkpoint"), Wire.post(token, Event.cancelled("e-1")),
            ]
            try client.write(requests.joined())
            let text = try await Wire.answers(requests.count, from: client)
            #expect(
                Wire.statuses(in: text) == [
                    "201", "200", "201", "400", "201", "200", "201", "404", "404", "200", "200", "200", "200",
                ])
        }
    }

    @Test func `knows each request's caller, whoever's requests came before, and none who is revoked`() async throws {
        let fixture = try await Fixture()
        let first = try await fixture.token("first", ["submit"])
        let second = try await fixture.token("second", ["submit"])
        let forged = String(first.dropLast()) + (first.hasSuffix("A") ? "B" : "A")
        try await fixture.serving { port, _ in
            let client = try RawClient(port: port)
            defer { client.close() }
            func send(_ tokens: [String], _ round: String) async throws -> [String] {
                let requests = tokens.enumerated().map { Wire.post($1, Event.cancelled("\(round)-\($0)")) }
                try client.write(requests.joined())
                return Wire.statuses(in: try await Wire.answers(tokens.count, from: client))
            }
            #expect(
                try await send([first, first, forged, second, first, second], "a")
                    == ["201", "201", "401", "201", "201", "201"])
            for (place, caller) in ["first", "first", "second", "first", "second"].enumerated() {
                let entry = try fixture.sequencer.reader.entry(at: LeafIndex(fixture.size - 5 + UInt64(place)))
                #expect(entry.caller == Text(caller))
            }
            let id = try #require(CallerID("first"))
            _ = try await fixture.administration.revoke(id, by: try Fixture.operatorPrincipal)
            #expect(try await send([second, first, second, first], "b") == ["201", "401", "201", "401"])
        }
    }

    @Test func `may bring its requests byte by byte`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        try await fixture.serving { port, _ in
            let client = try RawClient(port: port)
            defer { client.close() }
            let text = Wire.post(token, Event.cancelled("e-1")) + Wire.post(token, Event.cancelled("e-2"))
            for character in text { try client.write(String(character)) }
            #expect(Wire.statuses(in: try await Wire.answers(2, from: client)) == ["201", "201"])
        }
    }

    @Test func `is answered also where the peer has said that it will send no more`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        try await fixture.serving { port, _ in
            let client = try RawClient(port: port)
            defer { client.close() }
            try client.write(Wire.post(token, Event.cancelled("e-1")) + Wire.post(token, Event.cancelled("e-2")))
            client.finishWriting()
            #expect(Wire.statuses(in: try await client.read()) == ["201", "201"])
        }
    }

    @Test func `is answered before what follows is refused as no HTTP`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        try await fixture.serving { port, _ in
            let client = try RawClient(port: port)
            defer { client.close() }
            try client.write(Wire.post(token, Event.cancelled("e-1")) + "this is no HTTP\r\n\r\n")
            #expect(Wire.statuses(in: try await client.read()) == ["201", "400"])
        }
    }

    @Test func `is asked for no more, and let go, where the peer takes no answers`() async throws {
        let fixture = try await Fixture()
        let change: (inout ServerConfiguration) -> Void = { $0.limits.idleSeconds = 2 }
        try await fixture.serving(change) { port, _ in
            let client = try RawClient(port: port)
            defer { client.close() }
            let request = Wire.post("cst_no", "")
            let many = String(repeating: request, count: 500)
            // Far more than the buffers between the two hold: the server has to stop reading, and then to let go.
            var sent = 0
            while sent < 1_000_000, (try? client.write(many)) != nil { sent += 500 }
            #expect(sent < 1_000_000)
        }
    }

    @Test func `brings its lines back in order where all are refused and the peer is slow to take them`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        try await fixture.serving { port, _ in
            let client = try RawClient(port: port)
            defer { client.close() }
            let body = String(repeating: "x\n", count: 3_000)
            try client.write(
                "POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n"
                    + "Content-Type: application/x-ndjson\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            let text = try await client.read { $0.contains("\"checkpoint\"") }
            let numbers = text.components(separatedBy: "{\"line\":").dropFirst().compactMap {
                Int($0.prefix { $0 != "," })
            }
            #expect(numbers == Array(1...3_000))
        }
    }

    @Test func `is told and closed where a body takes too long`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        let size = fixture.size
        let change: (inout ServerConfiguration) -> Void = { $0.limits.bodySeconds = 0 }
        try await fixture.serving(change) { port, _ in
            let client = try RawClient(port: port)
            defer { client.close() }
            try client.write(Wire.post(token, Event.cancelled("e-1")) + Wire.post(token, Event.cancelled("e-2")))
            let text = try await client.read()
            #expect(Wire.statuses(in: text) == ["408"])
            #expect(text.contains("request-timeout"))
        }
        #expect(fixture.size <= size + 1, "nothing but the counts of the shutdown")
    }

    @Test func `lives as long as it is used, and is closed when nothing moves`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        let change: (inout ServerConfiguration) -> Void = { $0.limits.idleSeconds = 8 }
        try await fixture.serving(change) { port, _ in
            let client = try RawClient(port: port)
            defer { client.close() }
            // Longer in all than it may be idle; on a thread, for other tests may keep tasks from running for seconds.
            let statuses = try await client.apart {
                try (0..<4).map { number in
                    try client.write(Wire.post(token, Event.cancelled("e-\(number)")))
                    let answer = try client.readHere { $0.hasPrefix("HTTP/1.1 ") && $0.hasSuffix("}") }
                    Thread.sleep(forTimeInterval: 2.5)
                    return Wire.statuses(in: answer)
                }
            }
            #expect(statuses == Array(repeating: ["201"], count: 4))
            #expect(try await client.read().isEmpty)
        }
    }

    @Test func `is answered alike, whether the event's length was given or not`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        let reader = try await fixture.token("reader", ["read"])
        try await fixture.serving { port, _ in
            let taken = Event.cancelled("taken")
            for (shown, body) in [
                (token, taken), (token, taken), ("cst_no", taken), (reader, taken), (token, "no json"), (token, ""),
                (token, Event.cancelled("e", source: "/gateways/other")),
                (token, Event.cancelled("taken", by: "okta:other")),
                (token, Event.cancelled("e").replacingOccurrences(of: "cancelled_by", with: "cancelled_bye")),
                (
                    token,
                    Event.cancelled("e").replacingOccurrences(of: "okta", with: String(repeating: "o", count: 70_000))
                ),
            ] {
                var seen: [String] = []
                for isChunked in [false, true] {
                    let client = try RawClient(port: port)
                    defer { client.close() }
                    try client.write(Wire.post(shown, body, isChunked: isChunked))
                    client.finishWriting()
                    seen.append(Wire.withoutMoment(try await client.read()))
                }
                // The first is sealed by one and found again by the other.
                #expect(
                    seen[0]
                        == seen[1].replacingOccurrences(
                            of: "200 OK", with: seen[0].hasPrefix("HTTP/1.1 201") ? "201 Created" : "200 OK"))
            }
        }
    }

    @Test func `is answered no further than it takes the answers`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        let reader = try await fixture.token("reader", ["read"])
        try await fixture.serving { port, _ in
            let lines = (0..<300).map { Event.cancelled("e-\($0)") }.joined(separator: "\n")
            let sealed = try await RawClient.once(
                try RawClient(port: port), "POST", "/v1/events", token: token, body: lines, type: "application/x-ndjson"
            )
            #expect(sealed.contains("\"checkpoint\""))
            // Far more in answers than all buffers between the two hold, and asked for in one read.
            let count = 400
            let client = try RawClient(port: port)
            defer { client.close() }
            let request = "GET /tile/entries/000 HTTP/1.1\r\nAuthorization: Bearer \(reader)\r\n\r\n"
            try client.write(String(repeating: request, count: count))
            func answered() async throws -> Int {
                let page = try await RawClient.once(try RawClient(port: port), "GET", "/metrics")
                let line = page.components(separatedBy: "\n").first {
                    $0.hasPrefix("countersign_http_requests_total") && $0.contains("/tile/")
                }
                return line?.split(separator: " ").last.flatMap { Double($0) }.map { Int($0) } ?? 0
            }
            var (before, now) = (-1, 0)
            for _ in 0..<1_000 where now != before || now == 0 {
                before = now
                try await Task.sleep(for: .milliseconds(300))
                now = try await answered()
            }
            #expect(now > 0)
            #expect(now < count / 2, "\(now) answers of \(count) were made for a peer that takes none")
            client.finishWriting()
            #expect(Wire.statuses(in: try await client.read()) == Array(repeating: "200", count: count))
        }
    }
}

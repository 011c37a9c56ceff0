import ApprovalEvents
import Foundation
import Glibc
import LedgerEngine
import LedgerHTTP
import MerkleTree
import NIOCore
import Testing

/// What peers do with a connection, while single events are answered by its handler and the rest by the routes.
@Suite("A connection", .serialized) struct ConnectionTests {
    private static func post(_ token: String, _ body: String, isChunked: Bool = false) -> String {
        let length = body.utf8.count
        let chunk = body.isEmpty ? "" : "\(String(length, radix: 16))\r\n\(body)\r\n"
        return "POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n"
            + "Content-Type: application/cloudevents+json\r\n"
            + (isChunked
                ? "Transfer-Encoding: chunked\r\n\r\n\(chunk)0\r\n\r\n"
                : "Content-Length: \(length)\r\n\r\n\(body)")
    }

    private static func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n" }

    private static func statuses(in text: String) -> [String] {
        text.components(separatedBy: "HTTP/1.1 ").dropFirst().map { String($0.prefix(3)) }
    }

    /// Reads until so many answers have begun, and one more end of a body is there.
    private static func answers(_ count: Int, from client: RawClient) async throws -> String {
        try await client.read { text in
            text.components(separatedBy: "HTTP/1.1 ").count > count && (text.hasSuffix("}") || text.hasSuffix("\n"))
        }
    }

    @Test func `gets its answers in the order of its requests, whoever gives them`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        try await fixture.serving { port, _ in
            let client = try RawClient(port: port)
            defer { client.close() }
            let requests = [
                Self.post(token, Event.cancelled("e-1")), Self.get("/healthz"),
                Self.post(token, Event.cancelled("e-2")),
                Self.post(token, "{"), Self.post(token, Event.cancelled("e-3"), isChunked: true),
                Self.get("/checkpoint"), Self.post(token, Event.cancelled("e-4")), Self.get("/nothing"),
                Self.get("/tile/0/001"), Self.get("/v1/proofs/inclusion?index=0"), Self.get("/healthz"),
                Self.get("/checkpoint"), Self.post(token, Event.cancelled("e-1")),
            ]
            try client.write(requests.joined())
            let text = try await Self.answers(requests.count, from: client)
            #expect(
                Self.statuses(in: text) == [
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
                let requests = tokens.enumerated().map { Self.post($1, Event.cancelled("\(round)-\($0)")) }
                try client.write(requests.joined())
                return Self.statuses(in: try await Self.answers(tokens.count, from: client))
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
            let text = Self.post(token, Event.cancelled("e-1")) + Self.post(token, Event.cancelled("e-2"))
            for character in text { try client.write(String(character)) }
            #expect(Self.statuses(in: try await Self.answers(2, from: client)) == ["201", "201"])
        }
    }

    @Test func `is answered also where the peer has said that it will send no more`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        try await fixture.serving { port, _ in
            let client = try RawClient(port: port)
            defer { client.close() }
            try client.write(Self.post(token, Event.cancelled("e-1")) + Self.post(token, Event.cancelled("e-2")))
            client.finishWriting()
            #expect(Self.statuses(in: try await client.read()) == ["201", "201"])
        }
    }

    @Test func `is answered before what follows is refused as no HTTP`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        try await fixture.serving { port, _ in
            let client = try RawClient(port: port)
            defer { client.close() }
            try client.write(Self.post(token, Event.cancelled("e-1")) + "this is no HTTP\r\n\r\n")
            #expect(Self.statuses(in: try await client.read()) == ["201", "400"])
        }
    }

    @Test func `is asked for no more, and let go, where the peer takes no answers`() async throws {
        let fixture = try await Fixture()
        let change: (inout ServerConfiguration) -> Void = { $0.limits.idleSeconds = 2 }
        try await fixture.serving(change) { port, _ in
            let client = try RawClient(port: port)
            defer { client.close() }
            let request = Self.post("cst_no", "")
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
            try client.write(Self.post(token, Event.cancelled("e-1")) + Self.post(token, Event.cancelled("e-2")))
            let text = try await client.read()
            #expect(Self.statuses(in: text) == ["408"])
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
                    try client.write(Self.post(token, Event.cancelled("e-\(number)")))
                    let answer = try client.readHere { $0.hasPrefix("HTTP/1.1 ") && $0.hasSuffix("}") }
                    Thread.sleep(forTimeInterval: 2.5)
                    return Self.statuses(in: answer)
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
                    try client.write(Self.post(shown, body, isChunked: isChunked))
                    client.finishWriting()
                    seen.append(Self.withoutMoment(try await client.read()))
                }
                // The first is sealed by one and found again by the other.
                #expect(
                    seen[0]
                        == seen[1].replacingOccurrences(
                            of: "200 OK", with: seen[0].hasPrefix("HTTP/1.1 201") ? "201 Created" : "200 OK"))
            }
        }
    }

    /// An event in one piece is taken before it is decoded, unless anything else has come on its connection. What each of
    /// these requests gets may not depend on that.
    @Test func `is answered alike, whether a request was read whole or decoded`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        try await fixture.serving { port, _ in
            func answer(after first: String = "", _ pieces: String...) async throws -> String {
                let client = try RawClient(port: port)
                defer { client.close() }
                if !first.isEmpty {
                    try client.write(first)
                    _ = try await Self.answers(1, from: client)
                }
                for piece in pieces {
                    try client.write(piece)
                    // Were the pieces read as one after all, the test would say less, and hold all the same.
                    if pieces.count > 1 { try await Task.sleep(for: .milliseconds(20)) }
                }
                client.finishWriting()
                return try await client.readUntilGone().replacing(#/(?i)date: [^\r]*\r\n/#, with: "")
            }
            // From here on each is a resend, and gets the same answer.
            #expect(try await answer(Self.post(token, Event.cancelled("e-1"))).hasPrefix("HTTP/1.1 201"))
            var statuses: Set<String> = []
            for request in Self.oddPosts(token) {
                let whole = try await answer(request)
                #expect(try await answer(after: Self.get("/healthz"), request) == whole, "\(request)")
                statuses.formUnion(Self.statuses(in: whole))
                guard whole.hasPrefix("HTTP/1.1 200") else { continue }
                let middle = request.index(request.startIndex, offsetBy: request.count / 2)
                #expect(try await answer(String(request[..<middle]), String(request[middle...])) == whole, "\(request)")
            }
            #expect(statuses.isSuperset(of: ["200", "400", "401", "413", "415"]), "\(statuses)")
        }
    }

    @Test func `may ask for its end under any name that the decoder knows`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        try await fixture.serving { port, _ in
            let plain = Self.post(token, Event.cancelled("e-1"))
            for field in [
                "Proxy-Connection: close", "Connection: close", "Keep-Alive: timeout=1", "X-Connection: close",
            ] {
                let first = plain.replacing("Host: x", with: "Host: x\r\n\(field)")
                var outcomes: [[String]] = []
                for before in [[], [Self.get("/healthz")]] {
                    let client = try RawClient(port: port)
                    defer { client.close() }
                    var seen: [String] = []
                    for request in before + [first, plain] {
                        // Where the connection has ended there is nothing to send to.
                        try? client.write(request)
                        if request == plain { client.finishWriting() }
                        seen +=
                            request == plain
                            ? Self.statuses(in: try await client.readUntilGone())
                            : Self.statuses(in: try await Self.answers(1, from: client))
                    }
                    outcomes.append(Array(seen.dropFirst(before.count)).map { $0 == "201" ? "200" : $0 })
                }
                #expect(outcomes[0] == outcomes[1], "\(field)")
            }
        }
    }

    @Test func `takes a plain event as it is read, when all of it is there and nothing else`() {
        let body = Event.cancelled("e-1")
        let request = Self.post("cst_any", body)
        func taken(_ text: String) -> [UInt8]? { WholeEvent(ByteBuffer(string: text), limits: RequestLimits())?.body }
        #expect(taken(request) == Array(body.utf8))
        #expect(
            taken(request.replacing("Host: x", with: "host: x\r\nAccept: */*\r\nConnection: Keep-Alive"))
                == Array(body.utf8))
        for length in 0..<request.utf8.count {
            #expect(taken(String(decoding: request.utf8.prefix(length), as: UTF8.self)) == nil)
        }
        #expect(taken(request + " ") == nil)
        #expect(taken(request + request) == nil)
        for other in ["ce-id: 1", "Connection: close", "Proxy-Connection: close", "Expect: 100-continue", "X-Odd: é"] {
            #expect(taken(request.replacing("Host: x", with: "Host: x\r\n\(other)")) == nil, "\(other)")
        }
        var limits = RequestLimits()
        limits.event = body.utf8.count - 1
        #expect(WholeEvent(ByteBuffer(string: request), limits: limits) == nil)
        limits = RequestLimits()
        limits.head = request.utf8.count - body.utf8.count - 1
        #expect(WholeEvent(ByteBuffer(string: request), limits: limits) == nil)
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
            while now != before || now == 0 {
                before = now
                try await Task.sleep(for: .milliseconds(300))
                now = try await answered()
            }
            #expect(now < count / 2, "\(now) answers of \(count) were made for a peer that takes none")
            client.finishWriting()
            #expect(Self.statuses(in: try await client.read()) == Array(repeating: "200", count: count))
        }
    }

    /// What is read of the log takes no task; a request that asks something of the connection goes the other way.
    @Test(arguments: [true, false])
    func `reads the same, whether a task answers or none`(hasPublicTree: Bool) async throws {
        let fixture = try await Fixture()
        let submitter = try await fixture.token("gateway", ["submit"])
        let reader = try await fixture.token("reader", ["read"])
        let change: (inout ServerConfiguration) -> Void = { $0.hasPublicTree = hasPublicTree }
        try await fixture.serving(change) { port, _ in
            func answer(_ method: String, _ path: String, _ fields: String) async throws -> String {
                let client = try RawClient(port: port)
                defer { client.close() }
                try client.write("\(method) \(path) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n")
                client.finishWriting()
                return Self.withoutMoment(try await client.read())
            }
            let sealed = try await answer(
                "POST", "/v1/events",
                Self.post(submitter, Event.cancelled("e-1")).components(separatedBy: "Host: x\r\n").dropFirst().joined()
            )
            #expect(sealed.hasPrefix("HTTP/1.1 201"))
            let own = fixture.size - 1
            let paths = [
                "/checkpoint", "/tile/0/000.p/1", "/tile/0/000", "/tile/entries/000.p/2", "/tile/9/9", "/v1/events/0",
                "/v1/events/\(own)", "/v1/events/00", "/v1/events/99999", "/v1/events/0/receipt",
                "/v1/events/\(own)/receipt",
                "/v1/events/\(own)/receipt?disclosures=none", "/v1/events/\(own)/receipt?disclosures=all",
                "/v1/events/0/receipt?a=b", "/v1/proofs/inclusion?index=0", "/v1/proofs/inclusion?index=0&size=1",
                "/v1/proofs/inclusion?index=0&index=0", "/v1/proofs/inclusion", "/v1/proofs/inclusion?index=%zz",
                "/v1/proofs/consistency?first=1", "/v1/proofs/consistency?first=0", "/v1/timestamps",
                "/v1/timestamps/1",
            ]
            let credentials = [
                "", "Authorization: Bearer \(reader)\r\n", "Authorization: Bearer \(submitter)\r\n",
                "Authorization: Bearer cst_no\r\n", String(repeating: "Authorization: Bearer \(reader)\r\n", count: 2),
            ]
            var statuses: Set<String> = []
            for path in paths {
                for credential in credentials {
                    let direct = try await answer("GET", path, credential)
                    let routed = try await answer("GET", path, credential + "Connection: keep-alive, x-none\r\n")
                    #expect(direct == routed, "\(path) \(credential)")
                    statuses.formUnion(Self.statuses(in: direct))
                }
            }
            #expect(statuses == ["200", "400", "401", "403", "404"])
        }
    }

    /// Requests that are plain, that nearly are, and that are broken.
    private static func oddPosts(_ token: String) -> [String] {
        let body = Event.cancelled("e-1")
        let size = body.utf8.count
        func post(_ fields: String..., line: String = "POST /v1/events HTTP/1.1", end: String = "\r\n") -> String {
            ([line, "Host: x"] + fields + ["", body]).joined(separator: end)
        }
        let type = "Content-Type: application/cloudevents+json"
        let (bearer, length) = ("Authorization: Bearer \(token)", "Content-Length: \(size)")
        let plain = post(bearer, type, length)
        let lines = [
            "POST /v1/events?a=1 HTTP/1.1", "POST /v1/events HTTP/1.0", "post /v1/events HTTP/1.1",
            "POST  /v1/events HTTP/1.1", "POST http://x/v1/events HTTP/1.1", "POST /v1/events HTTP/1.1 ",
            "POST /v1/event HTTP/1.1", "PUT /v1/events HTTP/1.1",
        ]
        let credentials = [
            "authorization: bearer \(token)", "Authorization:Bearer \(token)", "Authorization:  Bearer \(token) ",
            "Authorization : Bearer \(token)", "\(bearer)\r\n\(bearer)", "Authorization: Bearer cst_no",
            "Authorization:",
            "X-None: 1",
        ]
        let types = [
            "content-type: application/cloudevents+json", "CONTENT-TYPE: Application/CloudEvents+JSON",
            "\(type)\r\n\(type)",
            type + "; charset=utf-8", "Content-Type: text/plain", "X-None: 1",
        ]
        let lengths = [
            "content-length: \(size)", "\(length)\r\n\(length)", "\(length)\r\nContent-Length: 1",
            "Content-Length: 0\(size)",
            "Content-Length: +\(size)", "Content-Length: -1", "Content-Length: 0", "Content-Length: \(size - 1)",
            "Content-Length: \(size + 1)", "Content-Length: 300000", "Content-Length: 99999999999999999999",
            "X-None: 1",
            "Transfer-Encoding: chunked", "\(length)\r\nTransfer-Encoding: chunked",
        ]
        let others = [
            "Content-Encoding: gzip", "Content-Encoding: identity", "Connection: close", "Connection: keep-alive",
            "Connection: Keep-Alive", "Connection: keep-alive, x-none",
            "Connection: upgrade\r\nUpgrade: websocket", "Upgrade: h2c", "ce-id: 1\r\nce-type: a", "X-Odd: café",
            "X-Odd: a\u{1}b", "X-Odd: a\tb", "X-Odd: a\rb", "X-Odd: a\nX-More: b", "X Odd: a", "X_Odd: a", ": a",
            " folded: a",
            "X-Odd", "X-Odd:", "X-Odd: ", "Accept: */*", (0..<120).map { "X-\($0): \($0)" }.joined(separator: "\r\n"),
        ]
        return [plain, plain + "\r\n", plain + "GET", plain + plain, post(bearer, type, length, end: "\n")]
            + lines.map { post(bearer, type, length, line: $0) } + credentials.map { post($0, type, length) }
            + types.map { post(bearer, $0, length) } + lengths.map { post(bearer, type, $0) }
            + others.map { post(bearer, type, length, $0) }
    }

    /// An answer without its date, its fields in one order.
    private static func withoutMoment(_ answer: String) -> String {
        let parts = answer.components(separatedBy: "\r\n\r\n")
        let lines = (parts.first ?? "").components(separatedBy: "\r\n")
        let fields = lines.dropFirst().map { $0.lowercased() }.filter { !$0.hasPrefix("date:") }.sorted()
        return ([lines.first ?? ""] + fields + parts.dropFirst()).joined(separator: "\n")
    }
}

import ApprovalEvents
import Foundation
import LedgerEngine
import LedgerHTTP
import NIOCore
import Testing

/// Events that are taken before HTTP is decoded, and reads that take no task: nobody may be able to tell.
@Suite("A short way", .serialized) struct ShortWayTests {
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
                    _ = try await Wire.answers(1, from: client)
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
            #expect(try await answer(Wire.post(token, Event.cancelled("e-1"))).hasPrefix("HTTP/1.1 201"))
            var statuses: Set<String> = []
            for request in Self.oddPosts(token) {
                let whole = try await answer(request)
                #expect(try await answer(after: Wire.get("/healthz"), request) == whole, "\(request)")
                statuses.formUnion(Wire.statuses(in: whole))
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
            let plain = Wire.post(token, Event.cancelled("e-1"))
            for field in [
                "Proxy-Connection: close", "Connection: close", "Keep-Alive: timeout=1", "X-Connection: close",
            ] {
                let first = plain.replacing("Host: x", with: "Host: x\r\n\(field)")
                var outcomes: [[String]] = []
                for before in [[], [Wire.get("/healthz")]] {
                    let client = try RawClient(port: port)
                    defer { client.close() }
                    var seen: [String] = []
                    for request in before + [first, plain] {
                        // Where the connection has ended there is nothing to send to.
                        try? client.write(request)
                        if request == plain { client.finishWriting() }
                        seen +=
                            request == plain
                            ? Wire.statuses(in: try await client.readUntilGone())
                            : Wire.statuses(in: try await Wire.answers(1, from: client))
                    }
                    outcomes.append(Array(seen.dropFirst(before.count)).map { $0 == "201" ? "200" : $0 })
                }
                #expect(outcomes[0] == outcomes[1], "\(field)")
            }
        }
    }

    @Test func `takes a plain event as it is read, when all of it is there and nothing else`() {
        let body = Event.cancelled("e-1")
        let request = Wire.post("cst_any", body)
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
                return Wire.withoutMoment(try await client.read())
            }
            let sealed = try await answer(
                "POST", "/v1/events",
                Wire.post(submitter, Event.cancelled("e-1")).components(separatedBy: "Host: x\r\n").dropFirst().joined()
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
                    statuses.formUnion(Wire.statuses(in: direct))
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
}

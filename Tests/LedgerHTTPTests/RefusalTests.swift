import ApprovalEvents
import HTTPTypes
import HummingbirdTesting
import LedgerEngine
import LedgerHTTP
import Testing

@Suite("A refusal") struct RefusalTests {
    /// One way to be refused.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let status: Int
        let problem: String
        var pointers: [String] = []
        var type: String? = "application/cloudevents+json"
        var headers: HTTPFields = [:]
        let body: String

        var testDescription: String { name }
    }

    private static let valid = Event.cancelled("r-1")

    static let cases: [Case] = [
        Case(
            name: "no JSON", status: 400, problem: "malformed-json", pointers: ["/specversion"],
            body: "{\"specversion\":"),
        Case(name: "an empty body", status: 400, problem: "malformed-json", pointers: [""], body: ""),
        Case(
            name: "a name that stands twice", status: 400, problem: "malformed-json", pointers: ["/id"],
            body: "{\"id\":\"a\",\"id\":\"b\"}"),
        Case(
            name: "a member too many", status: 422, problem: "invalid-event", pointers: ["/data/surprise"],
            body: valid.replacing("\"data\":{", with: "\"data\":{\"surprise\":1,")),
        Case(
            name: "everything wrong at once", status: 422, problem: "invalid-event",
            pointers: ["/data/cancelled_by/id", "/data/cancelled_by/kind", "/subject"],
            body: valid.replacing("\"subject\":\"apr_1\",", with: "").replacing(
                "\"kind\":\"human\",\"id\":\"okta:00uMARIA\"", with: "\"kind\":\"ghost\"")),
        Case(
            name: "an attribute of the ledger's", status: 422, problem: "invalid-event", pointers: ["/ledgertime"],
            body: valid.replacing(
                "{\"specversion\"", with: "{\"ledgertime\":\"2026-11-22T03:00:00.000Z\",\"specversion\"")),
        Case(name: "an array", status: 422, problem: "invalid-event", pointers: [""], body: "[\(valid)]"),
        Case(
            name: "an event too large", status: 413, problem: "too-large",
            pointers: [""],
            body: Event.foreign("r-1").replacing("\"n\":1", with: "\"n\":\"\(String(repeating: "x", count: 62_000))\"")),
        Case(
            name: "a body too large", status: 413, problem: "too-large",
            body: String(repeating: " ", count: 300 << 10) + valid),
        Case(
            name: "a batch too large", status: 413, problem: "too-large", type: "application/cloudevents-batch+json",
            body: "[" + String(repeating: " ", count: 5 << 20) + "]"),
        Case(
            name: "a batch of too many", status: 413, problem: "too-large", type: "application/cloudevents-batch+json",
            body: "[\((0...1_000).map { Event.foreign("t-\($0)") }.joined(separator: ","))]"),
        Case(
            name: "another media type", status: 415, problem: "unsupported-media-type", type: "application/json",
            body: valid),
        Case(name: "no media type", status: 415, problem: "unsupported-media-type", type: nil, body: valid),
        Case(
            name: "another format of CloudEvents", status: 415, problem: "unsupported-media-type",
            type: "application/cloudevents+avro", headers: [.ce("id"): "r-1"], body: valid),
        Case(
            name: "a compressed body", status: 415, problem: "unsupported-encoding",
            headers: [.contentEncoding: "gzip"], body: valid),
        Case(
            name: "binary mode with less than it takes", status: 422, problem: "invalid-event",
            pointers: ["/source", "/specversion", "/type"], type: "text/plain", headers: [.ce("id"): "r-1"], body: "x"),
        Case(
            name: "binary mode with a broken code", status: 422, problem: "invalid-event", pointers: ["/subject"],
            type: "text/plain",
            headers: [
                .ce("id"): "r-1", .ce("source"): "/gateways/eu-1", .ce("type"): "com.example.t",
                .ce("specversion"): "1.0",
                .ce("subject"): "%C3%28", .ce("time"): "2026-11-22T02:59:59Z",
            ], body: "x"),
        Case(
            name: "a source outside", status: 403, problem: "outside-grant", pointers: ["/source"],
            body: Event.cancelled("r-1", source: "/gateways/eu-10")),
        Case(
            name: "a type of the ledger's", status: 403, problem: "outside-grant", pointers: ["/type"],
            body: """
                {"specversion":"1.0","id":"r-1","source":"/gateways/eu-1","type":"dev.countersign.ledger.marked.v1",\
                "time":"2026-11-22T02:59:59Z","data":{"at":"2026-11-22T00:00:00Z","cause":"midnight"}}
                """),
        Case(
            name: "a policy under a bare star", status: 403, problem: "outside-grant", pointers: ["/type"],
            body: """
                {"specversion":"1.0","id":"r-1","source":"/gateways/eu-1","type":"dev.countersign.roster.recorded.v1",\
                "time":"2026-11-22T02:59:59Z","data":{"group":"okta:g","mode":"snapshot","as_of":"2026-11-22T02:00:00Z",\
                "members":[],"method":"scim"}}
                """),
        Case(
            name: "a query", status: 400, problem: "malformed-request", body: "?dry-run"),
    ]

    @Test(arguments: cases) func `names its type and place, and seals nothing`(refused: Case) async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        let size = fixture.size
        let answer = try await fixture.test { client in
            if refused.body.hasPrefix("?") {
                return try await client.send(
                    "/v1/events" + refused.body, .post, token, [.contentType: "application/cloudevents+json"],
                    Self.valid)
            }
            return try await client.post(token, refused.type, refused.body, headers: refused.headers)
        }
        #expect(answer.status.code == refused.status, "\(answer.text)")
        #expect(answer.problem == refused.problem, "\(answer.text)")
        #expect(answer.pointers.sorted() == refused.pointers.sorted(), "\(answer.text)")
        #expect(answer.headers[.cacheControl] == "no-store")
        #expect(try answer.json["status"] == .number(JSONNumber(Int64(refused.status))))
        #expect(fixture.size == size)
        #expect(fixture.sequencer.status.refused[Text(refused.problem)] == 1)
    }

    @Test func `Too large comes with a word on content`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        for body in Self.cases.filter({ $0.name == "an event too large" || $0.name == "a body too large" }).map(\.body)
        {
            let answer = try await fixture.test { try await $0.submit(token, body) }
            #expect(answer.text.contains("`content`"))
        }
    }

    @Test func `Without a current token everything is the same 401`() async throws {
        let fixture = try await Fixture()
        let revoked = try await fixture.token("gone", ["submit", "read"])
        _ = try await fixture.administration.revoke(try #require(CallerID("gone")), by: try Fixture.operatorPrincipal)
        let size = fixture.size
        let unknown = "cst_0123456789abcdef_" + String(repeating: "A", count: 43)
        let header: [String?] = [
            nil, "", "Bearer", "Bearer ", "Bearer x", "Basic dTpw", "Bearer \(unknown)", "Bearer \(revoked)",
            "Bearer \(revoked) ",
        ]
        try await fixture.test { client in
            for value in header {
                for (uri, method) in [
                    ("/v1/events", .post), ("/v1/events", .get), ("/v1/events/0", .get), ("/v1/events/999", .get),
                    ("/v1/events/0/receipt", .get), ("/tile/entries/000.p/1", .get),
                ] as [(String, HTTPRequest.Method)] {
                    var headers = HTTPFields()
                    headers[.authorization] = value
                    let answer = try await client.send(uri, method, nil, headers, method == .post ? "{" : nil)
                    #expect(answer.status == .unauthorized, "\(uri) \(value ?? "-")")
                    #expect(answer.problem == "unauthenticated")
                    #expect(answer.headers[.wwwAuthenticate] == "Bearer realm=\"countersign\"")
                    #expect(!answer.text.contains("AAAA"))
                }
            }
        }
        #expect(fixture.size == size)
    }

    @Test func `A role that is missing is asked for before anything is looked up`() async throws {
        let fixture = try await Fixture()
        let submitter = try await fixture.token("gateway", ["submit"])
        let reader = try await fixture.token("reader", ["read"], sources: [])
        try await fixture.test { client in
            for uri in [
                "/v1/events", "/v1/events/0", "/v1/events/999999", "/v1/events/0/receipt", "/v1/events/999999/receipt",
                "/tile/entries/000.p/1",
            ] {
                let answer = try await client.get(uri, submitter)
                #expect(answer.status == .forbidden, "\(uri)")
                #expect(answer.problem == "role-required", "\(uri)")
            }
            let answer = try await client.submit(reader, Event.cancelled("e-1"))
            #expect(answer.problem == "role-required")
        }
    }

    @Test func `A token ends when its caller says so`() async throws {
        let fixture = try await Fixture()
        let order = try CallerOrder(
            id: "brief", roles: ["submit"], sources: ["/gateways/eu-1"], types: [], notAfter: "2026-11-22T03:00:10Z")
        let token = try await fixture.administration.create(order, by: try Fixture.operatorPrincipal).token.text
        try await fixture.test { client async throws in
            #expect(try await client.submit(token, Event.cancelled("e-1")).status == .created)
            fixture.clock.advance(seconds: 10)
            #expect(try await client.submit(token, Event.cancelled("e-1")).status == .unauthorized)
        }
    }

    @Test func `A batch that no caller's share can hold is 413, for it would never come in`() async throws {
        var limits = SequencerLimits()
        limits.callerShare = 10
        let fixture = try await Fixture(limits: limits)
        let token = try await fixture.token("gateway", ["submit"])
        let body = "[\((0..<11).map { Event.cancelled("f-\($0)") }.joined(separator: ","))]"
        let answer = try await fixture.test { try await $0.post(token, "application/cloudevents-batch+json", body) }
        #expect(answer.status == .contentTooLarge)
        #expect(answer.problem == "too-large")
    }

    @Test func `A full inbox is 429 with Retry-After`() async throws {
        var limits = SequencerLimits()
        limits.inboxEvents = 10
        let fixture = try await Fixture(limits: limits)
        let token = try await fixture.token("gateway", ["submit"])
        let size = fixture.size
        let body = "[\((0..<11).map { Event.cancelled("f-\($0)") }.joined(separator: ","))]"
        let answer = try await fixture.test { try await $0.post(token, "application/cloudevents-batch+json", body) }
        #expect(answer.status == .tooManyRequests)
        #expect(answer.problem == "inbox-full")
        #expect(answer.headers[.retryAfter] == "1")
        #expect(fixture.size == size)
    }

    @Test func `An index that is too far behind is 429 with Retry-After`() async throws {
        var limits = SequencerLimits()
        limits.indexLag = 1
        let fixture = try await Fixture(limits: limits)
        let token = try await fixture.token("gateway", ["submit"])
        let size = fixture.size
        let answer = try await fixture.test { try await $0.submit(token, Event.cancelled("e-1")) }
        #expect(answer.status == .tooManyRequests)
        #expect(answer.problem == "index-behind")
        #expect(answer.headers[.retryAfter] == "5")
        #expect(fixture.size == size)
    }

    @Test func `A body that takes too long is 408`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        let size = fixture.size
        let change: (inout ServerConfiguration) -> Void = { $0.limits.bodySeconds = 0 }
        let answer = try await fixture.test(change) { try await $0.submit(token, Event.cancelled("e-1")) }
        #expect(answer.status == .requestTimeout)
        #expect(answer.problem == "request-timeout")
        #expect(fixture.size == size)
    }

    @Test func `What was erased cannot be compared: 409, with the entry's index`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        let disclosure = Disclosure(salt: Array(1...16), name: "reason", value: "Maria asked for it")
        let event = Event.cancelled("e-1").replacing(
            "\"data\":{",
            with:
                "\"disclosures\":\"\(disclosure.text.string)~\",\"data\":{\"_sd\":[\"\(disclosure.digest.string)\"],")
        try await fixture.test { client in
            let first = try await client.submit(token, event)
            #expect(try await client.submit(token, event).status == .ok)
            let erased = RecordErased(
                target: EventRef(source: "/gateways/eu-1", id: "e-1"), digests: [disclosure.digest], basis: "GDPR 17",
                erasedBy: try Fixture.operatorPrincipal)
            let order = try ApprovalEvent.ledger(
                .recordErased(erased), id: "erased-1", time: Timestamp(milliseconds: fixture.clock.now().wall))
            _ = try await fixture.sequencer.erase(order).get()
            // Sent as it was, its digests still say that it is the same.
            #expect(try await client.submit(token, event).status == .ok)
            let open = Event.cancelled("e-1").replacing(
                "\"data\":{", with: "\"data\":{\"reason\":\"Maria asked for it\",")
            let again = try await client.submit(token, open)
            #expect(again.status == .conflict)
            #expect(again.problem == "content-erased")
            #expect(again.index == first.index)
            let receipt = try await client.get("/v1/events/\(first.index ?? 0)/receipt", token)
            #expect(receipt.status == .ok)
            #expect(!receipt.text.contains(disclosure.text.string))
        }
    }

    @Test func `A server that shuts down says 503, and is not ready`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        try await fixture.test { client in
            #expect(try await client.get("/readyz").status == .ok)
            await fixture.sequencer.shutDown()
            let answer = try await client.submit(token, Event.cancelled("e-1"))
            #expect(answer.status == .serviceUnavailable)
            #expect(answer.problem == "shutting-down")
            #expect(answer.headers[.retryAfter] == "5")
            #expect(try await client.get("/readyz").status == .serviceUnavailable)
            #expect(try await client.get("/healthz").status == .ok)
        }
    }

    @Test func `A clock that jumps back stops sealing with 503`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        let size = fixture.size
        fixture.clock.advance(seconds: -10)
        try await fixture.test { client in
            let answer = try await client.submit(token, Event.cancelled("e-1"))
            #expect(answer.status == .serviceUnavailable)
            #expect(answer.problem == "clock-stopped")
            #expect(answer.headers[.retryAfter] == "30")
        }
        #expect(fixture.size == size)
    }

    @Test(arguments: [
        "/", "/v1", "/v1/", "/v1/event", "/v1/events/", "/v1/events/01", "/v1/events/-1", "/v1/events/x",
        "/v1/events/0/", "/v1/events/0/receipts", "/v2/events", "/checkpoint/", "//checkpoint", "/tile", "/tile/",
        "/tile/0/000", "/tile/0/0", "/tile/0/000.p/0", "/tile/0/000.p/256", "/tile/64/000", "/tile/00/000.p/1",
        "/tile/0/x000/000.p/1", "/tile/entries/000", "/metrics/x", "/admin/status",
    ])
    func `There is nothing at a path that is not written exactly so`(path: String) async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("reader", ["read"], sources: [])
        let answer = try await fixture.test { try await $0.get(path, token) }
        #expect(answer.status == .notFound)
        #expect(answer.problem == "not-found")
    }

    @Test func `A method that a resource does not answer is 405 with Allow`() async throws {
        let fixture = try await Fixture()
        try await fixture.test { client in
            for method in [.put, .delete, .patch, .options, .post] as [HTTPRequest.Method] {
                for path in ["/v1/events", "/v1/events/0", "/checkpoint", "/metrics", "/tile/0/000"]
                where !(method == .post && path == "/v1/events") {
                    let answer = try await client.get(path, method: method)
                    #expect(answer.status == .methodNotAllowed)
                    #expect(answer.problem == "method-not-allowed")
                    #expect(answer.headers[.allow] == (path == "/v1/events" ? "GET, HEAD, POST" : "GET, HEAD"))
                }
            }
        }
    }
}

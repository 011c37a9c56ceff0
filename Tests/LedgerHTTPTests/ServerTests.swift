import ApprovalEvents
import Foundation
import HTTPTypes
import LedgerEngine
import LedgerHTTP
import Logging
import MerkleTree
import ServiceLifecycle
import Synchronization
import Testing

@Suite("A running server", .serialized) struct ServerTests {
    @Test func `answers on its port, and shuts down with everything sealed`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        try await fixture.serving { port, _ in
            let answer = try await RawClient.once(
                try RawClient(port: port), "POST", "/v1/events", token: token, body: Event.cancelled("e-1"),
                type: "application/cloudevents+json")
            #expect(answer.hasPrefix("HTTP/1.1 201 Created\r\n"))
            #expect(answer.contains("\"receipt\":{"))
            let ready = try await RawClient.once(try RawClient(port: port), "GET", "/readyz")
            #expect(ready.hasPrefix("HTTP/1.1 200"))
            let metrics = try await RawClient.once(try RawClient(port: port), "GET", "/metrics")
            #expect(metrics.contains("countersign_events_accepted_total{outcome=\"sealed\"} 1\n"))
            #expect(
                metrics.contains(
                    "countersign_http_requests_total{method=\"POST\",route=\"/v1/events\",status=\"201\"} 1\n"))
        }
        #expect(fixture.sequencer.status.condition == .shuttingDown)
    }

    @Test func `answers what is in flight when it is told to shut down`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        let pending = Mutex<RawClient?>(nil)
        let change: (inout ServerConfiguration) -> Void = { $0.drainSeconds = 1 }
        try await fixture.serving(change) { port, _ in
            // Half a request: its end comes after the shutdown began.
            let client = try RawClient(port: port)
            let body = Event.cancelled("e-1")
            try client.write(
                "POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\nContent-Type: application/cloudevents+json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
            )
            try client.write(String(body.prefix(20)))
            try await Task.sleep(for: .milliseconds(200))
            pending.withLock { $0 = client }
            Thread.detachNewThread {
                Thread.sleep(forTimeInterval: 0.3)
                try? client.write(String(body.dropFirst(20)))
            }
        }
        let client = try #require(pending.withLock { $0 })
        #expect(try await client.read().hasPrefix("HTTP/1.1 201 Created\r\n"))
        client.close()
    }

    @Test func `takes orders on its control socket, which only its owner can open`() async throws {
        let fixture = try await Fixture()
        try await fixture.serving { port, socket in
            #expect(try FileManager.default.attributesOfItem(atPath: socket)[.posixPermissions] as? Int == 0o600)
            func order(_ method: String, _ path: String, _ body: String? = nil) async throws -> String {
                try await RawClient.once(
                    try RawClient(socketPath: socket), method, path, body: body, type: "application/json")
            }
            let status = try await order("GET", "/admin/status")
            #expect(status.contains("\"condition\":\"running\""))
            let made = try await order(
                "POST", "/admin/callers",
                #"{"caller":"gw","roles":["submit"],"source_prefixes":["/gateways/eu-1"],"types":[],"by":"os:maria@host"}"#
            )
            #expect(made.hasPrefix("HTTP/1.1 201"))
            let found = made.range(of: "cst_")
            let token = String(made[try #require(found?.lowerBound)...].prefix(64))
            func submit(_ id: String) async throws -> String {
                try await RawClient.once(
                    try RawClient(port: port), "POST", "/v1/events", token: token, body: Event.cancelled(id),
                    type: "application/cloudevents+json")
            }
            #expect(try await submit("e-1").hasPrefix("HTTP/1.1 201"))
            #expect(
                try await order("POST", "/admin/callers", #"{"caller":"gw","roles":["read"],"by":"os:maria@host"}"#)
                    .contains(
                        "caller-taken"))
            #expect(
                try await order("POST", "/admin/callers", #"{"caller":"g w","roles":["root"],"by":"os:maria@host"}"#)
                    .contains("\"pointer\":\"/roles/0\""))
            #expect(
                try await order("POST", "/admin/callers", #"{"caller":"gx","roles":["read"]}"#).contains(
                    "malformed-request"))
            #expect(try await order("POST", "/admin/callers", "{").contains("malformed-json"))
            let list = try await order("GET", "/admin/callers")
            #expect(list.contains("\"caller\":\"gw\"") && !list.contains("sha256"))
            let mark = try await order("POST", "/admin/marks")
            #expect(mark.hasPrefix("HTTP/1.1 201") && mark.contains("{\"at\":\"2026-11-22T03:00:00."))
            #expect(
                try await order("POST", "/admin/callers/gw/revoke", #"{"by":"os:maria@host"}"#).hasPrefix(
                    "HTTP/1.1 200"))
            #expect(try await submit("e-2").hasPrefix("HTTP/1.1 401"))
            #expect(
                try await order("POST", "/admin/callers/nobody/revoke", #"{"by":"os:maria@host"}"#).contains(
                    "not-found"))
            #expect(try await order("DELETE", "/admin/callers").hasPrefix("HTTP/1.1 405"))
            #expect(try await order("GET", "/v1/events").hasPrefix("HTTP/1.1 404"))
            // The network has none of these routes.
            #expect(
                try await RawClient.once(try RawClient(port: port), "GET", "/admin/status").hasPrefix("HTTP/1.1 404"))
        }
    }

    @Test func `seals who ordered a change, and how he was authenticated, as the order says it`() async throws {
        let fixture = try await Fixture()
        try await fixture.serving { _, socket in
            func order(_ caller: String, _ members: String) async throws -> String {
                try await RawClient.once(
                    try RawClient(socketPath: socket), "POST", "/admin/callers",
                    body: #"{"caller":"\#(caller)","roles":["read"],"by":"os:maria@host"\#(members)}"#)
            }
            let unverified = Auth(method: "os-login", strength: .none)
            for (caller, members, kind, auth) in [
                ("a", "", .human, nil),
                ("b", #","by_auth":{"method":"os-login","strength":"none"}"#, .human, unverified),
                ("c", #","by_kind":"service","by_auth":{"strength":"none","method":"os-login"}"#, .service, unverified),
            ] as [(String, String, PrincipalKind, Auth?)] {
                #expect(try await order(caller, members).hasPrefix("HTTP/1.1 201"))
                let entry = try fixture.sequencer.reader.entry(at: LeafIndex(fixture.size - 1))
                guard case .ledgerCallerChanged(let change) = entry.payload else { throw Unexpected("\(entry)") }
                #expect(change.by == Principal(kind: kind, id: try Fixture.principal("os:maria@host"), auth: auth))
            }
            let size = fixture.size
            for (auth, pointer) in [
                (#""os-login""#, "/by_auth"), (#"{"method":"os-login"}"#, "/by_auth/strength"),
                (#"{"method":"x","strength":"weak"}"#, "/by_auth/strength"),
                (#"{"method":"x","strength":"none","more":1}"#, "/by_auth/more"),
            ] {
                let answer = try await order("d", #","by_auth":"# + auth)
                #expect(
                    answer.contains("malformed-request") && answer.contains("\"pointer\":\"\(pointer)\""), "\(answer)")
            }
            #expect(fixture.size == size)
        }
    }

    @Test func `closes a connection whose head does not come`() async throws {
        let fixture = try await Fixture()
        let change: (inout ServerConfiguration) -> Void = { $0.limits.idleSeconds = 1 }
        try await fixture.serving(change) { port, _ in
            let client = try RawClient(port: port)
            defer { client.close() }
            try client.write("GET /healthz HTTP/1.1\r\nHost: ")
            // It ends before the socket is closed: afterwards its number is another's.
            async let drops: Int = {
                for number in 0..<600 {
                    try await Task.sleep(for: .milliseconds(100))
                    guard (try? client.write("x")) != nil else { return number }
                }
                return 600
            }()
            #expect(try await client.readUntilGone() == "")
            #expect(try await drops < 600, "it was closed while more of the head came")
        }
    }

    @Test func `refuses a head that is too large or broken, and stays up`() async throws {
        let fixture = try await Fixture()
        try await fixture.serving { port, _ in
            let whole = "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: \(String(repeating: "y", count: 100_000))\r\n\r\n"
            for text in [
                whole, "GET\r\n\r\n", "\u{0}\u{1}\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
                "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                "POST /v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            ] {
                let client = try RawClient(port: port)
                try? client.write(text)
                _ = try? await client.read { $0.contains("\r\n\r\n") }
                client.close()
            }
            #expect(try await RawClient.once(try RawClient(port: port), "GET", "/healthz").hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func `does not fall over any prefix of a request, nor over any byte changed`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        try await fixture.serving { port, _ in
            let body = Event.cancelled("e-1")
            let request = Array(
                "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\nContent-Type: application/cloudevents+json\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                    .utf8)
            for length in stride(from: 0, to: request.count, by: 3) {
                let client = try RawClient(port: port)
                try? client.write(String(decoding: request[..<length], as: UTF8.self))
                client.close()
            }
            let end = request.count - body.utf8.count
            for place in 0..<end {
                var changed = request
                changed[place] ^= 0x02
                let client = try RawClient(port: port)
                try? client.write(String(decoding: changed, as: UTF8.self))
                Thread.detachNewThread {
                    Thread.sleep(forTimeInterval: 0.05)
                    client.close()
                }
            }
            #expect(try await RawClient.once(try RawClient(port: port), "GET", "/healthz").hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func `streams lines: the first are answered before the last are sent`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        try await fixture.serving { port, _ in
            let client = try RawClient(port: port)
            defer { client.close() }
            let one = Event.cancelled("l-1") + "\n"
            let two = Event.cancelled("l-2")
            try client.write(
                "POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
            try client.write("\(String(one.utf8.count, radix: 16))\r\n\(one)\r\n")
            #expect(try await client.read { $0.contains("\"line\":1") }.contains("\"status\":201"))
            try client.write("\(String(two.utf8.count, radix: 16))\r\n\(two)\r\n0\r\n\r\n")
            let rest = try await client.read { $0.hasSuffix("0\r\n\r\n") }
            #expect(rest.contains("\"line\":2"))
            #expect(rest.contains("\"checkpoint\""))
        }
    }

    @Test(arguments: [
        "0.0.0.0:8440", "[::]:8440", "192.168.1.5:80", "example.org:443", "localhost.example.org:1",
        "127.0.0.1.example.org:1", "1270.0.0.1:1",
    ])
    func `does not listen where others can hear without TLS in front`(address: String) async throws {
        let fixture = try await Fixture()
        var configuration = ServerConfiguration(listen: try #require(ListenAddress(address)))
        #expect(throws: Server.Refused.self) {
            try Server(ledger: fixture.ledger, configuration: configuration, logger: Logger(label: "test"))
        }
        configuration.isBehindTLS = true
        _ = try Server(ledger: fixture.ledger, configuration: configuration, logger: Logger(label: "test"))
    }

    @Test(arguments: ["127.0.0.1:0", "127.8.8.8:80", "[::1]:8440", "localhost:8440"]) func `listens on this machine`(
        address: String
    ) throws {
        let listen = try #require(ListenAddress(address))
        #expect(listen.isLoopback)
        #expect(listen.description == address)
    }

    @Test(arguments: [
        "", "127.0.0.1", ":80", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:080", "::1:80", "[::1]80", "a b:1",
    ])
    func `has no address that is none`(address: String) {
        #expect(ListenAddress(address) == nil)
    }
}

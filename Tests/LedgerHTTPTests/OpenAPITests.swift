import ApprovalEvents
import Foundation
import HTTPTypes
import HummingbirdTesting
import LedgerCrypto
import LedgerEngine
import LedgerHTTP
import Synchronization
import TestMaterial
import Testing

@Suite("The description of the API") struct OpenAPITests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Paths and methods as the file writes them: a path stands at two blanks, a method at four.
    private static func described() throws -> [String: Set<String>] {
        let text = try String(contentsOf: root.appendingPathComponent("schemas/openapi.yaml"), encoding: .utf8)
        var paths: [String: Set<String>] = [:]
        var path: String?
        for line in text.split(separator: "\n") {
            if line.hasPrefix("components:") { break }
            if line.hasPrefix("  /"), line.hasSuffix(":") {
                path = String(line.dropFirst(2).dropLast())
                paths[path ?? ""] = []
            } else if let path, line.hasPrefix("    "), !line.hasPrefix("     "),
                let word = line.dropFirst(4).split(separator: ":").first,
                ["get", "head", "post", "put", "patch", "delete"].contains(word)
            {
                paths[path]?.insert(word.uppercased())
            }
        }
        return paths
    }

    @Test func `The router and the description have the same paths and methods`() throws {
        #expect(try Self.described() == LedgerResponder.routes.mapValues { Set($0) })
    }

    @Test func `Every problem type is described, in both pages`() throws {
        let page = try String(contentsOf: Self.root.appendingPathComponent("schemas/problems.md"), encoding: .utf8)
        let api = try String(contentsOf: Self.root.appendingPathComponent("schemas/openapi.yaml"), encoding: .utf8)
        for type in ProblemType.allCases {
            #expect(page.contains("| `\(type.rawValue)` | \(type.status) |"), "\(type)")
            #expect(api.contains("            - \(type.uri)\n"), "\(type)")
        }
    }

    /// Answers as `tools/check-openapi` reads them.
    private final class Record: Sendable {
        private let lines = Mutex<[String]>([])

        func add(_ route: String, _ method: HTTPRequest.Method, _ answer: TestResponse) {
            var headers = JSONObject()
            for field in answer.headers { headers[Text(field.name.canonicalName)] = .string(Text(field.value)) }
            let line: JSONValue = [
                "route": .string(Text(route)), "method": .string(Text(method.rawValue)),
                "status": .number(JSONNumber(Int64(answer.status.code))), "headers": .object(headers),
                "body": .string(Text(Base64.string(answer.bytes))),
            ]
            lines.withLock { $0.append(String(decoding: line.canonicalBytes, as: UTF8.self)) }
        }

        var text: String { lines.withLock { $0.joined(separator: "\n") + "\n" } }
    }

    private static func tool(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = try ChildProcess(
            URL(fileURLWithPath: "/usr/bin/env"),
            ["python3", root.appendingPathComponent("tools/check-openapi").path] + arguments, output: .pipe,
            errors: .pipe)
        let output = process.output.readDataToEndOfFile()
        return (process.waitUntilExit(), String(decoding: output, as: UTF8.self))
    }

    /// Whether the tool has the Python modules that it needs.
    private static let canCheck = (try? tool([]).status) != 3
    private static let skipNote: Comment =
        "NOT CHECKED: the API's description needs python3 with PyYAML and jsonschema (pip install pyyaml jsonschema openapi-spec-validator)"

    @Test(.enabled(if: canCheck, skipNote)) func `The description is valid, and its examples satisfy it`() throws {
        let (status, output) = try Self.tool([])
        #expect(status == 0, "\(output)")
    }

    @Test(.enabled(if: canCheck, skipNote)) func `What the server answers is what the description says`() async throws {
        let fixture = try await Fixture()
        let own = try await fixture.token("gateway", ["submit"])
        let reader = try await fixture.token("reader", ["read"], sources: [])
        let auditor = try await fixture.token("auditor", ["audit"], sources: [])
        let record = Record()
        try await fixture.running { client in
            try await Self.submit(client, own, record)
            try await fixture.indexed()
            for token in [auditor, reader, nil] {
                record.add("/v1/marks", .post, try await client.send("/v1/marks", .post, token))
            }
            record.add("/v1/marks", .post, try await client.send("/v1/marks?at=now", .post, auditor))
            try await Self.read(client, own: own, reader: reader, size: fixture.size, record)
            await fixture.sequencer.shutDown()
            record.add("/readyz", .get, try await client.get("/readyz"))
            record.add("/v1/events", .post, try await client.submit(own, Event.cancelled("late")))
            record.add("/v1/marks", .post, try await client.send("/v1/marks", .post, auditor))
        }
        let file = fixture.path + "/answers.ndjson"
        try record.text.write(toFile: file, atomically: true, encoding: .utf8)
        let (status, output) = try Self.tool([file])
        #expect(status == 0, "\(output)")
    }

    private static func submit(_ client: any TestClientProtocol, _ own: String, _ record: Record) async throws {
        let disclosure = Disclosure(salt: Array(1...16), name: "reason", value: "Maria asked for it")
        let concealing = Event.cancelled("d-1").replacing(
            "\"data\":{",
            with: "\"disclosures\":\"\(disclosure.text.string)~\",\"data\":{\"_sd\":[\"\(disclosure.digest.string)\"],")
        for body in [
            Event.cancelled("e-1"), Event.cancelled("e-1"), Event.cancelled("e-1", by: "okta:other"),
            Event.foreign("f-1"), concealing, "{",
            Event.cancelled("e-2", source: "/elsewhere"), Event.cancelled("e-2").replacing("human", with: "ghost"),
            String(repeating: " ", count: 300 << 10),
        ] {
            record.add("/v1/events", .post, try await client.submit(own, body))
        }
        let batch = "[\(Event.cancelled("b-1")),\(Event.cancelled("b-2"))]"
        for type in ["application/cloudevents-batch+json", "application/cloudevents-batch+json", "application/json"] {
            record.add("/v1/events", .post, try await client.post(own, type, batch))
        }
        let lines = [
            Event.cancelled("l-1"), "{", Event.cancelled("e-1"), Event.cancelled("e-2", source: "/x"),
            Event.cancelled("e-1", by: "okta:o"),
        ]
        record.add(
            "/v1/events", .post, try await client.post(own, "application/x-ndjson", lines.joined(separator: "\n")))
        record.add("/v1/events", .post, try await client.post(nil, nil, ""))
        record.add("/v1/events", .post, try await client.post(own, nil, "", headers: [.contentEncoding: "gzip"]))
    }

    private static func read(
        _ client: any TestClientProtocol, own: String, reader: String, size: UInt64, _ record: Record
    ) async throws {
        let paths: [(route: String, uris: [String])] = [
            ("/v1/events", ["/v1/events", "/v1/events?limit=2", "/v1/events?limit=0"]),
            ("/v1/events/{index}", ["/v1/events/0", "/v1/events/\(size - 1)", "/v1/events/\(size)", "/v1/events/0?x"]),
            (
                "/v1/events/{index}/receipt",
                ["/v1/events/0/receipt", "/v1/events/\(size)/receipt", "/v1/events/3/receipt?disclosures=all"]
            ),
            (
                "/v1/evidence",
                [
                    "/v1/evidence", "/v1/evidence?from=2026-11-21T00:00:00Z", "/v1/evidence?to=2027-01-01T00:00:00Z",
                    "/v1/evidence?from=2027-01-01T00:00:00Z&to=2026-01-01T00:00:00Z", "/v1/evidence?to=today",
                ]
            ),
            ("/v1/marks", ["/v1/marks", "/v1/marks?at=now"]),
            (
                "/v1/proofs/inclusion",
                ["/v1/proofs/inclusion?index=1", "/v1/proofs/inclusion?index=0&size=1", "/v1/proofs/inclusion"]
            ),
            (
                "/v1/proofs/consistency",
                [
                    "/v1/proofs/consistency?first=1", "/v1/proofs/consistency?first=2&second=5",
                    "/v1/proofs/consistency?first=0",
                ]
            ),
            ("/v1/timestamps", ["/v1/timestamps", "/v1/timestamps?x"]),
            ("/v1/timestamps/{size}", ["/v1/timestamps/1", "/v1/timestamps/2", "/v1/timestamps/1?x"]),
            ("/checkpoint", ["/checkpoint", "/checkpoint?x"]),
            ("/tile/{tile}", ["/tile/0/000.p/3", "/tile/entries/000.p/2", "/tile/9/000"]),
            ("/healthz", ["/healthz", "/healthz?x"]), ("/readyz", ["/readyz"]), ("/metrics", ["/metrics"]),
            ("/nothing", ["/nothing"]),
        ]
        for (route, uris) in paths {
            for uri in uris {
                for token in [reader, own, nil] {
                    for method in [.get, .head] as [HTTPRequest.Method] {
                        record.add(route, method, try await client.get(uri, token, method: method))
                    }
                }
                record.add(route, .delete, try await client.get(uri, reader, method: .delete))
            }
        }
    }
}

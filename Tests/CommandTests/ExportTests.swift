import Foundation
import TestMaterial
import Testing

/// Evidence over the network is the evidence from the files.
struct ExportTests {
    /// A running ledger with some events, and a token file for each role.
    private struct Running {
        let scratch: ScratchFolder
        let ledger: TestLedger
        let server: ServerProcess

        init() async throws {
            scratch = try ScratchFolder()
            ledger = try TestLedger(in: scratch)
            server = try ServerProcess(data: ledger.data)
            let client = Client(address: server.address, token: ledger.token)
            for number in 0..<100 {
                #expect(try await client.post(Load.event(id: "event-\(number)")).status == 201)
            }
            for role in ["submit", "read", "audit"] {
                let sources = role == "submit" ? ["--source", "/gateways"] : []
                let made = try Binary.countersign.run(
                    ["token", "create", "--data", ledger.data, "--name", role, "--role", role] + sources)
                try #require(made.code == 0, "\(made.errors)")
                try Data(made.output.utf8).write(to: scratch.url.appendingPathComponent(role))
            }
        }

        func export(_ role: String, _ arguments: String..., trust: String? = nil) throws -> CommandResult {
            try Binary.countersign.run(
                [
                    "export", "--server", server.address, "--token-file", role, "--trust",
                    trust ?? ledger.data + "/trust",
                ]
                    + arguments, in: scratch.url)
        }

        func local(_ arguments: String...) throws -> CommandResult {
            try Binary.countersign.run(["export", "--data", ledger.data] + arguments, in: scratch.url)
        }

        func bytes(_ name: String) throws -> Data { try Data(contentsOf: scratch.url.appendingPathComponent(name)) }

        var files: [String] {
            get throws { try FileManager.default.contentsOfDirectory(atPath: scratch.url.path) }
        }
    }

    @Test func `a server and the files give the same package and the same extract, and the log stays as it is`()
        async throws
    {
        let running = try await Running()
        let first = try running.export("audit", "--out", "first.zip")
        #expect(first.code == 0 && first.output == "wrote first.zip\n" && first.errors.isEmpty, "\(first)")
        let end = try Self.end(of: running.bytes("first.zip"))
        for (near, far) in [
            (
                try running.local("--to", end, "--out", "near.zip"),
                try running.export("read", "--to", end, "--out", "far.zip")
            ),
            (
                try running.local("--to", end, "--extract-only", "--out", "near.extract"),
                try running.export("read", "--to", end, "--extract-only", "--out", "far.extract")
            ),
        ] {
            #expect(near.code == 0 && far.code == 0, "\(near)\(far)")
        }
        #expect(try running.bytes("near.zip") == running.bytes("first.zip"))
        #expect(try running.bytes("far.zip") == running.bytes("first.zip"))
        #expect(try running.bytes("near.extract") == running.bytes("far.extract"))
        let verified = try Binary.verify.run(
            ["package", "far.zip", "--trust", running.ledger.data + "/trust"], in: running.scratch.url)
        #expect(verified.code == 0, "\(verified)")
        running.server.stop()
        #expect(try running.local("--to", end, "--extract-only", "--out", "still.extract").code == 0)
        #expect(try !running.bytes("still.extract").isEmpty)
    }

    /// The `to` of a package's scope.
    private static func end(of package: Data) throws -> String {
        let text = String(decoding: package, as: UTF8.self)
        return String(try #require(text.firstMatch(of: /"to":"([^"]*)"/)).1)
    }

    @Test func `what is refused is said in words and by the exit code, and leaves no file`() async throws {
        let running = try await Running()
        let before = try running.files.sorted()
        let elsewhere = try ScratchFolder()
        let other = try TestLedger(in: elsewhere)
        for (result, code, words) in [
            (try running.export("read", "--out", "x"), 1, "the role audit or administer"),
            (try running.export("submit", "--to", "2020-01-01", "--out", "x"), 1, "the role read"),
            (try running.export("audit", "--to", "2020-01-01", "--out", "x"), 1, "before the log's first entry"),
            (try running.export("audit", "--to", "2100-01-01", "--out", "x"), 1, "no mark at 2100-01-01T00:00:00.000Z"),
            (try running.local("--to", "2100-01-01", "--out", "x"), 1, "no mark at 2100-01-01T00:00:00.000Z"),
            (
                try running.export("audit", "--from", "2100-01-01", "--to", "2020-01-01", "--out", "x"), 2,
                "is not before"
            ),
            (try running.export("audit", "--from", "yesterday", "--out", "x"), 2, "--from takes a time"),
            (try running.export("nobody", "--out", "x"), 2, "cannot read nobody"),
            (try running.export("audit", "--out", "x", trust: "nothing"), 2, "cannot read nothing"),
            (try running.export("audit", "--out", "x", trust: other.data + "/trust"), 1, "this is no evidence"),
            (
                try running.export("audit", "--out", "x", "--extract-only", trust: other.data + "/trust"), 1,
                "no evidence"
            ),
            (
                try running.local("--server", running.server.address, "--out", "x"), 2,
                "either --data DIR or --server URL"
            ),
            (try Binary.countersign.run(["export", "--out", "x"]), 2, "either --data DIR or --server URL"),
            (try running.export("audit", "--framework", "iso", "--out", "x"), 2, "soc2 or fedramp"),
        ] as [(CommandResult, Int32, String)] {
            #expect(result.code == code && result.output.isEmpty, "\(result)")
            #expect(result.errors.contains(words), "\(result.errors)")
        }
        let untrusting = try Binary.countersign.run(
            ["export", "--server", running.server.address, "--token-file", "audit", "--out", "x"],
            in: running.scratch.url)
        #expect(untrusting.code == 2 && untrusting.errors.contains("--trust is missing"))
        #expect(try running.files.sorted() == before)
        running.server.stop()
        let gone = try running.export("audit", "--to", "2020-01-01", "--out", "x")
        #expect(gone.code == 4 && gone.errors.contains("run again"), "\(gone)")
        #expect(try running.files.sorted() == before)
    }

    @Test func `an answer that breaks off is no evidence: exit 4, and no file`() async throws {
        let running = try await Running()
        #expect(try running.export("audit", "--extract-only", "--out", "whole.extract").code == 0)
        let whole = try running.bytes("whole.extract")
        let before = try running.files.sorted()
        for length in [0, 10, whole.count / 2, whole.count - 1, whole.count] {
            let stub = try HalfServer(answering: whole.prefix(length))
            let result = try Binary.countersign.run(
                [
                    "export", "--server", stub.address, "--token-file", "audit", "--trust",
                    running.ledger.data + "/trust", "--to", "2100-01-01", "--extract-only", "--out", "x",
                ], in: running.scratch.url)
            #expect(result.code == 4 && result.errors.contains("broke off after"), "\(result)")
        }
        #expect(try running.files.sorted() == before)
    }

    @Test func `midnights that passed while nobody wrote are marked when they are asked for`() async throws {
        let scratch = try ScratchFolder()
        let shim = try StoryClock(in: scratch)
        func run(_ arguments: String...) throws -> CommandResult {
            try Binary.countersign.run(arguments, in: scratch.url, environment: shim.environment)
        }
        try shim.set("2026-11-01T23:00:00Z")
        #expect(try run("init", "--data", "ledger", "--origin", "night.example.com").code == 0)
        try shim.set("2026-11-02T01:00:00Z")
        let future = try run("export", "--data", "ledger", "--to", "2026-11-03", "--out", "x.zip")
        #expect(future.code == 1 && future.errors.contains("no mark at 2026-11-03T00:00:00.000Z"), "\(future)")
        let made = try run("export", "--data", "ledger", "--to", "2026-11-02", "--out", "day.zip")
        #expect(made.code == 0, "\(made)")
        let again = try run("export", "--data", "ledger", "--to", "2026-11-02", "--out", "again.zip")
        #expect(again.code == 0, "\(again)")
        #expect(
            try Data(contentsOf: scratch.url.appendingPathComponent("day.zip"))
                == Data(contentsOf: scratch.url.appendingPathComponent("again.zip")))
    }
}

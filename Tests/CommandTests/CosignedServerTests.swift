import Foundation
import LedgerCrypto
import MerkleTree
import SignedNotes
import TestMaterial
import Testing

/// A server whose heads are cosigned by witnesses, all of them real processes.
@Suite(.timeLimit(.minutes(20))) struct CosignedServerTests {
    @Test func `heads are cosigned, shown and kept, and receipts verify under a quorum`() async throws {
        let town = try CosignedLog(witnesses: 3, quorum: 2)
        town.stopWitness(2)
        let server = try town.serve()
        defer { server.stop() }
        _ = try await town.wait(for: "/readyz", 200, at: server)
        #expect(try await town.post("one", to: server).status == 201)
        let verdict = try await town.wait(forCheckpoint: 4, at: server)
        #expect(verdict.cosigners.count == 2)
        let receipt = try await town.wait(for: "/v1/events/\(verdict.head.size.value - 1)/receipt", 200, at: server)
        let file = town.scratch.path("receipt")
        try writeFile(receipt, file)
        let checked = try Binary.verify.run(["receipt", file, "--trust", town.policy])
        #expect(
            checked.code == 0 && checked.output.contains("holds        the witnesses that the trust file asks for"),
            "\(checked.output)")

        // The third comes back, and its signature is added while the head stands.
        try town.startWitness(2)
        var cosigners = 0
        for _ in 0..<3_000 where cosigners < 3 {
            cosigners = try await town.wait(forCheckpoint: 4, at: server).cosigners.count
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(cosigners == 3)
        let metrics = String(decoding: try await town.get("/metrics", from: server).body, as: UTF8.self)
        #expect(metrics.contains("countersign_witness_cosigning{witness=\"w2\"} 1"), "\(metrics)")
        let ready = String(decoding: try await town.get("/readyz", from: server).body, as: UTF8.self)
        #expect(ready.contains(#""condition":"cosigning","cosigned":"#), "\(ready)")
        // An export cuts a mark, and waits until that is cosigned; the server running or not.
        let running = try Binary.countersign.run([
            "export", "--data", town.data, "--to", "now", "--trust", town.policy, "--out", town.scratch.path("1.zip"),
        ])
        #expect(running.code == 0, "\(running)")
        #expect(server.stop() == 0)
        let stopped = try Binary.countersign.run([
            "export", "--data", town.data, "--to", "now", "--trust", town.policy, "--out", town.scratch.path("2.zip"),
        ])
        #expect(stopped.code == 0, "\(stopped)")
        for package in ["1.zip", "2.zip"] {
            let checked = try Binary.verify.run(["package", town.scratch.path(package), "--trust", town.policy])
            #expect(checked.code == 0, "\(checked.output)")
        }
        // What is exported from the files is under the quorum too.
        try town.log.export(to: town.scratch.path("tiles"))
        let log = try Binary.verify.run(["log", town.scratch.path("tiles"), "--trust", town.policy])
        #expect(log.code == 0, "\(log.output)")
        let again = try town.serve()
        defer { again.stop() }
        _ = try await town.wait(for: "/readyz", 200, at: again)
        #expect(try await town.wait(forCheckpoint: 5, at: again).cosigners.count >= 2)
    }

    @Test func `cosigned acknowledgements: one, a batch, lines; and what is said where the quorum does not come`()
        async throws
    {
        let town = try CosignedLog(witnesses: 1)
        let server = try town.serve(["--acknowledge", "cosigned", "--cosign-limit", "2"])
        defer { server.stop() }
        _ = try await town.wait(for: "/readyz", 200, at: server)
        let policy = try TLogPolicy(parsing: readFile(town.policy))

        let one = try await town.post("one", to: server)
        #expect(one.status == 201)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(one.body)) as? [String: Any])
        try writeFile(
            [UInt8](JSONSerialization.data(withJSONObject: try #require(object["receipt"]))), town.scratch.path("r"))
        let checked = try Binary.verify.run(["receipt", town.scratch.path("r"), "--trust", town.policy])
        #expect(checked.code == 0, "\(checked.output)")
        let batch = try await town.post(
            body: "[\(Load.event(id: "b1")),\(Load.event(id: "b2"))]", "application/cloudevents-batch+json", to: server)
        let lines = try await town.post(
            body: "\(Load.event(id: "l1"))\n\(Load.event(id: "one"))\n", "application/x-ndjson", to: server)
        #expect(batch.status == 201 && lines.status == 200)
        for answer in [batch.body, Array(lines.body.split(separator: 0x0A).last ?? [])] {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(answer)) as? [String: Any])
            let note = try #require(object["checkpoint"] as? String)
            #expect(try policy.verify(note: SignedNote(parsing: Array(note.utf8))).cosigners.count == 1)
        }

        town.stopWitness(0)
        let late = try await town.post("late", to: server)
        #expect(late.status == 503 && String(decoding: late.body, as: UTF8.self).contains("not-cosigned"))
        #expect(String(decoding: late.body, as: UTF8.self).contains("is recorded"))
        let lateLines = try await town.post(body: Load.event(id: "late"), "application/x-ndjson", to: server)
        #expect(String(decoding: lateLines.body, as: UTF8.self).contains(#""status":503"#))
        let lateBatch = try await town.post(
            body: "[\(Load.event(id: "late"))]", "application/cloudevents-batch+json", to: server)
        #expect(lateBatch.status == 503)
        try town.startWitness(0)
        for _ in 0..<60 where try await town.post("late", to: server).status != 200 {}
        #expect(try await town.post("late", to: server).status == 200, "it was recorded, and is cosigned now")
    }

    @Test func `nothing is signed at the start before the quorum has cosigned the newest stored head`() async throws {
        let town = try CosignedLog(witnesses: 1)
        var server = try town.serve()
        _ = try await town.wait(for: "/readyz", 200, at: server)
        let before = try await town.wait(forCheckpoint: 3, at: server)
        #expect(server.stop() == 0)
        town.stopWitness(0)
        let heads = try readFile(town.data + "/heads")
        // The option is not said again: the ledger knows.
        server = try ServerProcess(data: town.data)
        let ready = try await town.wait(for: "/readyz", 503, at: server)
        #expect(String(decoding: ready, as: UTF8.self).contains("awaiting-witnesses"))
        let refused = try await town.post("one", to: server)
        #expect(refused.status == 503 && String(decoding: refused.body, as: UTF8.self).contains("awaiting-witnesses"))
        #expect(try await town.wait(forCheckpoint: before.head.size.value, at: server).head == before.head)
        let token = try Binary.countersign.run(["token", "revoke", "--data", town.data, "--name", "gateway"])
        #expect(token.code == 1 && token.errors.contains("have not confirmed the log yet"), "\(token)")
        #expect(server.stop() == 0)
        #expect(try readFile(town.data + "/heads") == heads, "nothing was signed")

        // Nor by a command without a server.
        let made = try Binary.countersign.run([
            "token", "create", "--data", town.data, "--name", "other", "--role", "read",
        ])
        #expect(made.code == 4 && made.errors.contains("nothing is signed without it"), "\(made)")
        #expect(try readFile(town.data + "/heads") == heads, "nothing was signed")
        try town.startWitness(0)
        let now = try Binary.countersign.run([
            "token", "create", "--data", town.data, "--name", "another", "--role", "read",
        ])
        #expect(now.code == 0, "\(now)")
        server = try ServerProcess(data: town.data)
        _ = try await town.wait(for: "/readyz", 200, at: server)
        #expect(server.stop() == 0)
    }

    @Test func `a restored backup is not served, and says what to do`() async throws {
        let town = try CosignedLog(witnesses: 1)
        var server = try town.serve()
        _ = try await town.wait(for: "/readyz", 200, at: server)
        #expect(server.stop() == 0)
        let backup = town.scratch.path("backup")
        try town.log.backUp(to: backup)
        server = try town.serve()
        _ = try await town.wait(for: "/readyz", 200, at: server)
        #expect(try await town.post("one", to: server).status == 201)
        _ = try await town.wait(forCheckpoint: 4, at: server)
        #expect(server.stop() == 0)

        let heads = try readFile(backup + "/heads")
        let restored = try ServerProcess(data: backup)
        #expect(restored.waitUntilExit() == 1)
        let said = town.errors(of: backup)
        #expect(
            said.contains("the witness 'w0' has cosigned") && said.contains("older than what was cosigned"), "\(said)")
        #expect(said.contains("countersign restore"), "\(said)")
        #expect(try readFile(backup + "/heads") == heads, "nothing was signed")
        let kept = try FileManager.default.contentsOfDirectory(atPath: backup).filter { $0.hasPrefix("rollback-") }
        #expect(kept.count == 1)
    }

    @Test func `of a directory and its copy at most one goes on`() async throws {
        let town = try CosignedLog(witnesses: 1)
        let first = try town.serve()
        _ = try await town.wait(for: "/readyz", 200, at: first)
        #expect(first.stop() == 0)
        let copy = town.scratch.path("copy")
        try town.log.backUp(to: copy)
        let server = try town.serve(["--acknowledge", "cosigned"])
        defer { server.stop() }
        let other = try town.serve(["--acknowledge", "cosigned"], data: copy)
        // Until now they are the same, so both are let in.
        for both in [server, other] { _ = try await town.wait(for: "/readyz", 200, at: both) }

        // One goes on; whichever is second is stopped by its first head.
        let (here, there) = (server.address, other.address)
        let ledger = town.log.ledger
        async let one = ledger.post("one", to: here)
        async let two = ledger.post("two", to: there)
        let answers = await [one, two]
        #expect(answers.count { $0 == 201 } <= 1, "\(answers)")
        for _ in 0..<3_000 where server.isRunning && other.isRunning { try await Task.sleep(for: .milliseconds(20)) }
        try #require(server.isRunning != other.isRunning, "two histories are being signed")
        let stopped = server.isRunning ? (other, copy) : (server, town.data)
        #expect(stopped.0.waitUntilExit() == 1)
        let said = town.errors(of: stopped.1)
        #expect(said.contains("another copy of them is being served"), "\(said)")
        let survivor = server.isRunning ? server : other
        #expect(try await town.post("three", to: survivor).status == 201)
        #expect(survivor.stop() == 0)
    }

    @Test func `a second server on one directory is refused`() async throws {
        let town = try CosignedLog(witnesses: 1)
        let server = try town.serve()
        defer { server.stop() }
        let error = #expect(throws: ServerDidNotStart.self) { try town.serve() }
        #expect(error?.output.contains("another process writes this log") == true)
        let setting = try readFile(town.data + "/witnesses")
        for arguments in [["--witnesses", "none"], ["--witnesses", "none", "--acknowledge", "cosigned"]] {
            #expect(throws: ServerDidNotStart.self) { try ServerProcess(data: town.data, arguments: arguments) }
            #expect(try readFile(town.data + "/witnesses") == setting, "who does not start changes nothing")
        }
        _ = try await town.wait(for: "/readyz", 200, at: server)
    }

    @Test func `a file of witnesses that lost its policy is no order to ask nobody`() throws {
        let town = try CosignedLog(witnesses: 1)
        let file = town.data + "/witnesses"
        for text in ["", "\n", "# Taken up at 2026-11-25T12:00:00.000Z. Changed by `countersign serve --witnesses`.\n"]
        {
            try writeFile(Array(text.utf8), file)
            let error = #expect(throws: ServerDidNotStart.self) { try ServerProcess(data: town.data) }
            #expect(error?.output.contains("is no policy") == true, "\(text): \(error?.output ?? "")")
        }
        try FileManager.default.removeItem(atPath: file)
        #expect(try town.serve().stop() == 0)
    }

    @Test func `what a new policy's quorum has not cosigned is not exported as if it had`() async throws {
        let town = try CosignedLog(witnesses: 1)
        let server = try town.serve()
        _ = try await town.wait(forCheckpoint: 2, at: server)
        #expect(server.stop() == 0)
        func export(_ name: String) throws -> CommandResult {
            try Binary.countersign.run(["tiles", "export", town.scratch.path(name), "--data", town.data])
        }
        #expect(try export("before").code == 0)
        let strangers = try CosignedLog(strangersTo: town)
        try writeFile(readFile(strangers.policy), town.data + "/witnesses")
        let refused = try export("after")
        #expect(refused.code != 0 && refused.errors.contains("no head was cosigned yet"), "\(refused)")
    }

    @Test func `the witnesses are changed by name: to a policy without a quorum, and to nobody`() throws {
        let town = try CosignedLog(witnesses: 1, quorum: nil)
        for name in [town.policy, "none"] {
            // The second start names nobody: what was named last holds, and is recorded once.
            for arguments in [["--witnesses", name], []] {
                #expect(try ServerProcess(data: town.data, arguments: arguments).stop() == 0)
            }
        }
        let check = try Binary.countersign.run(["check", "--data", town.data])
        #expect(check.code == 0, "\(check.output)\(check.errors)")
        let entries = try String(
            decoding: filesBelow(town.data + "/entries").flatMap {
                try readFile(town.data + "/entries/" + $0)
            }, as: UTF8.self)
        let changes = entries.components(separatedBy: "\"setting\":\"witnesses\"").dropFirst().map { $0.prefix(16) }
        #expect(changes.count >= 2 && changes.last == ",\"value\":\"none\"}", "\(changes)")
    }

    /// What a peer in a witness's place may do, in Python.
    /// - Parameter open: the file that is there from when the log is open: a claim of another history would hold it before.
    static func behaviours(open: String) -> [String] {
        let claims = ["self.give(409, b'100000\\n', 'text/x.tlog.size')", "self.give(422)"]
        return claims.map { "\($0) if os.path.exists('\(open)') else self.give(503)" } + behaviours
    }

    private static let behaviours = [
        "time.sleep(600)",
        "self.connection.close()",
        "self.give(200)",
        "self.give(200, b'x' * (8 << 20))",
        "self.give(200, '— nobody AAAAAAAA\\n'.encode() * 200)",
        "self.give(409, b'0\\n', 'text/x.tlog.size')",
        "self.give(409, b'99999999999999999999999999\\n', 'text/x.tlog.size')",
        "self.give(500)",
        "self.send_response(301); self.send_header('Location', '/elsewhere'); self.send_header('Content-Length', '0'); self.end_headers()",
        """
        self.send_response(200)
        self.send_header('Content-Length', '1000000')
        self.end_headers()
        while True: self.wfile.write(b'x'); time.sleep(0.05)
        """,
        "self.wfile.write(b'\\x00\\xff' * 5000)",
    ]

    @Test func `peers that hang, lie or flood hold nobody up and get nothing onto a head`() async throws {
        let town = try CosignedLog(witnesses: 2, quorum: 1)
        let policy = try TLogPolicy(parsing: readFile(town.policy))
        let open = town.scratch.path("open")
        let peers = try Self.behaviours(open: open).map { try FalseWitness($0) }
        // The first witness is real; the places of the others are taken by the peers, each under a key of its own.
        var lines = try String(contentsOfFile: town.policy, encoding: .utf8).split(separator: "\n").map(String.init)
        lines.removeAll { $0.hasPrefix("witness w1") || $0.hasPrefix("group") || $0.hasPrefix("quorum") }
        for (number, peer) in peers.enumerated() {
            let cosigner = try NoteCosigner(
                name: Array("p\(number).example".utf8), key: PrivateKey(generating: .ed25519))
            lines.append(
                "witness p\(number) \(String(decoding: cosigner.verifierKey.formatted, as: UTF8.self)) \(peer.address)")
        }
        lines.append("group g 1 w0 \(peers.indices.map { "p\($0)" }.joined(separator: " "))")
        lines.append("quorum g")
        try writeFile(Array((lines.joined(separator: "\n") + "\n").utf8), town.policy)
        let server = try town.serve(["--acknowledge", "cosigned", "--cosign-limit", "60"])
        defer { server.stop() }
        _ = try await town.wait(for: "/readyz", 200, at: server)
        try writeFile([], open)
        for number in 0..<10 {
            #expect(try await town.post("e\(number)", to: server).status == 201)
        }
        let note = try SignedNote(parsing: try await town.get("/checkpoint", from: server).body)
        #expect(note.signatures.count == 2, "the log's and one witness's")
        #expect(try policy.verify(note: note).cosigners.count == 1)
    }
}

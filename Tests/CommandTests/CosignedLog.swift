import AsyncHTTPClient
import Foundation
import LedgerCrypto
import MerkleTree
import NIOCore
import NIOHTTP1
import SignedNotes
import TestMaterial
import Testing

/// A ledger whose heads are cosigned by witnesses that really run.
final class CosignedLog {
    let scratch: ScratchFolder
    let log: FollowedLog
    private(set) var witnesses: [TestWitness] = []
    private(set) var servers: [ServerProcess] = []
    let policy: String

    var data: String { log.ledger.data }

    /// - Parameter quorum: how many of them; nil for none.
    init(witnesses count: Int = 1, quorum: Int? = 1) throws {
        scratch = try ScratchFolder()
        log = try FollowedLog(in: scratch)
        policy = scratch.path("policy")
        try addWitnesses(count)
        try writePolicy(quorum: quorum)
    }

    /// The same log with a witness that never saw it.
    init(strangersTo other: CosignedLog) throws {
        scratch = try ScratchFolder()
        log = other.log
        policy = scratch.path("policy")
        try addWitnesses(1)
        try writePolicy(quorum: 1)
    }

    private func addWitnesses(_ count: Int) throws {
        let vkey = try String(contentsOfFile: log.ledger.data + "/keys/log.vkey", encoding: .utf8)
        for number in 0..<count {
            let witness = try TestWitness(in: scratch, name: "w\(number)")
            let added = try Binary.countersign.run([
                "witness", "add-log", "--state", witness.state, "--vkey", String(vkey.dropLast()),
            ])
            try #require(added.code == 0, "\(added.errors)")
            witnesses.append(witness)
            servers.append(try witness.serve())
        }
    }

    /// Writes the policy with the addresses at which the witnesses are now, or others in their place.
    func writePolicy(quorum: Int?, addresses: [Int: String] = [:]) throws {
        let trust = try String(contentsOfFile: log.trust, encoding: .utf8)
        var lines = trust.split(separator: "\n").filter { $0.hasPrefix("log ") }.map(String.init)
        for (number, witness) in witnesses.enumerated() {
            let vkey = String(decoding: witness.key.formatted, as: UTF8.self)
            lines.append("witness w\(number) \(vkey) \(addresses[number] ?? servers[number].address)")
        }
        if let quorum {
            lines.append("group g \(quorum) \(witnesses.indices.map { "w\($0)" }.joined(separator: " "))")
        }
        lines.append("quorum \(quorum == nil ? "none" : "g")")
        try writeFile(Array((lines.joined(separator: "\n") + "\n").utf8), policy)
    }

    func serve(_ arguments: [String] = [], data: String? = nil) throws -> ServerProcess {
        try ServerProcess(data: data ?? self.data, arguments: ["--witnesses", policy] + arguments)
    }

    func stopWitness(_ number: Int) { servers[number].kill() }

    /// Starts a witness again, at the address where it was.
    func startWitness(_ number: Int) throws {
        let listen = String(servers[number].address.dropFirst("http://".count))
        servers[number] = try ServerProcess(
            ["witness", "serve", "--state", witnesses[number].state, "--listen", listen],
            log: witnesses[number].state + ".log")
    }

    /// What a server wrote to standard error.
    func errors(of data: String? = nil) -> String {
        (try? String(contentsOfFile: (data ?? self.data) + ".log", encoding: .utf8)) ?? ""
    }

    /// Submits one event; status and body.
    func post(_ id: String, to server: ServerProcess, type: String = "application/cloudevents+json") async throws
        -> (status: UInt, body: [UInt8])
    {
        try await post(body: Load.event(id: id), type, to: server)
    }

    func post(body: String, _ type: String, to server: ServerProcess) async throws -> (status: UInt, body: [UInt8]) {
        try await Requests.send(
            server.address + "/v1/events", body: Array(body.utf8),
            headers: [("authorization", "Bearer \(log.ledger.token)"), ("content-type", type)])
    }

    func get(_ path: String, from server: ServerProcess) async throws -> (status: UInt, body: [UInt8]) {
        try await Requests.send(
            server.address + path, headers: [("authorization", "Bearer \(log.ledger.token)")])
    }

    /// Waits until the path answers with this status; its body.
    func wait(for path: String, _ status: UInt, at server: ServerProcess) async throws -> [UInt8] {
        for _ in 0..<3_000 {
            let answer = try await get(path, from: server)
            if answer.status == status { return answer.body }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw NeverCame(what: "\(path) \(status)")
    }

    struct NeverCame: Error { let what: String }

    /// Waits until the served checkpoint has `size` entries or more, and verifies it under the policy.
    func wait(forCheckpoint size: UInt64, at server: ServerProcess) async throws -> PolicyVerdict {
        let trust = try TLogPolicy(parsing: readFile(policy))
        for _ in 0..<3_000 {
            let answer = try await get("/checkpoint", from: server)
            if answer.status == 200 {
                let verdict = try trust.verify(note: SignedNote(parsing: answer.body))
                if verdict.head.size.value >= size { return verdict }
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw NeverCame(what: "a checkpoint of \(size)")
    }
}

extension TestLedger {
    /// The status of an event's submission; nil where no answer came.
    func post(_ id: String, to address: String) async -> UInt? {
        try? await Requests.send(
            address + "/v1/events", body: Array(Load.event(id: id).utf8),
            headers: [("authorization", "Bearer \(token)"), ("content-type", "application/cloudevents+json")]
        ).status
    }
}

/// Requests of which every answer is wanted, whatever its status.
enum Requests {
    static func send(
        _ url: String, body: [UInt8]? = nil, headers: [(String, String)] = []
    ) async throws -> (status: UInt, body: [UInt8]) {
        var request = HTTPClientRequest(url: url)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body {
            request.method = .POST
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        return (response.status.code, Array(buffer: try await response.body.collect(upTo: 16 << 20)))
    }
}

/// A peer in a witness's place that does what no witness does: a real server, in Python.
final class FalseWitness {
    let address: String
    private let server: PythonServer

    /// - Parameter behaviour: statements of a handler's method `answer(self)`, one a line.
    init(_ behaviour: String) throws {
        server = try PythonServer(
            """
            import http.server, os, time
            class Handler(http.server.BaseHTTPRequestHandler):
                protocol_version = "HTTP/1.1"
                def log_message(self, *_): pass
                def give(self, status, body=b"", media="text/plain"):
                    self.send_response(status)
                    self.send_header("Content-Type", media)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                def answer(self):
            \(behaviour.split(separator: "\n").map { "        \($0)" }.joined(separator: "\n"))
                def do_POST(self):
                    self.rfile.read(int(self.headers["Content-Length"]))
                    self.answer()
                def do_GET(self): self.give(404)
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            server.daemon_threads = True
            print("(http://127.0.0.1:%d/)" % server.server_port, flush=True)
            server.serve_forever()
            """)
        address = server.address
    }
}

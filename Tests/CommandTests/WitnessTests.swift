import AsyncHTTPClient
import Foundation
import LedgerCrypto
import MerkleTree
import NIOCore
import NIOHTTP1
import SignedNotes
import TestLog
import Testing

/// `countersign witness` as its operator and the logs see it.
struct WitnessTests {
    @Test func `a witness is made, told a log, and cosigns its heads over HTTP`() async throws {
        let scratch = try ScratchFolder()
        let log = try GrowingLog()
        let witness = try TestWitness(in: scratch)
        let server = try witness.serve()
        defer { server.stop() }
        let http = WitnessClient(address: server.address)
        let hash = Digest.sha256(log.origin).hex

        let unknown = try await http.add(log.request(from: 0, to: 3))
        #expect(unknown.status == 404)
        // The server runs already: the next request finds the log.
        try witness.add(log)
        #expect(try await http.get("/\(hash)/checkpoint").status == 404)
        let first = try await http.add(log.request(from: 0, to: 3))
        #expect(first.status == 200)
        let cosigned = try SignedNote(text: log.note(3).text, signatures: NoteSignature.parse(lines: first.body))
        #expect(try cosigned.verify(with: [witness.key]) == [witness.key])

        let behind = try await http.add(log.request(from: 0, to: 5))
        #expect(behind.status == 409 && behind.body == Array("3\n".utf8) && behind.type == "text/x.tlog.size")
        #expect(try await http.add(log.request(from: 3, to: 3, fork: true)).status == 200, "the same head again")
        let stored = try await http.get("/\(hash)/checkpoint")
        #expect(stored.status == 200 && stored.type == "text/plain; charset=utf-8")
        #expect(try SignedNote(parsing: stored.body).verify(with: [log.key, witness.key]) == [log.key, witness.key])
        #expect(try await http.get("/").body == witness.key.formatted + [0x0A])
    }

    @Test func `a log that signs two roots for one size convicts itself`() async throws {
        let scratch = try ScratchFolder()
        let log = try GrowingLog()
        let witness = try TestWitness(in: scratch)
        try witness.add(log)
        let server = try witness.serve()
        defer { server.stop() }
        let http = WitnessClient(address: server.address)
        #expect(try await http.add(log.request(from: 0, to: 3)).status == 200)
        let other = try AddCheckpointRequest(
            oldSize: TreeSize(3), proof: ConsistencyProof(hashes: []), note: log.note(3, fork: 1))
        for _ in 0..<2 { #expect(try await http.add(other.formatted).status == 422) }
        let trust = scratch.path("trust")
        try writeFile(TLogPolicy(logs: [TLogPolicy.Log(key: log.key)]).formatted, trust)
        let place = "\(witness.state)/logs/\(Digest.sha256(log.origin).hex)/fork-3"
        let checked = try Binary.verify.run([
            "consistency", place + "/older", place + "/newer", "--proof", place + "/proof", "--trust", trust,
        ])
        #expect(checked.code == 1 && checked.output.contains("FAILS"), "\(checked.output)\(checked.errors)")
        #expect(try readFile(place + "/older") != readFile(place + "/newer"))
        #expect(try await http.add(log.request(from: 3, to: 4)).status == 200, "the honest history goes on")
    }

    @Test func `what is no request is refused, and bounded`() async throws {
        let scratch = try ScratchFolder()
        let log = try GrowingLog()
        let witness = try TestWitness(in: scratch)
        try witness.add(log)
        let server = try witness.serve()
        defer { server.stop() }
        let http = WitnessClient(address: server.address)
        #expect(try await http.add([]).status == 400)
        #expect(try await http.add(Array("old 1\n\n".utf8)).status == 400)
        #expect(try await http.add([UInt8](repeating: 0x41, count: 2 << 20)).status == 413)
        #expect(try await http.get("/add-checkpoint").status == 405)
        #expect(try await http.get("/nothing").status == 404)
        #expect(try await http.get("/\(Digest.sha256(log.origin).hex.uppercased())/checkpoint").status == 404)
        let gzip = try await http.add(log.request(from: 0, to: 1), headers: [("content-encoding", "gzip")])
        #expect(gzip.status == 415)
        #expect(try await http.add(log.request(from: 0, to: 1)).status == 200)
    }

    @Test func `usage is answered with 2 and a sentence`() throws {
        let scratch = try ScratchFolder()
        let witness = try TestWitness(in: scratch)
        let log = try GrowingLog()
        let again = try Binary.countersign.run(["witness", "init", "--state", witness.state, "--name", "w"])
        #expect(again.code == 2 && again.errors.contains("a witness already"))
        let badName = try Binary.countersign.run(["witness", "init", "--state", scratch.path("x"), "--name", "a b"])
        #expect(badName.code == 2)
        let badKey = try Binary.countersign.run(["witness", "add-log", "--state", witness.state, "--vkey", "nonsense"])
        #expect(badKey.code == 2)
        let own = String(decoding: witness.key.formatted, as: UTF8.self)
        let itself = try Binary.countersign.run(["witness", "add-log", "--state", witness.state, "--vkey", own])
        #expect(itself.code == 2)
        let nowhere = try Binary.countersign.run(["witness", "serve", "--state", scratch.path("none")])
        #expect(nowhere.code == 2 && nowhere.errors.contains("witness init"))
        let server = try witness.serve()
        defer { server.stop() }
        #expect(throws: ServerDidNotStart.self) { try witness.serve() }
        try witness.add(log)
    }

    @Test func `a witness whose disk takes nothing answers 503, ends, and goes on when it is well`() async throws {
        let scratch = try ScratchFolder()
        let log = try GrowingLog()
        let witness = try TestWitness(in: scratch)
        try witness.add(log)
        var server = try witness.serve()
        #expect(try await WitnessClient(address: server.address).add(log.request(from: 0, to: 3)).status == 200)
        #expect(server.stop() == 0)
        // Files cannot grow, and a write that would make one says so instead of ending the process.
        server = try witness.serve(before: "trap '' XFSZ; ulimit -f 0")
        let full = try await WitnessClient(address: server.address).add(log.request(from: 3, to: 5))
        #expect(full.status == 503)
        server.waitUntilExit()
        server = try witness.serve()
        defer { server.stop() }
        let http = WitnessClient(address: server.address)
        #expect(try await http.add(log.request(from: 3, to: 6, fork: true)).status == 200, "5 was never cosigned")
        #expect(try await http.add(log.request(from: 3, to: 5)).status == 409)
    }

    /// Each system call that a head's storing makes, before and after it, for the first heads and later ones.
    static let plans: [String?] =
        ["pwrite:1", "fsync:1", "rename:1", "fsync:2", "pwrite:3", "fsync:5", "rename:3", "fsync:6"]
        .flatMap { [$0, $0 + ":after"] } + [nil, nil]

    @Test(.timeLimit(.minutes(20)))
    func `a witness that is killed at any step never goes back and never cosigns two roots`() async throws {
        let scratch = try ScratchFolder()
        let log = try GrowingLog(count: 4_096)
        let witness = try TestWitness(in: scratch)
        try witness.add(log)
        let shim = try Shim.build("Tests/Faults/kill-at.c", in: scratch)
        var history = CosignedHistory()
        for plan in Self.plans {
            let environment = plan.map { ["LD_PRELOAD": shim, "KILL_AT": $0] } ?? [:]
            let doomed = try witness.serve(environment: environment)
            let client = WitnessClient(address: doomed.address)
            let isGone = try await history.load(client, log, rounds: plan == nil ? 3 : 10)
            #expect(isGone == (plan != nil), "\(plan ?? "no plan"): the kill did not strike")
            doomed.kill()
            let survivor = try witness.serve()
            try await history.check(WitnessClient(address: survivor.address), log, plan ?? "kill -9")
            survivor.kill()
        }
        #expect(history.roots.count > Self.plans.count)
    }
}

/// What a witness has answered to a log that tries to fork at every size.
private struct CosignedHistory {
    private(set) var roots: [UInt64: Digest] = [:]
    private var newest: UInt64 = 0

    /// Grows the log: an honest and a forked head at once, then on with the one that was taken. Whether the witness
    /// went away meanwhile.
    mutating func load(_ http: WitnessClient, _ log: GrowingLog, rounds: Int) async throws -> Bool {
        for _ in 0..<rounds {
            let size = newest + 1 + newest % 5
            let bodies = [
                (log.head(size).root, try log.request(from: newest, to: size)),
                (log.head(size, fork: newest).root, try log.request(from: newest, to: size, fork: true)),
            ].shuffled()
            let base = newest
            let honest = log.head(size).root
            for (root, answer) in await http.addTogether(bodies) {
                guard let answer else { continue }
                #expect([200, 409, 422].contains(answer.status))
                guard answer.status == 200 else { continue }
                #expect(roots[size, default: root] == root, "two roots of size \(size) were cosigned")
                roots[size] = root
                newest = size
            }
            guard newest == size else { return true }
            if roots[size] != honest { log.takeFork(at: base) }
        }
        return false
    }

    /// After a crash: the newest answered head is there, or a later one that was stored and not answered.
    mutating func check(_ http: WitnessClient, _ log: GrowingLog, _ plan: String) async throws {
        let stored = try await http.get("/\(Digest.sha256(log.origin).hex)/checkpoint")
        guard stored.status == 200 else {
            #expect(newest == 0, "\(plan): a head of \(newest) was answered and is gone")
            return
        }
        let head = try Checkpoint(parsing: SignedNote(parsing: stored.body).text).head
        #expect(head.size.value >= newest, "\(plan): went back from \(newest) to \(head.size)")
        let root = roots[head.size.value]
        #expect(root == nil || root == head.root, "\(plan): another root of size \(head.size)")
        if head.size.value > newest {
            if head != log.head(head.size.value) { log.takeFork(at: newest) }
            #expect(head == log.head(head.size.value))
            roots[head.size.value] = head.root
            newest = head.size.value
        }
        let behind = try await http.add(log.request(from: 0, to: head.size.value + 1))
        #expect(behind.status == 409 && behind.body == Array("\(head.size)\n".utf8), "\(plan)")
    }
}

/// A witness's directory.
struct TestWitness {
    let state: String
    let key: VerifierKey

    init(in scratch: ScratchFolder, name: String = "witness") throws {
        state = scratch.path(name)
        let made = try Binary.countersign.run(["witness", "init", "--state", state, "--name", "\(name).example/w1"])
        try #require(made.code == 0, "\(made.errors)")
        let shown = try Binary.countersign.run(["witness", "vkey", "--state", state])
        #expect(shown.output == made.output)
        key = try VerifierKey(parsing: Array(made.output.utf8.dropLast()))
    }

    func add(_ log: GrowingLog) throws {
        let vkey = String(decoding: log.key.formatted, as: UTF8.self)
        let added = try Binary.countersign.run(["witness", "add-log", "--state", state, "--vkey", vkey])
        try #require(added.code == 0, "\(added.errors)")
        #expect(added.output.contains(Digest.sha256(log.origin).hex))
    }

    func serve(environment: [String: String] = [:], before: String = ":") throws -> ServerProcess {
        try ServerProcess(
            ["witness", "serve", "--state", state], log: state + ".log", environment: environment, before: before)
    }
}

struct WitnessClient: Sendable {
    struct Answer: Sendable {
        let status: UInt
        let type: String?
        let body: [UInt8]
    }

    let address: String

    func add(_ body: [UInt8], headers: [(String, String)] = []) async throws -> Answer {
        var request = HTTPClientRequest(url: address + "/add-checkpoint")
        request.method = .POST
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        request.body = .bytes(ByteBuffer(bytes: body))
        return try await send(request)
    }

    func get(_ path: String) async throws -> Answer { try await send(HTTPClientRequest(url: address + path)) }

    /// Sends all at once; nil where the server is gone.
    func addTogether(_ bodies: [(Digest, [UInt8])]) async -> [(Digest, Answer?)] {
        await withTaskGroup(of: (Digest, Answer?).self) { group in
            for (root, body) in bodies { group.addTask { (root, try? await add(body)) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    private func send(_ request: HTTPClientRequest) async throws -> Answer {
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        return Answer(
            status: response.status.code, type: response.headers.first(name: "content-type"),
            body: Array(buffer: try await response.body.collect(upTo: 2 << 20)))
    }
}

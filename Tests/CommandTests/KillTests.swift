import AsyncHTTPClient
import Foundation
import LedgerCrypto
import MerkleTree
import NIOCore
import SignedNotes
import TestMaterial
import Testing
import Verification

/// Ends a loaded server at every step of its commit, again and again on one ledger, and holds it to what it answered.
@Suite(.serialized)
struct KillTests {
    private static let rounds = 64
    private static let connections = 128
    private static let calls = ["pwrite", "pwrite", "pwrite", "fdatasync", "fdatasync", "fsync", "rename", "none"]

    @Test(.timeLimit(.minutes(20)))
    func `what was answered survives 64 kills at every step of the commit`() async throws {
        let scratch = try ScratchFolder()
        let ledger = try TestLedger(in: scratch)
        let shim = try Shim.build("Tests/Faults/kill-at.c", in: scratch)
        var random = SeededRandom(seed: 0x5EED_0002)
        var answered: [String: Answer] = [:]
        var lastNote: [UInt8]?
        for round in 0..<Self.rounds {
            let plan = Self.plan(round, using: &random)
            var environment: [String: String] = [:]
            if let plan { environment = ["LD_PRELOAD": shim, "KILL_AT": plan] }
            do {
                let doomed = try ServerProcess(data: ledger.data, environment: environment)
                let made = await Load(address: doomed.address, token: ledger.token, round: round)
                    .run(connections: Self.connections, until: plan == nil ? .milliseconds(300) : .seconds(2))
                doomed.kill()
                answered.merge(made) { first, _ in first }
            } catch is ServerDidNotStart {
                // The kill struck while the server was starting: recovery itself must survive that too.
            }
            let survivor = try ServerProcess(data: ledger.data)
            defer { survivor.kill() }
            let client = Client(address: survivor.address, token: ledger.token)
            lastNote = try await ledger.expectConsistent(
                client, since: lastNote, "round \(round), \(plan ?? "kill -9")")
            for (id, answer) in answered where answer.round == round {
                try await ledger.expectThere(client, id: id, answer: answer)
            }
        }
        let survivor = try ServerProcess(data: ledger.data)
        defer { survivor.stop() }
        let client = Client(address: survivor.address, token: ledger.token)
        #expect(answered.count > Self.rounds, "the load reached the ledger")
        try await ledger.expectNothingTwice(client, answered: answered)
        let check = try Binary.countersign.run(["check", "--data", ledger.data])
        #expect(check.code == 0, "\(check.output)\(check.errors)")
    }

    /// `call:n[:after]` for the shim, or nil for a kill by the clock.
    private static func plan(_ round: Int, using random: inout SeededRandom) -> String? {
        let call = calls[round % calls.count]
        guard call != "none" else { return nil }
        let reach = ["pwrite": 60, "fdatasync": 20, "fsync": 6, "rename": 3][call, default: 10]
        return "\(call):\(Int.random(in: 1...reach, using: &random))\(Bool.random(using: &random) ? ":after" : "")"
    }
}

/// What the server said of one event.
struct Answer: Sendable {
    let round: Int
    let index: UInt64
    let receipt: [UInt8]
}

/// A ledger of its own with one caller that may submit and read.
struct TestLedger {
    let data: String
    let token: String
    let policy: TLogPolicy

    init(in scratch: ScratchFolder) throws {
        data = scratch.path("ledger")
        let made = try Binary.countersign.run(["init", "--data", data, "--origin", "kill.example.com"])
        try #require(made.code == 0, "\(made.errors)")
        let created = try Binary.countersign.run([
            "token", "create", "--data", data, "--name", "gateway", "--role", "submit", "--role", "read",
            "--source", "/gateways", "--types", "dev.countersign.source.*",
        ])
        try #require(created.code == 0, "\(created.errors)")
        token = created.output.trimmingCharacters(in: .whitespacesAndNewlines)
        policy = try TLogPolicy(parsing: [UInt8](Data(contentsOf: URL(fileURLWithPath: data + "/trust"))))
    }

    /// Under the new head the old one still holds. Returns the new note.
    func expectConsistent(_ client: Client, since old: [UInt8]?, _ comment: String) async throws -> [UInt8] {
        let note = try await client.get("/checkpoint")
        let new = try policy.verify(note: SignedNote(parsing: note)).head
        if let old {
            let before = try policy.verify(note: SignedNote(parsing: old)).head
            #expect(before.size <= new.size, "\(comment): the log shrank")
            if before.size < new.size {
                let answer = try await client.json(
                    "/v1/proofs/consistency?first=\(before.size.value)&second=\(new.size.value)", as: ProofAnswer.self)
                try ConsistencyProof(hashes: answer.digests()).verify(from: before, to: new)
            } else {
                #expect(before == new, "\(comment): one size, two roots")
            }
        }
        return note
    }

    /// The event stands at the index that was answered, and the receipt that was answered verifies.
    func expectThere(_ client: Client, id: String, answer: Answer) async throws {
        let entry = try await client.get("/v1/events/\(answer.index)")
        #expect(String(decoding: entry, as: UTF8.self).contains("\"\(id)\""), "\(id) is not at \(answer.index)")
        let receipt = try Receipt(parsing: answer.receipt)
        #expect(receipt.verify(under: policy).report.verdict != .fails, "the receipt of \(id) fails")
        #expect(String(decoding: receipt.entry, as: UTF8.self).contains("\"\(id)\""))
    }

    /// Every event sent again is recognised at its index, and no `id` stands at two.
    func expectNothingTwice(_ client: Client, answered: [String: Answer]) async throws {
        let note = try await client.get("/checkpoint")
        let size = try policy.verify(note: SignedNote(parsing: note)).head.size.value
        var seen: [String: UInt64] = [:]
        for index in 0..<size {
            let entry = try JSONDecoder().decode(EntryID.self, from: Data(try await client.get("/v1/events/\(index)")))
            let key = entry.source + " " + entry.id
            #expect(seen[key] == nil, "\(key) stands at \(seen[key] ?? 0) and at \(index)")
            seen[key] = index
        }
        for (id, answer) in answered {
            #expect(seen["/gateways/load " + id] == answer.index)
        }
        for (id, answer) in answered.prefix(200) {
            let again = try await client.post(Load.event(id: id))
            #expect(again.status == 200 && again.index == answer.index, "\(id) sent again: \(again)")
        }
    }
}

struct EntryID: Decodable {
    let source: String
    let id: String
}

struct ProofAnswer: Decodable {
    let hashes: [String]

    func digests() throws -> [Digest] {
        try hashes.map { text in
            try #require(Base64.decode(Array(text.utf8)).flatMap { Digest($0) }, "\(text) is no hash")
        }
    }
}

import Cosigning
import Foundation
import LedgerCrypto
import LedgerEngine
import LogFiles
import MerkleTree
import SignedNotes
import Synchronization
import Testing

/// A log has its heads cosigned, whatever its witnesses do.
@Suite(.timeLimit(.minutes(20))) struct CosigningTests {
    @Test func `the head at the start and each new one is cosigned by the quorum, and kept`() async throws {
        let log = try SmallLog(entries: 3)
        let witnesses = try ["a", "b", "c"].map(ScriptedWitness.init)
        let town = try Town(log, witnesses, needed: 2)
        #expect(!town.heads.isOpen && town.heads.cosigned == nil)
        try await town.running {
            let first = try await town.heads.cosigned(TreeSize(3), within: .seconds(60))
            #expect(first.size == TreeSize(3) && town.heads.isOpen)
            for _ in 0..<20 {
                let head = try town.grow()
                let cosigned = try await town.heads.cosigned(head.size, within: .seconds(60))
                #expect(cosigned.head == head.head)
                let verdict = try town.heads.plan.policy.verify(note: SignedNote(parsing: cosigned.note))
                #expect(verdict.quorum == .reached(name: Array("enough".utf8)) && verdict.cosigners.count >= 2)
            }
            // The third comes later, and its signature is added.
            while try SignedNote(parsing: town.heads.cosigned?.note ?? []).signatures.count < 4 {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        let kept = try #require(try CosignedHeads.newest(in: log.folder))
        #expect(kept == town.heads.cosigned && kept.size == TreeSize(23))
        let again = try Town(log, witnesses, needed: 2)
        #expect(again.heads.cosigned == kept && !again.heads.isOpen, "kept over restarts, and still asked at the start")
    }

    @Test func `only the newest head is asked for`() async throws {
        let log = try SmallLog(entries: 1)
        let witness = try ScriptedWitness("a")
        witness.behave { _ in
            try await Task.sleep(for: .milliseconds(30))
            return nil
        }
        let town = try Town(log, [witness], needed: 1)
        try await town.running {
            _ = try await town.heads.cosigned(TreeSize(1), within: .seconds(60))
            for _ in 0..<200 { try town.grow() }
            let head = try town.grow()
            #expect(try await town.heads.cosigned(head.size, within: .seconds(60)).size == head.size)
        }
        #expect(Set(witness.asked).count < 20, "\(witness.asked)")
    }

    @Test func `without a quorum nobody is waited for, and what comes is kept`() async throws {
        let log = try SmallLog(entries: 2)
        let witnesses = try ["a", "silent"].map(ScriptedWitness.init)
        witnesses[1].behave { _ in reply(500) }
        let town = try Town(log, witnesses, needed: nil)
        #expect(town.heads.isOpen)
        try await town.running {
            let head = try town.grow()
            #expect(try await town.heads.cosigned(head.size, within: .seconds(60)).size == head.size)
        }
    }

    /// Ways in which one of two witnesses is of no use, while the other makes up the quorum alone.
    static let faults: [(String, @Sendable (ScriptedWitness, WitnessRequest) async throws -> WitnessReply?)] = [
        (
            "hangs",
            { _, _ in
                try await Task.sleep(for: .seconds(60))
                return nil
            }
        ),
        ("refuses connections", { _, _ in throw CocoaError(.fileNoSuchFile) }),
        ("answers 200 with nothing", { _, _ in reply(200) }),
        ("answers 200 with a page", { _, _ in reply(200, Array("<html>".utf8)) }),
        (
            "signs with another key",
            { witness, request in
                let other = try NoteCosigner(
                    name: witness.cosigner.verifierKey.name, key: PrivateKey(generating: .ed25519))
                let text = try AddCheckpointRequest(parsing: request.body ?? []).note.text
                return reply(200, try other.cosign(text, at: 5).line)
            }
        ),
        (
            "signs another text",
            { witness, request in
                let text = try AddCheckpointRequest(parsing: request.body ?? []).note.text
                return reply(200, try witness.cosigner.cosign(text + Array("more\n".utf8), at: 5).line)
            }
        ),
        (
            "signs without a time",
            { witness, request in
                let text = try AddCheckpointRequest(parsing: request.body ?? []).note.text
                return reply(200, try witness.cosigner.cosign(text, at: 0).line)
            }
        ),
        ("answers 409 without a size", { _, _ in reply(409, Array("7\n".utf8)) }),
        (
            "names the size it was asked from",
            { _, _ in WitnessReply(status: 409, mediaType: "text/x.tlog.size", body: Array("0\n".utf8)) }
        ),
        ("does not know the log", { _, _ in reply(404) }),
        ("does not know the key", { _, _ in reply(403) }),
        ("redirects", { _, _ in reply(302) }),
        ("is overloaded", { _, _ in reply(503) }),
    ]

    /// Claims of another history that are not shown.
    static let claims: [(String, @Sendable (ScriptedWitness, WitnessRequest) async throws -> WitnessReply?)] = [
        ("claims another history and shows nothing", { _, request in request.body == nil ? reply(404) : reply(422) }),
        (
            "claims to be ahead and shows nothing",
            { _, request in
                request.body == nil
                    ? reply(404) : WitnessReply(status: 409, mediaType: "text/x.tlog.size", body: Array("999\n".utf8))
            }
        ),
    ]

    /// Heads that are signed now get the cosignature of one witness, and of no other.
    private static func expectGrowth(
        of town: Town, cosignedBy good: ScriptedWitness, of witnesses: [ScriptedWitness], _ what: String
    ) async throws {
        for _ in 0..<3 {
            let head = try town.grow()
            let cosigned = try await town.heads.cosigned(head.size, within: .seconds(60))
            let signers = try SignedNote(parsing: cosigned.note).verify(with: witnesses.map(\.cosigner.verifierKey))
            #expect(signers == [good.cosigner.verifierKey], "\(what)")
        }
    }

    @Test(arguments: claims.indices)
    func `once the log is open, a claim without proof holds nothing up`(_ place: Int) async throws {
        let (what, behave) = Self.claims[place]
        let witnesses = try ["bad", "good"].map(ScriptedWitness.init)
        witnesses[0].behave { _ in reply(503) }
        let town = try Town(SmallLog(entries: 2), witnesses, needed: 1)
        try await town.running {
            #expect(await town.heads.opened())
            witnesses[0].behave { request in try await behave(witnesses[0], request) }
            try await Self.expectGrowth(of: town, cosignedBy: witnesses[1], of: witnesses, what)
            while !town.notes.text.contains("it is asked no more") { try await Task.sleep(for: .milliseconds(5)) }
            #expect(town.heads.statuses[0].cosignatures == 0, "\(what)")
        }
    }

    @Test(arguments: claims.indices)
    func `at the start, a claim of another history is never outvoted`(_ place: Int) async throws {
        let (what, behave) = Self.claims[place]
        let witnesses = try ["bad", "good", "better"].map(ScriptedWitness.init)
        let town = try Town(SmallLog(entries: 2), witnesses, needed: 1)
        witnesses[0].behave { request in try await behave(witnesses[0], request) }
        let good: @Sendable (WitnessRequest) async throws -> WitnessReply? = { [heads = town.heads] _ in
            let isClaimed = if case .contradicting = heads.statuses[0].condition { true } else { false }
            return isClaimed ? nil : reply(503)
        }
        for witness in witnesses[1...] { witness.behave(good) }
        try await town.running {
            _ = try await town.heads.cosigned(TreeSize(2), within: .seconds(60))
            while town.heads.statuses[0].failures < 3 { try await Task.sleep(for: .milliseconds(5)) }
            #expect(!town.heads.isOpen && town.notes.text.contains("it is asked again"), "\(what)")
            witnesses[0].behave(nil)
            #expect(await town.heads.opened(), "\(what): it cosigns after all")
        }
    }

    @Test(arguments: faults.indices)
    func `a witness that is of no use holds nothing up, and nothing of it is kept`(_ place: Int) async throws {
        let (what, behave) = Self.faults[place]
        let log = try SmallLog(entries: 2)
        let witnesses = try ["bad", "good"].map(ScriptedWitness.init)
        witnesses[0].behave { request in try await behave(witnesses[0], request) }
        let town = try Town(log, witnesses, needed: 1)
        try await town.running {
            try await Self.expectGrowth(of: town, cosignedBy: witnesses[1], of: witnesses, what)
            while town.heads.statuses[0].failures == 0 {
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(town.heads.statuses[0].cosignatures == 0 && town.notes.text.contains("'bad'"), "\(what)")
        }
    }

    @Test func `who waits is told in time that the quorum does not come, and gets it when it comes`() async throws {
        let log = try SmallLog(entries: 2)
        let witness = try ScriptedWitness("a")
        let town = try Town(log, [witness], needed: 1)
        try await town.running {
            _ = try await town.heads.cosigned(TreeSize(2), within: .seconds(60))
            witness.behave { _ in
                try await Task.sleep(for: .seconds(60))
                return nil
            }
            let head = try town.grow()
            await #expect(throws: HeadWitnesses.NotCosigned.late) {
                try await town.heads.cosigned(head.size, within: .milliseconds(200))
            }
            witness.behave(nil)
            #expect(try await town.heads.cosigned(head.size, within: .seconds(60)).size == head.size)
        }
        await #expect(throws: HeadWitnesses.NotCosigned.stopped) {
            try await town.heads.cosigned(TreeSize(99), within: .seconds(60))
        }
    }

    @Test func `a witness that went back is noticed and cosigns on`() async throws {
        let log = try SmallLog(entries: 5)
        let witness = try ScriptedWitness("a")
        let town = try Town(log, [witness], needed: 1)
        try await town.running {
            _ = try await town.heads.cosigned(TreeSize(5), within: .seconds(60))
            let earlier = try log.reader.head(at: TreeSize(2))
            witness.state.withLock { $0.head = earlier }
            let head = try town.grow()
            #expect(try await town.heads.cosigned(head.size, within: .seconds(60)).size == head.size)
            #expect(town.notes.text.contains("went back to 2"))
        }
    }
}

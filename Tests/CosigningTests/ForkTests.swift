import Cosigning
import Foundation
import LedgerCrypto
import LedgerEngine
import LogFiles
import MerkleTree
import SignedNotes
import Synchronization
import Testing

/// A log never signs on where a witness knows another history of it.
@Suite(.timeLimit(.minutes(20))) struct ForkTests {
    /// Asks until that throws; what it throws.
    private func fork(of town: Town) async -> ForkClaim? {
        do {
            try await town.heads.run()
            return nil
        } catch { return error as? ForkClaim }
    }

    @Test func `a backup that is older than what was cosigned is refused with the head that shows it`() async throws {
        let log = try SmallLog(entries: 3)
        let copy = try SmallLog(copying: log)
        let witness = try ScriptedWitness("a")
        let town = try Town(log, [witness], needed: 1)
        try await town.running {
            let head = try town.grow()
            _ = try await town.heads.cosigned(head.size, within: .seconds(60))
        }
        let restored = try Town(copy, [witness], needed: 1)
        let claim = try #require(await fork(of: restored))
        #expect(claim.isAhead && claim.status == 409 && claim.claimed == TreeSize(4) && claim.ours.size == TreeSize(3))
        #expect(claim.evidence?.head == log.storage.published?.head && !restored.heads.isOpen)
        #expect("\(claim)".contains("has cosigned 4 entries of this log, these files have 3"))
    }

    @Test func `a restored log is opened only by witnesses that knew it, and the others learn nothing`() async throws {
        let log = try SmallLog(entries: 3)
        var stranger = try ScriptedWitness("stranger")
        let friend = try ScriptedWitness("friend")
        // Once more: what it was asked at the first start must not make it one that knows the log.
        for _ in 0..<2 {
            let restored = try Town(log, [stranger], needed: 1, isRestored: true)
            try await restored.running {
                while restored.heads.statuses[0].failures < 3 { try await Task.sleep(for: .milliseconds(5)) }
            }
            #expect(!restored.heads.isOpen && restored.heads.cosigned == nil && stranger.size == 0)
            #expect(restored.notes.text.contains("never saw this log"))
        }
        for known in [2, 3] {
            let head = try log.reader.head(at: TreeSize(UInt64(known)))
            friend.state.withLock { $0.head = head }
            stranger = try ScriptedWitness("stranger")
            let restored = try Town(log, [stranger, friend], needed: 1, isRestored: true)
            try await restored.running {
                #expect(await restored.heads.opened())
            }
        }
        let open = try Town(log, [stranger, friend], needed: 2)
        try await open.running {
            _ = try await open.heads.cosigned(TreeSize(3), within: .seconds(60))
        }
    }

    @Test func `a restored log waits for whoever may say that more was signed`() async throws {
        let log = try SmallLog(entries: 3)
        let copy = try SmallLog(copying: log)
        let (slow, quick) = (try ScriptedWitness("slow"), try ScriptedWitness("quick"))
        let head = try log.reader.head(at: TreeSize(2))
        quick.state.withLock { $0.head = head }
        let town = try Town(log, [slow], needed: 1)
        try await town.running {
            _ = try await town.heads.cosigned(town.grow().size, within: .seconds(60))
        }
        slow.behave { _ in
            try await Task.sleep(for: .milliseconds(100))
            return nil
        }
        let restored = try Town(copy, [slow, quick], needed: 1, isRestored: true)
        let claim = try #require(await fork(of: restored))
        #expect(claim.witness == "slow" && quick.size == 3 && !restored.heads.isOpen)
    }

    @Test(arguments: [1, 2, 3])
    func `a copy beside the original: at most one goes on, the other says why`(_ ahead: Int) async throws {
        let log = try SmallLog(entries: 3)
        let copy = try SmallLog(copying: log)
        let witness = try ScriptedWitness("a")
        let (one, other) = (try Town(log, [witness], needed: 1), try Town(copy, [witness], needed: 1))
        try await one.running {
            // Both are let in: until now they are the same.
            _ = try await one.heads.cosigned(TreeSize(3), within: .seconds(60))
            for _ in 0..<2 { try one.grow() }
            _ = try await one.heads.cosigned(TreeSize(5), within: .seconds(60))
        }
        for _ in 0..<ahead { try copy.grow("theirs") }
        let claim = try #require(await fork(of: Town(copy, [witness], needed: 1)))
        #expect(claim.status == (ahead < 2 ? 409 : 422) && claim.evidence?.head.size == TreeSize(5))
        #expect(other.heads.cosigned == nil)
        try await one.running {
            let head = try one.grow()
            await #expect(throws: HeadWitnesses.NotCosigned.stopped) {
                try await one.heads.cosigned(head.size, within: .seconds(1))
            }
        }
    }

    @Test func `a proved fork stops the log even where others would do without the witness`() async throws {
        let log = try SmallLog(entries: 3)
        let copy = try SmallLog(copying: log)
        let witnesses = try ["a", "b", "c"].map(ScriptedWitness.init)
        let town = try Town(log, [witnesses[0]], needed: 1)
        try await town.running {
            let head = try town.grow()
            _ = try await town.heads.cosigned(head.size, within: .seconds(60))
        }
        let claim = try #require(await fork(of: Town(copy, witnesses, needed: 1)))
        #expect(claim.witness == "a" && claim.evidence != nil)
    }

    @Test func `a claim without proof stops the log where its quorum is out of reach without the witness`() async throws
    {
        let log = try SmallLog(entries: 3)
        let witnesses = try ["a", "b"].map(ScriptedWitness.init)
        witnesses[0].behave { request in request.body == nil ? reply(404) : reply(422) }
        let claim = try #require(await fork(of: Town(log, witnesses, needed: 2)))
        #expect(claim.evidence == nil && claim.status == 422)
    }

    @Test func `what a witness shows is believed only if our own key signed it and it is not ours`() async throws {
        let log = try SmallLog(entries: 3)
        let stranger = try SmallLog(entries: 9)
        let witness = try ScriptedWitness("liar")
        let good = try ScriptedWitness("good")
        let pages = try [
            #require(stranger.storage.published?.note), #require(log.storage.published?.note), [],
            Array("x\n\ny\n".utf8),
        ]
        for page in pages {
            witness.behave { _ in reply(503) }
            let town = try Town(log, [witness, good], needed: 1)
            try await town.running {
                #expect(await town.heads.opened())
                let before = town.heads.statuses[0].failures
                witness.behave { request in request.body == nil ? reply(200, page) : reply(422) }
                let head = try town.grow()
                #expect(try await town.heads.cosigned(head.size, within: .seconds(60)).size == head.size)
                while town.heads.statuses[0].failures == before { try await Task.sleep(for: .milliseconds(5)) }
            }
        }
    }

    @Test func `proof that cannot be fetched is asked for again, and the others do not outvote it`() async throws {
        let log = try SmallLog(entries: 3)
        let copy = try SmallLog(copying: log)
        let (ahead, lagging) = (try ScriptedWitness("ahead"), try ScriptedWitness("lagging"))
        let town = try Town(log, [ahead], needed: 1)
        try await town.running {
            _ = try await town.heads.cosigned(town.grow().size, within: .seconds(60))
        }
        let fetches = Mutex(0)
        ahead.behave { request in
            guard request.body == nil else { return nil }
            let fetch = fetches.withLock { count in
                count += 1
                return count
            }
            if fetch == 1 { try await Task.sleep(for: .seconds(60)) }
            return fetch < 4 ? reply(502) : nil
        }
        lagging.behave { _ in fetches.withLock { $0 } < 2 ? reply(503) : nil }
        let restored = try Town(copy, [ahead, lagging], needed: 1)
        let claim = try #require(await fork(of: restored))
        #expect(claim.witness == "ahead" && claim.evidence != nil && !restored.heads.isOpen)
        #expect(restored.notes.text.contains("could not be fetched"))
    }
}

import ApprovalEvents
import LedgerCrypto
import LedgerEngine
import LogFiles
import MerkleTree
import SignedNotes
import Synchronization
import TestMaterial
import Testing

@Suite("The sequencer")
struct SequencerTests {
    @Test("seals events in order, each with a receipt that verifies offline")
    func receipts() async throws {
        let test = try TestLedger()
        try test.found()
        let events = try (0..<30).map { try Sample.heartbeat("e\($0)", queued: $0) }
        try await test.running { ledger in
            let outcomes = await ledger.submit(events, caller: "gateway")
            #expect(outcomes == (1...30).map { .success(.sealed(LeafIndex($0))) })
            for (event, outcome) in zip(events, outcomes) {
                let receipt = try ledger.reader.receipt(for: try outcome.get().index)
                let entry = try LedgerEntry(parsing: receipt.entry)
                #expect(entry.identity == event.identity)
                #expect(entry.caller == "gateway")
                let note = try SignedNote(parsing: receipt.proof.checkpoint)
                let keys = try note.verify(with: test.signer.verifierKeys)
                #expect(keys == test.signer.verifierKeys)
                let head = try Checkpoint(parsing: note.text).head
                try receipt.proof.proof.verify(leaf: TreeHash.leaf(receipt.entry), at: receipt.index, in: head)
            }
        }
        let (summary, findings) = try test.check()
        #expect(findings.isEmpty)
        #expect(summary.entries == 32, "31, and the counts at the end")
    }

    @Test("begins every log with ledger.created, which names its origin and keys")
    func founding() throws {
        let test = try TestLedger()
        try test.found()
        guard case .ledgerCreated(let created) = try test.entries()[0].payload else {
            Issue.record("entry 0 is no ledger.created")
            return
        }
        #expect(created.origin.bytes == TestLedger.origin)
        #expect(created.keys.map(\.bytes) == test.signer.verifierKeys.map(\.formatted))
    }

    @Test("knows an event again for ever: at once, after a restart, with its index gone, stale or of another log")
    func resends() async throws {
        var test = try TestLedger()
        try test.found()
        let events = try (0..<20).map { try Sample.heartbeat("e\($0)") }
        let first = try await test.running { ledger in
            let first = await ledger.submit(events, caller: "a").map { try? $0.get().index }
            let again = await ledger.submit(events, caller: "b")
            #expect(again == first.compactMap { $0 }.map { .success(.resent($0)) })
            return first.compactMap { $0 }
        }
        let full = test.index
        let stale = MemoryIndex()
        let head = try LedgerReader(try PublishedLog(test.directory, in: test.system)).head(at: TreeSize(7))
        try stale.apply(Array(full.rows.prefix(7)), head: head)
        let foreign = MemoryIndex()
        try foreign.apply(Array(full.rows.prefix(9)), head: TreeHead(size: TreeSize(9), root: Digest.sha256([1])))
        for index in [full, MemoryIndex(), stale, foreign] {
            test.index = index
            try await test.running { ledger in
                let again = await ledger.submit(events, caller: "b")
                #expect(again == first.map { .success(.resent($0)) })
            }
            #expect(index.rows.count == full.rows.count || index.rows.count > 20)
        }
    }

    @Test("takes together what one submits in a row, if woken after it")
    func wokenAfter() async throws {
        let test = try TestLedger()
        try test.found()
        let events = try (0..<3).map { try Sample.heartbeat("e\($0)") }
        try await test.running { ledger in
            let commits = ledger.status.commits
            let answers = Mutex<[SubmissionReply]>([])
            var wakers: [@Sendable () -> Void] = []
            for event in events {
                ledger.submit([event], caller: "a", after: { wakers.append($0) }) { reply in
                    answers.withLock { $0.append(reply) }
                }
            }
            #expect(wakers.count == 1, "asked for by the first alone")
            try await Task.sleep(for: .milliseconds(50))
            #expect(ledger.status.waiting == 3)
            for wake in wakers { wake() }
            while answers.withLock({ $0.count }) < 3 { try await Task.sleep(for: .milliseconds(1)) }
            #expect(ledger.status.commits == commits + 1)
        }
    }

    @Test("seals one ledger.conflict for each caller, event and hour, and nothing of the other content")
    func conflicts() async throws {
        var test = try TestLedger()
        try test.found()
        try await test.running { ledger in
            let one = await ledger.submit([try Sample.heartbeat("x", queued: 1)], caller: "a")
            #expect(one == [.success(.sealed(LeafIndex(1)))])
            for (caller, size) in [("a", 3), ("a", 3), ("b", 4), ("b", 4)] as [(Text, UInt64)] {
                let other = await ledger.submit([try Sample.heartbeat("x", queued: 2)], caller: caller)
                #expect(other == [.failure(.conflict(LeafIndex(1)))])
                #expect(ledger.reader.published.size == TreeSize(size))
            }
            test.clock.pass(3_600_000)
            // The hour's counts go first: one entry for each of the two callers.
            _ = await ledger.submit([try Sample.heartbeat("x", queued: 3)], caller: "a")
            #expect(ledger.reader.published.size == TreeSize(7))
        }
        // Later in the same hour the note is in the index alone, and in one that was made anew.
        for index in [test.index, MemoryIndex()] {
            test.index = index
            try await test.running { ledger in
                for _ in 0..<2 {
                    let events = try (4..<8).map { try Sample.heartbeat("x", queued: $0) }
                    let other = await ledger.submit(events, caller: "a")
                    #expect(other == Array(repeating: .failure(.conflict(LeafIndex(1))), count: 4))
                }
            }
        }
        let conflicts = try test.entries().filter { $0.type == "dev.countersign.ledger.conflict.v1" }
        #expect(conflicts.count == 3)
        guard case .ledgerConflict(let conflict)? = conflicts.first?.payload else { return }
        #expect(conflict.id == "x" && conflict.source == "/gateways/eu-1" && conflict.caller == "a")
    }

    @Test("judges events of one call against one another")
    func withinOneCall() async throws {
        let test = try TestLedger()
        try test.found()
        try await test.running { ledger in
            let events = [
                try Sample.heartbeat("x", queued: 1), try Sample.heartbeat("x", queued: 1),
                try Sample.heartbeat("x", queued: 2), try Sample.heartbeat("y"),
            ]
            let outcomes = await ledger.submit(events, caller: "a")
            #expect(
                outcomes == [
                    .success(.sealed(LeafIndex(1))), .success(.resent(LeafIndex(1))), .failure(.conflict(LeafIndex(1))),
                    .success(.sealed(LeafIndex(3))),
                ])
            let repeated = await ledger.submit(events, caller: "a")
            #expect(repeated[3] == .success(.resent(LeafIndex(3))))
            #expect(ledger.reader.published.size == TreeSize(4))
        }
        let entries = try test.entries()
        #expect(Set(entries.map(\.salt)).count == entries.count)
    }

    @Test("takes a batch whole or not at all")
    func wholeBatches() async throws {
        let test = try TestLedger()
        try test.found()
        try await test.running { ledger in
            _ = await ledger.submit([try Sample.heartbeat("x", queued: 1)], caller: "a")
            let bad = try [Sample.heartbeat("p"), Sample.heartbeat("x", queued: 2), Sample.heartbeat("q")]
            #expect(await ledger.submitAll(bad, caller: "a") == .failure(.conflict(LeafIndex(1))))
            #expect(try ledger.position(of: bad[0].identity) == nil)
            let good = try [Sample.heartbeat("p"), Sample.heartbeat("x", queued: 1), Sample.heartbeat("q")]
            let outcome = await ledger.submitAll(good, caller: "a")
            #expect(outcome == .success([.sealed(LeafIndex(3)), .resent(LeafIndex(1)), .sealed(LeafIndex(4))]))
            // Twice in one batch, with two contents: nothing of it, and the conflict is sealed once.
            let torn = try [Sample.heartbeat("z", queued: 1), Sample.heartbeat("z", queued: 2)]
            for _ in 0..<2 {
                let answer = await ledger.submitAll(torn, caller: "a")
                #expect(answer == .failure(.conflict(nil)), "no entry has the other content")
            }
            #expect(ledger.reader.published.size == TreeSize(6))
        }
        let entries = try test.entries()
        #expect(Set(entries.map(\.salt)).count == entries.count)
        #expect(try test.check().findings.isEmpty)
    }

    @Test("compares resends with disclosures put back, and says where they were erased")
    func concealment() async throws {
        let test = try TestLedger()
        try test.found()
        let hidden = Disclosure(salt: [UInt8](repeating: 7, count: 16), name: "text", value: "hello")
        try await test.running { ledger in
            let sealed = await ledger.submit([try Sample.annotation("n", disclosure: hidden)], caller: "a")
            #expect(sealed == [.success(.sealed(LeafIndex(1)))])
            #expect(try ledger.reader.receipt(for: LeafIndex(1)).disclosures == [hidden])
            let same = await ledger.submit([try Sample.openAnnotation("n", text: "hello")], caller: "a")
            #expect(same == [.success(.resent(LeafIndex(1)))])
            let other = await ledger.submit([try Sample.openAnnotation("n", text: "bye")], caller: "a")
            #expect(other == [.failure(.conflict(LeafIndex(1)))])
            let erased = await ledger.erase(try Sample.erasure("erase-1", digests: [hidden.digest]))
            #expect(erased == .success(LeafIndex(3)))
            #expect(test.disclosures.count == 0)
            let late = await ledger.submit([try Sample.openAnnotation("n", text: "hello")], caller: "a")
            #expect(late == [.failure(.contentErased(LeafIndex(1)))])
            let concealed = await ledger.submit(
                [try Sample.annotation("n", disclosure: hidden, disclosed: false)], caller: "a")
            #expect(concealed == [.success(.resent(LeafIndex(1)))])
        }
        // Somebody restores the disclosures from a backup: the next start erases them again.
        try test.disclosures.put([hidden])
        try await test.running { _ in #expect(test.disclosures.count == 0) }
    }

    @Test("proves the entries of a commit from memory as the store proves them")
    func proofsFromMemory() async throws {
        let test = try TestLedger()
        try test.found()
        var generator = SeededRandom(seed: 0xBA7C4)
        try await test.running { ledger in
            var number = 0
            while number < 400 {
                let events = try (0..<Int.random(in: 1...40, using: &generator)).map { _ in
                    number += 1
                    return try Sample.heartbeat("e\(number)")
                }
                let reply = await withCheckedContinuation { continuation in
                    ledger.submit(events, caller: "a") { continuation.resume(returning: $0) }
                }
                let batch = try #require(reply.batch)
                for answer in reply.answers {
                    let index = try answer.get().index
                    let (memory, disk) = (
                        try batch.receipt(for: index), try ledger.reader.receipt(for: index, under: batch.published)
                    )
                    #expect(memory.entry == disk.entry)
                    #expect(memory.proof == disk.proof)
                    #expect(memory.proof.formatted == disk.proof.formatted)
                }
                let size = batch.published.size.value
                for outside in [0, size - UInt64(events.count) - 1, size, size + 5] {
                    #expect(throws: StorageError.self) { try batch.receipt(for: LeafIndex(outside)) }
                }
            }
        }
    }

    @Test("bounds what it takes in, by caller and in all")
    func bounds() async throws {
        var test = try TestLedger()
        try test.found()
        test.limits.callerShare = 4
        test.limits.inboxEvents = 6
        try await test.running { ledger in
            let five = try (0..<5).map { try Sample.heartbeat("e\($0)") }
            #expect(await ledger.submit(five, caller: "a") == Array(repeating: .failure(.inboxFull), count: 5))
            #expect(await ledger.submitAll(five, caller: "a") == .failure(.inboxFull))
            #expect(ledger.reader.published.size == TreeSize(1))
            #expect(ledger.status.refused["inbox-full"] == 10)
            let taken = await ledger.submit(Array(five.prefix(4)), caller: "a")
            #expect(taken.allSatisfy { (try? $0.get()) != nil })
        }
    }

    @Test("refuses while the index is too many entries late, and goes on when it has caught up")
    func indexBehind() async throws {
        var test = try TestLedger()
        try test.found()
        test.limits.indexLag = 3
        test.index.isFailing = false
        let ledger = try await test.open()
        test.index.isFailing = true
        for number in 0..<3 {
            _ = await ledger.submit([try Sample.heartbeat("e\(number)")], caller: "a")
        }
        let answer1 = try await ledger.submit([Sample.heartbeat("e9")], caller: "a")
        #expect(answer1 == [.failure(.indexBehind)])
        #expect(ledger.status.indexLag == 3)
        test.index.isFailing = false
        await ledger.shutDown()
        #expect(test.index.rows.count >= 4)
    }

    @Test("costs the index few transactions for many small commits")
    func indexRests() async throws {
        let test = try TestLedger()
        try test.found()
        try await test.running { ledger in
            let start = ContinuousClock.now
            let before = test.index.transactions
            for number in 0..<300 {
                _ = await ledger.submit([try Sample.heartbeat("e\(number)")], caller: "a")
            }
            let rests = (ContinuousClock.now - start) / .milliseconds(300)
            #expect(test.index.transactions - before <= 2 + Int(rests))
        }
    }

    @Test("refuses once it is shutting down, and has sealed its counts")
    func shutDown() async throws {
        let test = try TestLedger()
        try test.found()
        let ledger = try await test.open()
        _ = await ledger.submit([try Sample.heartbeat("e")], caller: "a")
        ledger.noteRefusal(problem: "forbidden", times: 2, caller: "b")
        await ledger.shutDown()
        let answer2 = try await ledger.submit([Sample.heartbeat("f")], caller: "a")
        #expect(answer2 == [.failure(.shuttingDown)])
        let counts = try test.entries().compactMap { entry -> LedgerIntakeCounted? in
            if case .ledgerIntakeCounted(let counted) = entry.payload { counted } else { nil }
        }
        #expect(counts.map(\.caller) == ["a", "b"])
        #expect(counts.map(\.accepted) == [1, 0])
        #expect(counts[1].refused == ["forbidden": 2])
    }

    @Test("is searched by people: actors, those behind them, their accounts, and reviewers")
    func people() async throws {
        let test = try TestLedger()
        try test.found()
        try await test.running { ledger in
            _ = await ledger.submit([try Sample.review("r", subject: "case-1", by: "okta:bob")], caller: "a")
        }
        let row = try #require(test.index.rows.first { $0.identity.id == "r" })
        #expect(row.actors == ["okta:bob", "slack:T1/U1"])
        #expect(row.approvers == ["okta:bob", "slack:T1/U1"])
        #expect(row.subject == "case-1")
    }

    @Test("a log that holds an event twice opens nevertheless, and the first of them keeps the identity")
    func twice() async throws {
        let test = try TestLedger()
        try test.found()
        let storage = try LogFiles.open(test.directory, origin: TestLedger.origin, in: test.system)
        let events = try ["a", "b", "a", "c", "b"].map { try Sample.heartbeat($0) }
        for batch in [events[..<3], events[3...]] {
            let entries = try batch.map { event in
                try LedgerEntry.seal(
                    event, time: Timestamp(milliseconds: test.clock.now().wall), caller: "x",
                    salt: SecureRandom.bytes(16))
            }
            let plan = BatchPlan(appending: entries.map(\.bytes), to: storage.frontier)
            try storage.commit(plan)
            try storage.publish(PublishedHead(head: plan.head, note: test.signer.sign(plan.head)))
        }
        try storage.close()
        let found = try await test.running { ledger in
            try events.map { try ledger.position(of: $0.identity) }
        }
        #expect(found == [1, 2, 1, 4, 2].map { LeafIndex($0) })
    }
}

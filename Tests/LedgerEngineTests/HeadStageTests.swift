import ApprovalEvents
import Glibc
import LedgerCrypto
import LedgerEngine
import LogFiles
import MerkleTree
import SignedNotes
import Synchronization
import TestMaterial
import Testing

/// A key that is held elsewhere: signatures take as long as the test says, wait until they may, or fail.
final class RemoteKey: Sendable {
    private struct State {
        var seconds = 0.0
        var isHeld = false
        var hasFailed = false
        var sizes: [UInt64] = []
        var onNext: (@Sendable () -> Void)?
    }

    struct Unplugged: Error {}

    private let key: PrivateKey
    private let state = Mutex(State())

    init(seconds: Double = 0) throws {
        key = try PrivateKey(generating: .ed25519)
        state.withLock { $0.seconds = seconds }
    }

    var isHeld: Bool {
        get { state.withLock { $0.isHeld } }
        set { state.withLock { $0.isHeld = newValue } }
    }

    /// Has the next signature do something else first.
    func onNext(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.onNext = body } }

    func fail() { state.withLock { $0.hasFailed = true } }

    /// The sizes of the heads that were signed.
    var sizes: [UInt64] { state.withLock { $0.sizes } }

    func signer() throws -> HeadSigner {
        let note = try NoteSigner(name: TestLedger.origin, publicKey: key.publicKey) { try self.sign($0) }
        return HeadSigner(origin: TestLedger.origin, signers: [note])
    }

    /// The key itself, without what befalls this one.
    func ownSigner() throws -> NoteSigner { try NoteSigner(name: TestLedger.origin, key: key) }

    private func sign(_ text: [UInt8]) throws -> [UInt8] {
        let body = state.withLock { state in
            defer { state.onNext = nil }
            return state.onNext
        }
        body?()
        while isHeld { usleep(1_000) }
        let seconds = state.withLock { $0.seconds }
        if seconds > 0 { usleep(UInt32(seconds * 1_000_000)) }
        if state.withLock({ $0.hasFailed }) { throw Unplugged() }
        let head = try Checkpoint(parsing: text).head
        state.withLock { $0.sizes.append(head.size.value) }
        return try key.sign(text)
    }
}

/// Keeps what an observer is told.
final class HeadNotes: HeadObserver {
    private let state = Mutex<[PublishedHead]>([])
    var all: [PublishedHead] { state.withLock { $0 } }
    func published(_ head: PublishedHead) { state.withLock { $0.append(head) } }
}

@Suite("Heads, behind the commits")
struct HeadStageTests {
    private static func submit(_ ledger: Sequencer, _ event: ApprovalEvent) async -> SubmissionReply {
        await withCheckedContinuation { continuation in
            ledger.submit([event], caller: "a") { continuation.resume(returning: $0) }
        }
    }

    /// Waits for something that another thread brings about.
    private static func until(_ condition: () -> Bool) async throws {
        for _ in 0..<30_000 {
            if condition() { return }
            try await Task.sleep(for: .milliseconds(1))
        }
        Issue.record("it did not come about in half a minute")
    }

    @Test("a key that takes 50 ms does not slow the commits: its heads cover many, in order, one root to a size")
    func slowKey() async throws {
        let key = try RemoteKey(seconds: 0.05)
        var test = try TestLedger(signer: key.signer())
        test.options.segmentEntries = 256
        let notes = HeadNotes()
        test.observers = [notes]
        try test.found()
        let commits = try await test.running { ledger in
            // The first one shows that the key is slow, so that the next does not hold up the sequencer.
            _ = await Self.submit(ledger, try Sample.heartbeat("first"))
            let collected = Mutex<[SubmissionReply]>([])
            for round in 0..<4 {
                key.isHeld = true
                for number in 0..<25 {
                    let event = try Sample.heartbeat("e\(round)-\(number)")
                    ledger.submit([event], caller: "a") { reply in collected.withLock { $0.append(reply) } }
                    // Durable by itself, while the head of the first one is being signed.
                    try await Self.until { ledger.status.unpublished > number }
                }
                key.isHeld = false
                try await Self.until { collected.withLock { $0.count } == 25 * (round + 1) }
            }
            let replies = collected.withLock { $0 }
            for reply in replies {
                let index = try #require(reply.answers.first).get().index
                let batch = try #require(reply.batch)
                let (memory, disk) = (
                    try batch.receipt(for: index), try ledger.reader.receipt(for: index, under: batch.published)
                )
                #expect(memory.proof.formatted == disk.proof.formatted)
                #expect(memory.entry == disk.entry)
            }
            return ledger.status.commits
        }
        let sizes = key.sizes
        #expect(sizes == sizes.sorted() && Set(sizes).count == sizes.count, "each size is signed once, in order")
        // Entry 0, the first event, two for each round, and the counts at the end.
        #expect(commits == 101 && sizes.count == 2 + 2 * 4 + 1, "\(commits) commits under \(sizes.count) heads")
        #expect(notes.all.map(\.size.value) == notes.all.map(\.size.value).sorted())
        #expect(Set(notes.all.map(\.size.value)).isSuperset(of: sizes.dropFirst()))
        #expect(try test.check().findings.isEmpty)
    }

    @Test("what no head covers yet is seen by nobody, is known again, and is answered for with it")
    func unpublished() async throws {
        let key = try RemoteKey(seconds: 0.002)
        let test = try TestLedger(signer: key.signer())
        try test.found()
        try await test.running { ledger in
            // The first one shows that the key is slow, so that the next does not hold up the sequencer.
            _ = await Self.submit(ledger, try Sample.heartbeat("first"))
            key.isHeld = true
            let (event, other) = (try Sample.heartbeat("x", queued: 1), try Sample.heartbeat("x", queued: 2))
            async let sealed = Self.submit(ledger, event).answers
            try await Self.until { ledger.status.unpublished == 1 }
            async let again = Self.submit(ledger, event).answers
            async let conflict = Self.submit(ledger, other).answers
            async let mark = ledger.markForExtract()
            // The conflict's own note, and the mark.
            try await Self.until { ledger.status.unpublished == 3 }
            #expect(ledger.status.head.size == TreeSize(2))
            #expect(ledger.reader.published.size == TreeSize(2))
            #expect(throws: StorageError.self) { try ledger.reader.entry(at: LeafIndex(2)) }
            #expect(test.index.rows.count <= 2, "the index has what is published, no more")
            key.isHeld = false
            let answers = await (sealed, again, conflict, mark)
            #expect(answers.0 == [.success(.sealed(LeafIndex(2)))])
            #expect(answers.1 == [.success(.resent(LeafIndex(2)))])
            #expect(answers.2 == [.failure(.conflict(LeafIndex(2)))])
            #expect([3, 4].contains(try answers.3.get().value))
            #expect(ledger.reader.published.size == TreeSize(5))
            #expect(ledger.status.unpublished == 0)
        }
        #expect(try test.check().findings.isEmpty)
    }

    @Test("bounds what waits for a head: then the inbox fills and says so, and all goes on when the key does")
    func bound() async throws {
        let key = try RemoteKey(seconds: 0.002)
        var test = try TestLedger(signer: key.signer())
        test.limits.unpublishedEvents = 3
        test.limits.inboxEvents = 4
        try test.found()
        try await test.running { ledger in
            _ = await Self.submit(ledger, try Sample.heartbeat("first"))
            key.isHeld = true
            let taken = Mutex<[Result<SubmissionOutcome, SubmissionRefusal>]>([])
            for number in 0..<60 {
                let event = try Sample.heartbeat("e\(number)")
                ledger.submit([event], caller: "a") { reply in taken.withLock { $0 += reply.answers } }
                if number < 3 { try await Self.until { ledger.status.unpublished > number } }
            }
            #expect(ledger.status.unpublished == 3)
            #expect(ledger.status.waiting == 4)
            let full = taken.withLock { $0.count { $0 == .failure(.inboxFull) } }
            #expect(full == 53)
            key.isHeld = false
            try await Self.until { taken.withLock { $0.count } == 60 }
            #expect(taken.withLock { $0.count { (try? $0.get()) != nil } } == 7)
        }
        #expect(try test.entries().count { $0.identity.id.hasPrefix("e") } == 7)
    }

    @Test("a batch that is taken back leaves nothing of itself to those who come in with the same commit")
    func takenBack() async throws {
        let key = try RemoteKey(seconds: 0.002)
        var test = try TestLedger(signer: key.signer())
        test.limits.unpublishedEvents = 1
        try test.found()
        try await test.running { ledger in
            let first = try Sample.heartbeat("first", queued: 1)
            _ = await Self.submit(ledger, first)
            key.isHeld = true
            async let held = Self.submit(ledger, try Sample.heartbeat("held")).answers
            try await Self.until { ledger.status.unpublished == 1 }
            // No commit until there is a head: what comes meanwhile is one commit.
            let hidden = Disclosure(salt: [UInt8](repeating: 7, count: 16), name: "text", value: "hello")
            let (one, two) = (try Sample.heartbeat("one"), try Sample.annotation("two", disclosure: hidden))
            let other = try Sample.heartbeat("first", queued: 2)
            let never = Disclosure(salt: [UInt8](repeating: 8, count: 16), name: "text", value: "bye")
            let refused = try Sample.annotation("never", disclosure: never)
            // Nobody who comes through the server is called so: an event that cannot be sealed.
            let nobody = Text(String(repeating: "a", count: 257))
            let batches: [(events: [ApprovalEvent], caller: Text)] = [
                ([one, two, refused, other], "a"), ([two], "a"), ([one], nobody), ([one, two], "a"),
                ([two, one, refused, other], "a"), ([one], "a"),
            ]
            let answers = Mutex<[Int: [Result<SubmissionOutcome, SubmissionRefusal>]]>([:])
            for (place, batch) in batches.enumerated() {
                ledger.submit(batch.events, caller: batch.caller, isWhole: batch.events.count > 1) { reply in
                    answers.withLock { $0[place] = reply.answers }
                }
            }
            let commits = ledger.status.commits
            key.isHeld = false
            try await Self.until { answers.withLock { $0.count } == batches.count }
            #expect(try await held == [.success(.sealed(LeafIndex(2)))])
            #expect(ledger.status.commits == commits + 1)
            // The conflict's note is entry 3, once.
            let conflict = Result<SubmissionOutcome, SubmissionRefusal>.failure(.conflict(LeafIndex(1)))
            #expect(
                answers.withLock { $0 } == [
                    0: [conflict, conflict, conflict, conflict],
                    1: [.success(.sealed(LeafIndex(4)))],
                    2: [.failure(.tooLarge)],
                    3: [.success(.sealed(LeafIndex(5))), .success(.resent(LeafIndex(4)))],
                    4: [conflict, conflict, conflict, conflict],
                    5: [.success(.resent(LeafIndex(5)))],
                ])
            #expect(ledger.reader.published.size == TreeSize(6))
            #expect(try ledger.reader.receipt(for: LeafIndex(4)).disclosures == [hidden])
            #expect(test.disclosures.count == 1, "nothing is kept of what was refused")
        }
        let entries = try test.entries()
        #expect(Set(entries.map(\.salt)).count == entries.count)
        #expect(entries.prefix(6).map(\.identity.id).dropFirst(4) == ["two", "one"])
        #expect(try test.check().findings.isEmpty)
    }

    @Test("a key that takes another's place while that one signs does not hold up the commits")
    func replacedMeanwhile() async throws {
        let (old, new) = (try RemoteKey(), try RemoteKey())
        let test = try TestLedger(signer: old.signer())
        try test.found()
        try await test.running { ledger in
            let signer = try new.signer()
            old.onNext { ledger.replace(signer: signer) }
            _ = await Self.submit(ledger, try Sample.heartbeat("first"))
            new.isHeld = true
            async let first = Self.submit(ledger, try Sample.heartbeat("a")).answers
            try await Self.until { ledger.status.unpublished == 1 }
            async let second = Self.submit(ledger, try Sample.heartbeat("b")).answers
            try await Self.until { ledger.status.unpublished == 2 }
            new.isHeld = false
            let answers = try await (first, second)
            #expect(answers.0 == [.success(.sealed(LeafIndex(2)))])
            #expect(answers.1 == [.success(.sealed(LeafIndex(3)))])
        }
        #expect(old.sizes == [1, 2] && new.sizes == [3, 4, 5])
    }

    @Test("a key that fails ends the ledger: nobody is told that he is in, and the next start signs what is durable")
    func failingKey() async throws {
        let disk = SimulatedDisk()
        let key = try RemoteKey()
        var test = try TestLedger(on: disk, signer: key.signer())
        try test.found()
        let ledger = try await test.open()
        async let service: Void = ledger.run()
        _ = await Self.submit(ledger, try Sample.heartbeat("a"))
        key.fail()
        for number in 0..<3 {
            let reply = await Self.submit(ledger, try Sample.heartbeat("b\(number)"))
            #expect(reply.answers == [.failure(.storageTrouble)])
        }
        guard case .failed(let reason) = ledger.status.condition else {
            Issue.record("the status does not say it: \(ledger.status.condition)")
            return
        }
        #expect(reason.contains("key does not sign the head of size 3"))
        do {
            try await service
            Issue.record("run came back as if nothing had happened")
        } catch {
            #expect("\(error)".contains("key does not sign"))
        }
        test.system = disk.killed()
        await #expect(throws: RemoteKey.Unplugged.self) { try await test.open() }
        // The same key, in order again.
        let healed = try TestLedger(
            on: disk.killed(), signer: HeadSigner(origin: TestLedger.origin, signers: [key.ownSigner()]))
        try await healed.running { ledger in
            let again = await Self.submit(ledger, try Sample.heartbeat("b0"))
            #expect(again.answers == [.success(.resent(LeafIndex(2)))])
            let new = await Self.submit(ledger, try Sample.heartbeat("b1"))
            #expect(new.answers == [.success(.sealed(LeafIndex(3)))])
        }
        #expect(try healed.check().findings.isEmpty)
    }
}

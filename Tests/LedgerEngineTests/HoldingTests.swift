import ApprovalEvents
import LedgerEngine
import MerkleTree
import Testing

@Suite("A ledger that is held until its newest head is confirmed")
struct HoldingTests {
    private static let hidden = Disclosure(salt: [UInt8](repeating: 7, count: 16), name: "text", value: "hello")

    /// A held ledger whose last entry, an erasure, is durable and has no head: the key failed before it.
    private static func held(after key: RemoteKey) async throws -> TestLedger {
        let disk = SimulatedDisk()
        let crashed = try TestLedger(on: disk, signer: key.signer())
        try crashed.found()
        let ledger = try await crashed.open()
        let sealed = await ledger.submit([try Sample.annotation("n", disclosure: hidden)], caller: "a")
        #expect(sealed == [.success(.sealed(LeafIndex(1)))])
        key.fail()
        let erased = await ledger.erase(try Sample.erasure("erase-1", digests: [hidden.digest]))
        #expect(erased == .failure(.storageTrouble))
        var test = try TestLedger(
            on: disk.killed(), signer: HeadSigner(origin: TestLedger.origin, signers: [key.ownSigner()]))
        test.disclosures = crashed.disclosures
        test.isHeld = true
        return test
    }

    @Test("publishes what a crash left without a head when it is released, and carries out its erasures")
    func erasure() async throws {
        let test = try await Self.held(after: try RemoteKey())
        try await test.running { ledger in
            #expect(ledger.status.condition == .awaitingWitnesses)
            #expect(ledger.reader.published.size == TreeSize(2))
            let early = await ledger.submit([try Sample.heartbeat("x")], caller: "a")
            #expect(early == [.failure(.awaitingWitnesses)])
            #expect(test.disclosures.count == 1)
            try await ledger.release()
            #expect(ledger.status.condition == .running)
            #expect(test.disclosures.count == 0)
            let again = await ledger.record(try Sample.erasure("erase-1", digests: [Self.hidden.digest]))
            #expect(again == .success(LeafIndex(2)))
        }
        #expect(try test.check().findings.isEmpty)
    }

    @Test("is over where its release fails: nothing is sealed on an index that lacks durable entries")
    func failingRelease() async throws {
        let test = try await Self.held(after: try RemoteKey())
        let ledger = try await test.open()
        async let service: Void = ledger.run()
        test.index.isFailing = true
        await #expect(throws: (any Error).self) { try await ledger.release() }
        test.index.isFailing = false
        guard case .failed = ledger.status.condition else {
            Issue.record("the status does not say it: \(ledger.status.condition)")
            return await ledger.shutDown()
        }
        let late = await ledger.submit([try Sample.heartbeat("x")], caller: "a")
        #expect(late == [.failure(.storageTrouble)])
        do {
            try await service
            Issue.record("run came back as if nothing had happened")
        } catch {}
        // No second try in this process either.
        try await ledger.release()
        #expect(ledger.status.sealed == 0)
    }
}

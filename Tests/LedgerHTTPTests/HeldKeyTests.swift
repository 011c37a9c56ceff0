import ApprovalEvents
import Foundation
import LedgerCrypto
import LedgerEngine
import LedgerHTTP
import LogFiles
import MerkleTree
import SQLiteIndex
import SignedNotes
import Testing

@Suite("Keys of a ledger that awaits its witnesses") struct HeldKeyTests {
    private static let origin = Array("test.example/log".utf8)

    @Test func `stay as they are, for what a crash left without a head may have announced one`() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("cs-\(UUID().uuidString.prefix(8))")
            .path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: path + "/keys", withIntermediateDirectories: true)
        let keys = ["old.pem": try PrivateKey(generating: .ed25519), "new.pem": try PrivateKey(generating: .ed25519)]
        func logKey(_ name: String, _ role: LogKey.Role) throws -> LogKey {
            let key = try #require(keys[name])
            return LogKey(
                role: role, verifier: try VerifierKey(name: Self.origin, key: key.publicKey), reference: .file(name))
        }
        let coming = try logKey("new.pem", .comingLog)
        try KeyRing.make(try KeyList([try logKey("old.pem", .log), coming]), in: path)
        let ring = try KeyRing(directory: path) { reference in
            guard case .file(let name) = reference, let key = keys[name] else { throw Unexpected("no such key") }
            return key
        }
        let clock = TestClock(Fixture.start)
        let founder = Principal(kind: .human, id: try Fixture.principal("os:founder"))
        let storage = try LogFiles.create(path, origin: Self.origin)
        _ = try LedgerFounding(createdBy: founder).found(storage, signer: try ring.signer(), clock: clock)
        try storage.commit(try Self.announcement(of: coming, by: founder, after: storage.frontier, clock))

        let index = try SQLiteIndex(path: path + "/index.db")
        var parts = LedgerParts(
            storage: storage, index: index, disclosures: try DisclosureFile(path: path + "/private/disclosures.db"),
            clock: clock, signer: try ring.signer())
        parts.isHeld = true
        let sequencer = try await Sequencer.open(parts)
        let administration = Administration(
            OpenedLedger(
                sequencer: sequencer, index: index, callers: try CallerRegistry(directory: path + "/callers"),
                clock: clock, keys: ring))
        async let service: Void = sequencer.run()
        let before = ring.list
        let refused = await #expect(throws: Problem.self) { try await administration.finishKeyChanges() }
        #expect(refused?.type == .awaitingWitnesses)
        await #expect(throws: Problem.self) { try await administration.retire(coming.id, by: founder) }
        #expect(ring.list == before)
        try await sequencer.release()
        try await administration.finishKeyChanges()
        #expect(ring.list.keys.first { $0.id == coming.id }?.role == .log)
        await sequencer.shutDown()
        try await service
    }

    /// The entry that announces the key, as a commit that has no head yet.
    private static func announcement(
        of key: LogKey, by principal: Principal, after frontier: Frontier, _ clock: TestClock
    ) throws -> BatchPlan {
        let time = Timestamp(milliseconds: clock.now().wall)
        let payload = LedgerKeyChanged(
            change: .added, vkey: Text(String(decoding: key.verifier.formatted, as: UTF8.self)), by: principal)
        let event = try ApprovalEvent.ledger(
            .ledgerKeyChanged(payload), id: Text("key/\(key.id)/added"), time: time)
        let entry = try LedgerEntry.seal(event, time: time, caller: "ledger", salt: try SecureRandom.bytes(16))
        return BatchPlan(appending: [entry.bytes], to: frontier)
    }
}

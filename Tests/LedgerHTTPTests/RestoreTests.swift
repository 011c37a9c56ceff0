import ApprovalEvents
import Foundation
import HTTPTypes
import HummingbirdTesting
import LedgerEngine
import LedgerHTTP
import LogFiles
import MerkleTree
import SQLiteIndex
import Testing

/// What was erased stays erased, whatever is restored.
@Suite struct RestoreTests {
    @Test func `an erasure in the log is carried out again on disclosures of an older backup`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit"])
        let secrets = (1...2).map {
            Disclosure(salt: Array(1...16), name: "reason", value: .string(Text("secret \($0)")))
        }
        try await fixture.test { client in
            for (number, secret) in secrets.enumerated() {
                let event = Event.cancelled("d-\(number)").replacing(
                    "\"data\":{",
                    with: "\"disclosures\":\"\(secret.text.string)~\",\"data\":{\"_sd\":[\"\(secret.digest.string)\"],")
                let answer = try await client.submit(token, event)
                #expect(answer.status == .created)
            }
        }
        let backup = fixture.path + "-backup"
        defer { try? FileManager.default.removeItem(atPath: backup) }
        try FileManager.default.createDirectory(atPath: backup, withIntermediateDirectories: true)
        let copied = backup + "/disclosures.backup"
        try DisclosureFile.copy(fixture.path + "/private/disclosures.db", to: copied)

        let erased = RecordErased(
            target: EventRef(source: "/gateways/eu-1", id: "d-0"), digests: [secrets[0].digest],
            basis: "the subject asked for it", erasedBy: try Fixture.operatorPrincipal)
        let time = Timestamp(milliseconds: fixture.clock.now().wall)
        let event = try ApprovalEvent.ledger(.recordErased(erased), id: "erasure/1", time: time)
        _ = try await fixture.sequencer.erase(event).get()
        var copy = try LogBackup(fixture.path, origin: Fixture.origin, to: backup)
        let head = try copy.run()
        #expect(head.size.value == fixture.size)

        let storage = try LogFiles.open(backup, origin: Fixture.origin)
        #expect(storage.recovery.rehashed == 0, "the copy says what of it is flushed")
        let disclosures = try DisclosureFile(path: copied)
        #expect(try disclosures.disclosures(for: secrets.map(\.digest)).count == 2)
        _ = try await Sequencer.open(
            LedgerParts(
                storage: storage, index: SQLiteIndex(path: backup + "/index.db"), disclosures: disclosures,
                clock: fixture.clock, signer: fixture.signer))
        #expect(try disclosures.disclosures(for: secrets.map(\.digest)) == [secrets[1]])
        // And a backup made now does not hold it in any page.
        let later = backup + "/later.backup"
        try DisclosureFile.copy(fixture.path + "/private/disclosures.db", to: later)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: later))
        #expect(bytes.range(of: Data(secrets[0].text.string.utf8)) == nil)
        #expect(bytes.range(of: Data(secrets[1].text.string.utf8)) != nil)
    }
}

import Cosigning
import LedgerCrypto
import LedgerEngine
import LogFiles
import MerkleTree
import SignedNotes
import Testing

/// Which policies a log can ask by, and what its file of cosigned heads survives.
struct PlanTests {
    private static let key = Result { try PrivateKey(generating: .ed25519) }

    private func plan(_ lines: String, other: Bool = false) throws -> WitnessPlan {
        let own = try VerifierKey(name: Array("log.example".utf8), key: Self.key.get().publicKey)
        let listed =
            other ? try VerifierKey(name: own.name, key: PrivateKey(generating: .ed25519).publicKey) : own
        let policy = try TLogPolicy(parsing: Array("log ".utf8) + listed.formatted + Array("\n\(lines)".utf8))
        return try WitnessPlan(policy, logKeys: [own])
    }

    private func witness(_ name: String, _ url: String = "") throws -> String {
        let cosigner = try NoteCosigner(name: Array("\(name).example".utf8), key: PrivateKey(generating: .ed25519))
        return "witness \(name) \(String(decoding: cosigner.verifierKey.formatted, as: UTF8.self)) \(url)\n"
    }

    @Test func `witnesses with an address are asked, and others are named`() throws {
        let plan = try plan(
            witness("a", "https://a.example/") + witness("b") + witness("c", "ftp://c") + "quorum a\n")
        #expect(plan.asked.map(\.words) == ["a"] && plan.asked.map(\.url) == ["https://a.example"])
        #expect(plan.passedOver == [Array("b".utf8), Array("c".utf8)] && plan.needsQuorum)
        #expect(try !self.plan(witness("a", "http://a") + "quorum none\n").needsQuorum)
    }

    @Test func `a policy that cannot work is refused in words`() throws {
        #expect(throws: WitnessPlanError.self) { try plan(witness("a") + "quorum none\n") }
        #expect(throws: WitnessPlanError.self) { try plan("quorum none\n") }
        #expect(throws: WitnessPlanError.self) { try plan(witness("a", "http://a") + "quorum none\n", other: true) }
        let error = #expect(throws: WitnessPlanError.self) {
            try plan(witness("a", "http://a") + witness("b") + "group g all a b\nquorum g\n")
        }
        #expect(error?.description.contains("'g' cannot be reached") == true)
    }

    @Test func `cosigned heads are found again, and half a record is cut`() throws {
        let log = try SmallLog(entries: 2)
        let file = try CosignedHeads(log.folder)
        #expect(try file.newest() == nil)
        let head = try #require(log.storage.published)
        let longer = PublishedHead(head: head.head, note: head.note + head.note)
        for kept in [head, longer] { try file.keep(kept) }
        try file.keep(PublishedHead(head: TreeHead(size: TreeSize(1), root: head.head.root), note: head.note))
        #expect(try CosignedHeads(log.folder).newest() == longer, "a smaller head does not displace a larger one")
        let path = log.folder + "/cosigned"
        let whole = try bytes(of: path)
        for length in stride(from: 0, through: whole.count, by: 37) {
            try write(Array(whole[..<length]), to: path)
            let newest = try CosignedHeads(log.folder).newest()
            #expect(newest == nil || newest == head || newest == longer)
            #expect(try CosignedHeads.newest(in: log.folder) == newest)
        }
        for place in stride(from: 0, to: whole.count, by: 13) {
            var changed = whole
            changed[place] ^= 1
            try write(changed, to: path)
            let newest = try CosignedHeads(log.folder).newest()
            #expect(newest == nil || newest == head || newest == longer)
        }
    }

    @Test func `a note with fewer of the same cosignatures does not displace one with more`() throws {
        let log = try SmallLog(entries: 2)
        let head = try #require(log.storage.published)
        let note = try SignedNote(parsing: head.note)
        let lines = try ["a", "b", "c"].map {
            try NoteCosigner(name: Array($0.utf8), key: PrivateKey(generating: .ed25519)).cosign(note.text, at: 1)
        }
        func cosigned(by lines: ArraySlice<NoteSignature>) throws -> PublishedHead {
            PublishedHead(head: head.head, note: try note.adding(Array(lines)).formatted)
        }
        let file = try CosignedHeads(log.folder)
        let both = try cosigned(by: lines[..<2])
        for kept in [both, try cosigned(by: lines[..<1])] { try file.keep(kept) }
        #expect(try file.newest() == both)
        let other = try cosigned(by: lines[2...])
        try file.keep(other)
        #expect(try CosignedHeads(log.folder).newest() == other, "another policy's witnesses are no part of these")
    }
}

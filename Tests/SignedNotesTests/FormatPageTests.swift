import MerkleTree
import SignedNotes
import TestMaterial
import Testing

@Suite("The format pages' examples are what they say")
struct FormatPageTests {
    /// The fenced blocks of a page in `schemas/` that are marked with `language`.
    static func blocks(_ language: String, of page: String) throws -> [[UInt8]] {
        let text = String(decoding: try Checkout.bytes("schemas/\(page)"), as: UTF8.self)
        return text.split(separator: "```\(language)\n", omittingEmptySubsequences: false).dropFirst()
            .compactMap { $0.split(separator: "```\n", omittingEmptySubsequences: false).first }
            .map { [UInt8]($0.utf8) }
    }

    @Test("checkpoint.md: the note is signed by both keys, and the fingerprint is the first one's")
    func checkpoint() throws {
        let note = try SignedNote(parsing: try #require(try Self.blocks("note", of: "checkpoint.md").first))
        let keys = try #require(try Self.blocks("vkey", of: "checkpoint.md").first)
            .split(separator: 0x0A).map { try VerifierKey(parsing: [UInt8]($0)) }
        #expect(keys.map(\.type) == [.ed25519, .ecdsa])
        #expect(try note.verify(with: keys) == keys)
        #expect(try Checkpoint(parsing: note.text).head.size == TreeSize(7))
        let page = String(decoding: try Checkout.bytes("schemas/checkpoint.md"), as: UTF8.self)
        #expect(page.contains("\n    \(try #require(keys.first).fingerprint)\n"))
    }

    @Test("witness.md: the request is one, and the log signed it")
    func witness() throws {
        let request = try AddCheckpointRequest(
            parsing: try #require(try Self.blocks("request", of: "witness.md").first))
        #expect(request.oldSize == TreeSize(3) && request.head.size == TreeSize(7))
        let keys = try #require(try Self.blocks("vkey", of: "checkpoint.md").first)
            .split(separator: 0x0A).map { try VerifierKey(parsing: [UInt8]($0)) }
        #expect(try request.note.verify(with: keys) == [try #require(keys.first)])
        let page = String(decoding: try Checkout.bytes("schemas/witness.md"), as: UTF8.self)
        #expect(page.contains("at most 1,052,672 bytes") && AddCheckpointRequest.maxByteCount == 1_052_672)
    }

    @Test("trust.md: the head satisfies both trust files")
    func trust() throws {
        let note = try SignedNote(parsing: try #require(try Self.blocks("note", of: "trust.md").first))
        let policies = try Self.blocks("policy", of: "trust.md").map { try TLogPolicy(parsing: $0) }
        let verdicts = try policies.map { try $0.verify(note: note) }
        #expect(verdicts.map(\.quorum) == [.reached(name: [UInt8](text: "everybody")), .none])
        #expect(verdicts.map(\.notChecked.isEmpty) == [true, false])
        let page = String(decoding: try Checkout.bytes("schemas/trust.md"), as: UTF8.self)
        #expect(page.contains("\n    \(try #require(policies.first?.logs.first).key.fingerprint)\n"))
    }
}

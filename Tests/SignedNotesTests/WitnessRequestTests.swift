import LedgerCrypto
import MerkleTree
import SignedNotes
import TestMaterial
import Testing

@Suite("What logs and witnesses say to each other (C2SP tlog-witness)")
struct WitnessRequestTests {
    struct File: Decodable {
        let requests: [Request]
        let cosignatures: Lines
        let steps: [Step]
    }

    struct Request: Decodable {
        let request: Shown
        let old: UInt64
        let size: UInt64
        let hashes: Int
    }

    struct Lines: Decodable {
        let text: Shown
        let lines: Shown
        let vkeys: [String]
    }

    struct Step: Decodable {
        let why: String
        let request: Shown
        let status: Int
    }

    static let file = Result<File, any Error> { try Vectors.load("witness.json") }

    @Test("A request is read, and written as it was")
    func requests() throws {
        for vector in try Self.file.get().requests {
            let request = try AddCheckpointRequest(parsing: vector.request.bytes)
            #expect(request.oldSize == TreeSize(vector.old))
            #expect(request.head.size == TreeSize(vector.size))
            #expect(request.proof.hashes.count == vector.hashes)
            #expect(request.formatted == vector.request.bytes)
            let again = try AddCheckpointRequest(oldSize: request.oldSize, proof: request.proof, note: request.note)
            #expect(again == request)
        }
    }

    @Test("What is malformed is refused, and nothing else is")
    func malformed() throws {
        for step in try Self.file.get().steps {
            let parsed = Result { try AddCheckpointRequest(parsing: step.request.bytes) }
            switch (parsed, step.status) {
            case (.success(let request), 400): #expect(request.oldSize > request.head.size, "\(step.why)")
            case (.success, _): break
            case (.failure(let error), 400): #expect(error is NoteError, "\(step.why)")
            case (.failure(NoteError.malformedSignatures), 403): break
            case (.failure(let error), _): Issue.record("\(step.why): \(error)")
            }
        }
    }

    @Test("Every prefix and every changed byte of a request is refused or read as another request")
    func damaged() throws {
        let good = try #require(try Self.file.get().requests.last { $0.hashes > 0 }).request.bytes
        let whole = try AddCheckpointRequest(parsing: good)
        var read = 0
        damage(good) { bytes in
            guard let request = try? AddCheckpointRequest(parsing: bytes) else { return }
            read += 1
            #expect(request != whole || bytes == good)
            #expect(request.formatted == bytes)
        }
        // A changed letter of the origin or of a hash makes another well-formed request.
        #expect(read > 0)
    }

    @Test("A witness's answer is lines that go under the note")
    func answers() throws {
        let vector = try Self.file.get().cosignatures
        let lines = try NoteSignature.parse(lines: vector.lines.bytes)
        #expect(lines.flatMap(\.line) == vector.lines.bytes)
        let keys = try vector.vkeys.map(vkey)
        let note = try SignedNote(text: vector.text.bytes, signatures: lines)
        #expect(try note.verify(with: keys) == keys)
        #expect(try NoteSignature.parse(lines: []).isEmpty)
        let good = vector.lines.bytes
        for bad in [Array(good.dropLast()), good + [0x0A], [0x0A] + good, vector.text.bytes] {
            #expect(throws: NoteError.self) { try NoteSignature.parse(lines: bad) }
        }
    }

    @Test("A cosigner signs text and time, with Ed25519 alone")
    func cosigner() throws {
        let key = try PrivateKey(generating: .ed25519)
        let cosigner = try NoteCosigner(name: [UInt8](text: "witness.example"), key: key)
        let text = try Self.file.get().cosignatures.text.bytes
        let first = try cosigner.cosign(text, at: 7)
        #expect(try cosigner.cosign(text, at: 7) == first)
        #expect(Cosignature.time(of: first.signature) == 7)
        #expect(try SignedNote(text: text, signatures: [first]).verify(with: [cosigner.verifierKey]).count == 1)
        let fips = try PrivateKey(generating: .ecdsaP256)
        #expect(throws: NoteError.self) { try NoteCosigner(name: [UInt8](text: "w"), key: fips) }
    }
}

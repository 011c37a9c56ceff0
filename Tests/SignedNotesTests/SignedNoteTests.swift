import LedgerCrypto
import SignedNotes
import TestMaterial
import Testing

@Suite("Signed notes")
struct SignedNoteTests {
    struct Case: Decodable {
        let why: String
        let note: Shown
        let vkeys: [String]?
        let signers: [String]?
        let malformed: Bool?
    }

    static func cases() throws -> [Case] { try Vectors.load("notes.json") }

    @Test("Our vectors are read, written back and verified as they say")
    func vectors() throws {
        for vector in try SignedNoteTests.cases() {
            let bytes = vector.note.bytes
            guard vector.malformed != true else {
                #expect(throws: NoteError.self, "\(vector.why)") { try SignedNote(parsing: bytes) }
                continue
            }
            let note = try SignedNote(parsing: bytes)
            #expect(note.formatted == bytes)
            let keys = try (vector.vkeys ?? []).map(vkey)
            let signers = try (vector.signers ?? []).map(vkey)
            if signers.isEmpty {
                #expect(throws: NoteError.self, "\(vector.why)") { try note.verify(with: keys) }
            } else {
                #expect(try note.verify(with: keys) == signers, "\(vector.why)")
            }
        }
    }

    @Test("A note that is damaged anywhere is refused, or reads back as itself and does not verify")
    func damaged() throws {
        for vector in try SignedNoteTests.cases().prefix(3) {
            let keys = try (vector.vkeys ?? []).map(vkey)
            let good = vector.note.bytes
            damage(good) { bytes in
                guard let note = try? SignedNote(parsing: bytes) else { return }
                #expect(note.formatted == bytes)
                guard let signers = try? note.verify(with: keys) else { return }
                // One of two signatures may have become a stranger's.
                #expect(note.text == (try? SignedNote(parsing: good))?.text)
                #expect(signers.count < keys.count)
            }
        }
    }

    @Test("What a signer signs verifies, under every name and text", arguments: SignatureAlgorithm.allCases)
    func roundTrip(algorithm: SignatureAlgorithm) throws {
        var random = SeededRandom(seed: 11)
        let letters = Array("aé—/.-_~ж🌲\u{301}")
        for _ in 0..<40 {
            let name = String(
                (0..<Int.random(in: 1...9, using: &random)).compactMap { _ in letters.randomElement(using: &random) })
            let lines = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                String(
                    (0..<Int.random(in: 0...9, using: &random)).compactMap { _ in letters.randomElement(using: &random)
                    })
            }
            let text = [UInt8](text: lines.joined(separator: "\n") + "\n")
            let signer = try NoteSigner(name: [UInt8](text: name), key: try PrivateKey(generating: algorithm))
            let note = try SignedNote(signing: text, with: [signer])
            let read = try SignedNote(parsing: note.formatted)
            #expect(read == note)
            #expect(read.text == text)
            #expect(try read.verify(with: [signer.verifierKey]) == [signer.verifierKey])
        }
    }

    @Test(
        "Two algorithms sign one text: a key alone verifies it, an unknown line is passed over, a known bad one is fatal"
    )
    func severalSignatures() throws {
        let text = Array("log.example\n1\nroot\n".utf8)
        let signers = try SignatureAlgorithm.allCases.map {
            try NoteSigner(name: Array("log.example".utf8), key: PrivateKey(generating: $0))
        }
        let keys = signers.map(\.verifierKey)
        let note = try SignedNote(signing: text, with: signers)
        #expect(keys.map(\.type) == [.ed25519, .ecdsa] && note.signatures.map(\.keyID) == keys.map(\.keyID))
        #expect(try note.verify(with: keys) == keys)
        for (mine, other) in [(0, 1), (1, 0)] {
            #expect(try note.verify(with: [keys[mine]]) == [keys[mine]])
            for place in note.signatures[other].signature.indices {
                var bytes = note.signatures[other].signature
                bytes[place] ^= 1
                var lines = note.signatures
                lines[other] = try NoteSignature(
                    name: lines[other].name, keyID: lines[other].keyID, signature: bytes)
                let changed = try SignedNote(text: text, signatures: lines)
                #expect(
                    try changed.verify(with: [keys[mine]]) == [keys[mine]], "whoever does not know it passes over it")
                #expect(throws: NoteError.badSignature(name: "log.example", keyID: keys[other].keyID)) {
                    try changed.verify(with: keys)
                }
            }
        }
    }

    @Test("Witnesses' cosignatures are added as they come, each once")
    func cosignatures() throws {
        let signer = try NoteSigner(name: [UInt8](text: "log"), key: try PrivateKey(generating: .ed25519))
        let witness = try NoteCosigner(name: [UInt8](text: "witness"), key: try PrivateKey(generating: .ed25519))
        let text = [UInt8](text: "log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")
        let note = try SignedNote(signing: text, with: [signer])
        let line = try witness.cosign(text, at: 1_795_316_400)
        #expect(Cosignature.time(of: line.signature) == 1_795_316_400)
        let cosigned = try note.adding([line]).adding([line])
        #expect(cosigned.signatures.count == 2)
        #expect(try cosigned.verify(with: [witness.verifierKey]) == [witness.verifierKey])
        #expect(try cosigned.verify(with: [witness.verifierKey, signer.verifierKey]).count == 2)
        #expect(throws: (any Error).self) { try witness.cosign(text, at: 1 << 63) }
        let p256 = try PrivateKey(generating: .ecdsaP256)
        #expect(throws: NoteError.self) { try NoteCosigner(name: [UInt8](text: "w"), key: p256) }
    }

    @Test("Names are compared as bytes: two spellings of é are two keys")
    func namesAreBytes() throws {
        let key = try PrivateKey(generating: .ecdsaP256)
        let composed = try NoteSigner(name: [UInt8](text: "\u{e9}"), key: key)
        let decomposed = try NoteSigner(name: [UInt8](text: "e\u{301}"), key: key)
        let note = try SignedNote(signing: [UInt8](text: "text\n"), with: [composed])
        #expect(throws: NoteError.noKnownSignature) { try note.verify(with: [decomposed.verifierKey]) }
    }

    @Test("A text that is no text cannot be signed", arguments: ["", "no line feed", "a\tb\n", "a\r\n"])
    func badTexts(text: String) throws {
        let signer = try NoteSigner(name: [UInt8](text: "log"), key: try PrivateKey(generating: .ed25519))
        #expect(throws: (any Error).self) { try SignedNote(signing: [UInt8](text: text), with: [signer]) }
    }

    @Test("A note over a mebibyte is not looked at")
    func tooLarge() throws {
        let note = try SignedNoteTests.cases()[0].note.bytes
        let filler = [UInt8](repeating: 0x61, count: SignedNote.maxByteCount - note.count)
        #expect(try SignedNote(parsing: filler + note).signatures.count == 1)
        #expect(throws: NoteError.self) { try SignedNote(parsing: [0x61] + filler + note) }
    }
}

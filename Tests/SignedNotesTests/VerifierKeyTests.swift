import LedgerCrypto
import SignedNotes
import TestMaterial
import Testing

@Suite("Verifier keys")
struct VerifierKeyTests {
    struct Case: Decodable {
        let vkey: Shown
        let ok: Bool
        let why: String?
        let name: String?
        let id: String?
        let type: UInt8?
        let fingerprint: String?
    }

    @Test("Our vectors are read or refused as they say, and written back byte for byte")
    func vectors() throws {
        for vector in try Vectors.load("vkeys.json", as: [Case].self) {
            let bytes = vector.vkey.bytes
            guard vector.ok else {
                #expect(throws: NoteError.self, "\(vector.why ?? "")") { try VerifierKey(parsing: bytes) }
                continue
            }
            let key = try VerifierKey(parsing: bytes)
            #expect(key.formatted == bytes)
            #expect(key.name == vector.name.map { [UInt8](text: $0) })
            #expect(key.keyID == vector.id.flatMap { UInt32($0, radix: 16) })
            #expect(key.type.rawValue == vector.type)
            #expect(key.fingerprint == vector.fingerprint)
        }
    }

    @Test("A key that is damaged anywhere is refused")
    func damaged() throws {
        let keys = try Vectors.load("vkeys.json", as: [Case].self).filter { $0.ok }.map { $0.vkey.bytes }
        for good in [keys[0], keys[2], keys[4]] {
            let name = try VerifierKey(parsing: good).name
            damage(good) { bytes in
                // P-256 key ids do not cover the name, so another name is another key with the same id.
                if let key = try? VerifierKey(parsing: bytes) {
                    #expect(key.type == .ecdsa && key.name != name)
                    #expect(key.formatted == bytes)
                }
            }
        }
    }

    @Test("A signer's verifier key has the type of its algorithm", arguments: SignatureAlgorithm.allCases)
    func signersKey(algorithm: SignatureAlgorithm) throws {
        let signer = try NoteSigner(name: [UInt8](text: "log.example"), key: try PrivateKey(generating: algorithm))
        let key = signer.verifierKey
        #expect(key.type == (algorithm == .ed25519 ? .ed25519 : .ecdsa))
        #expect(try VerifierKey(parsing: key.formatted) == key)
        #expect(key.fingerprint.count == 16 * 4 + 15)
    }

    @Test(
        "A name that cannot stand in a note names no key",
        arguments: ["", "a b", "a+b", "a\nb", "a\u{3000}b", "a\u{1}"])
    func names(name: String) throws {
        let key = try PrivateKey(generating: .ed25519)
        #expect(throws: NoteError.self) { try NoteSigner(name: [UInt8](text: name), key: key) }
    }
}

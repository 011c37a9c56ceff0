import LedgerCrypto
import TestMaterial
import Testing

@Suite("Private keys as files")
struct KeyFileTests {
    static let passphrase = [UInt8]("correct horse battery staple é".utf8)

    @Test("A key comes back from its PEM, plain and encrypted", arguments: SignatureAlgorithm.allCases)
    func roundTrip(algorithm: SignatureAlgorithm) throws {
        let key = try PrivateKey(generating: algorithm)
        let plain = try key.pem()
        #expect(plain.starts(with: "-----BEGIN PRIVATE KEY-----\n".utf8))
        #expect(try PrivateKey(pem: plain).publicKey == key.publicKey)
        let encrypted = try key.pem(passphrase: KeyFileTests.passphrase)
        #expect(encrypted.starts(with: "-----BEGIN ENCRYPTED PRIVATE KEY-----\n".utf8))
        let opened = try PrivateKey(pem: encrypted, passphrase: KeyFileTests.passphrase)
        #expect(opened.publicKey == key.publicKey)
        let message: [UInt8] = [1, 2, 3]
        #expect(key.publicKey.isValid(signature: try opened.sign(message), for: message))
    }

    @Test("Without its passphrase an encrypted key is refused, and nobody is asked")
    func missingPassphrase() {
        for passphrase in [nil, []] as [[UInt8]?] {
            let error = #expect(throws: CryptoError.self) {
                try PrivateKey(pem: KeyFiles.encryptedEd25519, passphrase: passphrase)
            }
            #expect(error?.kind == .passphraseMissing)
            #expect(error?.description.contains("passphrase") == true)
        }
    }

    @Test("A wrong passphrase is named as such")
    func wrongPassphrase() {
        let error = #expect(throws: CryptoError.self) {
            try PrivateKey(pem: KeyFiles.encryptedEd25519, passphrase: [UInt8]("wrong".utf8))
        }
        #expect(error?.kind == .passphraseWrong)
        #expect(error?.details.isEmpty == false)
    }

    @Test("A key that openssl encrypted opens")
    func opensslEncrypted() throws {
        let key = try PrivateKey(pem: KeyFiles.encryptedEd25519, passphrase: [UInt8]("correct".utf8))
        #expect(key.algorithm == .ed25519)
    }

    @Test("An empty passphrase protects nothing and is refused")
    func emptyPassphrase() throws {
        let key = try PrivateKey(generating: .ed25519)
        let error = #expect(throws: CryptoError.self) { try key.pem(passphrase: []) }
        #expect(error?.kind == .passphraseMissing)
    }

    @Test("Other types and curves are refused by their names", arguments: KeyFiles.unsupported)
    func unsupported(name: String, pem: [UInt8]) {
        let error = #expect(throws: CryptoError.self) { try PrivateKey(pem: pem) }
        #expect(error?.kind == .unsupportedKey)
        #expect(error?.description.contains(name) == true)
    }

    @Test("Other public types and curves are refused by their names", arguments: KeyFiles.unsupportedPublic)
    func unsupportedPublic(name: String, spki: [UInt8]) {
        let error = #expect(throws: CryptoError.self) { try PublicKey(spki: spki) }
        #expect(error?.kind == .unsupportedKey)
        #expect(error?.description.contains(name) == true)
    }

    @Test("A P-256 key in another encoding is refused: a key has one", arguments: KeyFiles.otherEncodings)
    func otherEncodings(name: String, spki: [UInt8]) {
        let error = #expect(throws: CryptoError.self) { try PublicKey(spki: spki) }
        #expect(error?.kind == .malformed)
    }

    @Test("PEM that is not PKCS#8 is refused with the way out", arguments: KeyFiles.notPKCS8)
    func notPKCS8(name: String, pem: [UInt8]) {
        let error = #expect(throws: CryptoError.self) { try PrivateKey(pem: pem) }
        #expect(error?.kind == .malformed)
        #expect(error?.description.contains("openssl pkcs8 -topk8") == true)
    }

    @Test("A key whose public half is another key's is refused")
    func mismatchedHalves() throws {
        // The public point that the PKCS#8 text carries stands at its end.
        var pem = try #require(String(validating: try PrivateKey(generating: .ecdsaP256).pem(), as: UTF8.self))
        let other = try PrivateKey(generating: .ecdsaP256).publicKey.spki.suffix(65)
        pem = pem.split(separator: "\n").dropFirst().dropLast().joined()
        let content = try #require(Base64.decode(pem))
        let mixed = PEM.text("PRIVATE KEY", content.dropLast(65) + other)
        let error = #expect(throws: CryptoError.self) { try PrivateKey(pem: mixed) }
        #expect(error?.kind == .malformed)
    }

    @Test("No prefix of a key is a key, and no changed byte makes another one pass for it")
    func damaged() throws {
        let key = try PrivateKey(generating: .ed25519)
        let pem = try key.pem()
        for length in 0..<(pem.count - 1) {
            #expect(throws: CryptoError.self) { try PrivateKey(pem: [UInt8](pem[..<length])) }
        }
        for position in pem.indices {
            for change: UInt8 in [0x01, 0x20, 0x80] {
                var changed = pem
                changed[position] ^= change
                // Text around the block may be anything, and a changed seed is another key.
                _ = try? PrivateKey(pem: changed)
            }
        }
        #expect(throws: CryptoError.self) { try PrivateKey(pem: [UInt8](repeating: 0x41, count: 100_000)) }
    }
}

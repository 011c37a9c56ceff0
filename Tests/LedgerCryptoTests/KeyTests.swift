import LedgerCrypto
import TestMaterial
import Testing

@Suite("Keys sign and verify")
struct KeyTests {
    static let message = [UInt8]("approved".utf8)

    @Test("A signature holds for its message and key alone", arguments: SignatureAlgorithm.allCases)
    func signAndVerify(algorithm: SignatureAlgorithm) throws {
        let key = try PrivateKey(generating: algorithm)
        let other = try PrivateKey(generating: algorithm)
        let signature = try key.sign(KeyTests.message)
        #expect(key.publicKey.algorithm == algorithm)
        #expect(key.publicKey.isValid(signature: signature, for: KeyTests.message))
        #expect(!other.publicKey.isValid(signature: signature, for: KeyTests.message))
        #expect(!key.publicKey.isValid(signature: signature, for: KeyTests.message + [0]))
        #expect(!key.publicKey.isValid(signature: [], for: KeyTests.message))
        for position in signature.indices {
            var changed = signature
            changed[position] ^= 1
            #expect(!key.publicKey.isValid(signature: changed, for: KeyTests.message))
            #expect(!key.publicKey.isValid(signature: [UInt8](signature[..<position]), for: KeyTests.message))
        }
    }

    @Test("Every length of message signs, the empty one too", arguments: SignatureAlgorithm.allCases)
    func lengths(algorithm: SignatureAlgorithm) throws {
        let key = try PrivateKey(generating: algorithm)
        for count in [0, 1, 63, 64, 65, 100_000] {
            let message = [UInt8](repeating: 0x5A, count: count)
            #expect(key.publicKey.isValid(signature: try key.sign(message), for: message))
        }
    }

    @Test("One key signs and verifies on many threads at once", arguments: SignatureAlgorithm.allCases)
    func threads(algorithm: SignatureAlgorithm) async throws {
        let key = try PrivateKey(generating: algorithm)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<32 {
                group.addTask {
                    let message = [UInt8](repeating: UInt8(number), count: number)
                    return key.publicKey.isValid(signature: try key.sign(message), for: message)
                }
            }
            for try await holds in group { #expect(holds) }
        }
    }

    /// RFC 8032 §7.1, tests 1 and 2.
    static let rfc8032: [(seed: String, key: String, message: String, signature: String)] = [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                + "d25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
                + "387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ]

    @Test("RFC 8032's keys make RFC 8032's signatures", arguments: rfc8032)
    func ed25519Examples(seed: String, key: String, message: String, signature: String) throws {
        let header = try #require(Hex.decode("302e020100300506032b657004220420"))
        let content = header + (try #require(Hex.decode(seed)))
        let signer = try PrivateKey(pem: PEM.text("PRIVATE KEY", content))
        let text = try #require(Hex.decode(message))
        #expect(signer.publicKey.rawEd25519 == Hex.decode(key))
        #expect(try signer.publicKey == PublicKey(ed25519: try #require(Hex.decode(key))))
        #expect(try signer.sign(text) == Hex.decode(signature))
    }

    @Test("RFC 6979's P-256 signature over 'sample' holds (A.2.5)")
    func p256Example() throws {
        let point =
            "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
            + "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"
        let header = "3059301306072a8648ce3d020106082a8648ce3d03010703420004"
        let key = try PublicKey(spki: try #require(Hex.decode(header + point.lowercased())))
        let signature =
            "3046022100EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
            + "022100F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
        #expect(
            key.isValid(signature: try #require(Hex.decode(signature.lowercased())), for: [UInt8]("sample".utf8)))
    }

    @Test("A public key comes back from its encoding, and equal keys are equal", arguments: SignatureAlgorithm.allCases)
    func publicRoundTrip(algorithm: SignatureAlgorithm) throws {
        let key = try PrivateKey(generating: algorithm).publicKey
        #expect(try PublicKey(spki: key.spki) == key)
        if let raw = key.rawEd25519 { #expect(try PublicKey(ed25519: raw) == key) }
        #expect(try PrivateKey(generating: algorithm).publicKey != key)
        for length in key.spki.indices {
            #expect(throws: CryptoError.self) { try PublicKey(spki: [UInt8](key.spki[..<length])) }
        }
        #expect(throws: CryptoError.self) { try PublicKey(spki: key.spki + [0]) }
    }

    @Test("No changed byte of an encoding gives the same key", arguments: SignatureAlgorithm.allCases)
    func publicChanged(algorithm: SignatureAlgorithm) throws {
        let key = try PrivateKey(generating: algorithm).publicKey
        for position in key.spki.indices {
            var changed = key.spki
            changed[position] ^= 0x20
            // A changed Ed25519 point may be another key; a changed point of P-256 lies off the curve.
            if let read = try? PublicKey(spki: changed) {
                #expect(algorithm == .ed25519)
                #expect(read != key)
            }
        }
    }

    @Test("Ed25519 keys of another length are refused", arguments: [0, 31, 33])
    func rawLengths(count: Int) {
        #expect(throws: CryptoError.self) { try PublicKey(ed25519: [UInt8](repeating: 1, count: count)) }
    }
}

@Suite("Random bytes and comparison")
struct RandomTests {
    @Test("Random bytes are as many as asked for, and not the same twice")
    func random() throws {
        #expect(try SecureRandom.bytes(0).isEmpty)
        #expect(try SecureRandom.bytes(33).count == 33)
        #expect(try SecureRandom.bytes(16) != SecureRandom.bytes(16))
    }

    @Test("Comparison in constant time says what comparison says")
    func comparison() {
        #expect(constantTimeEqual([], []))
        #expect(constantTimeEqual([1, 2, 3], [1, 2, 3]))
        #expect(!constantTimeEqual([1, 2, 3], [1, 2, 4]))
        #expect(!constantTimeEqual([1, 2, 3], [1, 2]))
        #expect(!constantTimeEqual([], [0]))
    }
}

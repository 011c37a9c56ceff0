import LedgerCrypto
import MerkleTree
import SignedNotes

func fuzzVerifierKey(_ input: [UInt8]) {
    guard let key = try? VerifierKey(parsing: input) else { return }
    precondition(key.formatted == input, "a vkey has one form")
    _ = key.fingerprint
}

func fuzzTokenName(_ input: [UInt8]) {
    let text = String(decoding: input, as: UTF8.self)
    guard let name = try? PKCS11URI(text) else { return }
    precondition(name.text == text && !text.contains("pin-value"), "a token's name is kept as it is, and holds no PIN")
    precondition(name.pinFile?.hasPrefix("/") != false, "a PIN's file is named from the root")
}

func fuzzNote(_ input: [UInt8]) {
    guard let note = try? SignedNote(parsing: input) else { return }
    precondition(note.formatted == input, "a note has one form")
    // Keys that the lines may name, so that their signatures are looked at.
    var keys: [VerifierKey] = []
    for line in note.signatures.prefix(4) {
        for type in [SignatureType.ed25519, .cosignature] {
            guard let key = try? VerifierKey(name: line.name, type: type, material: [UInt8](repeating: 3, count: 32))
            else { continue }
            keys.append(key)
        }
    }
    _ = try? note.verify(with: keys)
}

func fuzzCheckpoint(_ input: [UInt8]) {
    guard let checkpoint = try? Checkpoint(parsing: input) else { return }
    precondition(checkpoint.formatted == input, "a checkpoint has one form")
    precondition(checkpoint.head.size.value < 1 << 63, "a size is below 2^63")
}

func fuzzTLogProof(_ input: [UInt8]) {
    guard let proof = try? TLogProof(parsing: input) else { return }
    precondition(proof.formatted == input, "a proof has one form")
    guard let checkpoint = try? Checkpoint(parsing: proof.note.text) else {
        preconditionFailure("a proof's note is a checkpoint")
    }
    _ = try? proof.proof.verify(leaf: checkpoint.head.root, at: proof.index, in: checkpoint.head)
}

func fuzzAddCheckpoint(_ input: [UInt8]) {
    guard let request = try? AddCheckpointRequest(parsing: input) else { return }
    precondition(request.formatted == input, "a request has one form")
    precondition(request.head.size.value < 1 << 63 && request.oldSize.value < 1 << 63, "sizes are below 2^63")
    let earlier = TreeHead(size: request.oldSize, root: request.head.root)
    _ = try? request.proof.verify(from: earlier, to: request.head)
}

func fuzzSignatureLines(_ input: [UInt8]) {
    guard let lines = try? NoteSignature.parse(lines: input) else { return }
    precondition(lines.flatMap(\.line) == input, "signature lines have one form")
}

func fuzzPolicy(_ input: [UInt8]) {
    guard let policy = try? TLogPolicy(parsing: input) else { return }
    precondition((try? TLogPolicy(parsing: policy.formatted)) == policy, "a policy that is written out is the same")
    _ = try? policy.trustedOrigin()
}

func fuzzTilePath(_ input: [UInt8]) {
    guard let path = TilePath(parsing: input) else { return }
    precondition(path.formatted.utf8.elementsEqual(input), "a tile has one path")
}

func fuzzCodecs(_ input: [UInt8]) {
    if let bytes = Base64.decode(input) { precondition(Base64.encode(bytes) == input, "base64 has one text") }
    if let bytes = Base64URL.decode(input) { precondition(Base64URL.encode(bytes) == input, "base64url has one text") }
    if let bytes = Hex.decode(input) { precondition(Hex.encode(bytes) == input, "hexadecimal has one text") }
    precondition(Base64.decode(Base64.encode(input)) == input, "what is encoded comes back")
}

func fuzzPublicKey(_ input: [UInt8]) {
    guard let key = try? PublicKey(spki: input) else { return }
    precondition(key.spki == input, "a public key has one encoding")
    precondition(!key.isValid(signature: input, for: input), "bytes that nobody signed are no signature")
}

func fuzzPrivateKey(_ input: [UInt8]) {
    guard let key = try? PrivateKey(pem: input), let signature = try? key.sign(input) else { return }
    precondition(key.publicKey.isValid(signature: signature, for: input), "a key that is read signs for itself")
}

/// A time authority's answer, judged under the CA file that the seeds have.
func fuzzTimestamp(_ input: [UInt8]) {
    guard let token = try? TimestampToken(parsing: input) else { return }
    precondition(token.der == input, "an answer is kept as it came")
    precondition((token.accuracy ?? 0) >= 0 && !token.authority.utf8.contains { $0 < 0x20 }, "a claim in plain words")
    guard let roots = timestampRoots else { return }
    _ = try? token.verify(imprint: token.imprint, under: roots)
}

private let timestampRoots = try? TimestampRoots(
    pem: Array(
        """
        -----BEGIN CERTIFICATE-----
        MIIBmTCCAT+gAwIBAgIUUcZd2fMA64Sf1ITuwttEWE1WJH8wCgYIKoZIzj0EAwIw
        ITEfMB0GA1UEAwwWQ291bnRlcnNpZ24gZXhhbXBsZSBDQTAgFw0yNjExMjUxMTQw
        MDhaGA8yMTI2MTEwMTExNDAwOFowITEfMB0GA1UEAwwWQ291bnRlcnNpZ24gZXhh
        bXBsZSBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABBWHsDbtLJFXo6QyGawa
        kDfAQHhQAFJsG2jwyH3Qz6labVdRXGe4LYmnJ2w8umBcK4hb+l0+POkTUitjjjOj
        AcajUzBRMB0GA1UdDgQWBBQoFdM1dP+XTRcCfasBStd1JkGs6zAfBgNVHSMEGDAW
        gBQoFdM1dP+XTRcCfasBStd1JkGs6zAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49
        BAMCA0gAMEUCIEvmWU3UIAbLQsaZc2HHOxyYkAChoSnKjT5sXE6z6jm5AiEA/15I
        RrVw/nO2PQ2Gp6F+J0BqjKzu8cB1BotiJ9/GQCY=
        -----END CERTIFICATE-----

        """.utf8))

func fuzzTimestampRoots(_ input: [UInt8]) {
    guard let roots = try? TimestampRoots(pem: input) else { return }
    precondition((try? TimestampRoots(pem: input)) == roots, "a CA file is read the same again")
}

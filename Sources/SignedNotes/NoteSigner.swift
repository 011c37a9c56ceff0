import LedgerCrypto

/// A log's key with its name: signs notes.
public struct NoteSigner: Sendable {
    public let verifierKey: VerifierKey
    private let signature: @Sendable ([UInt8]) throws -> [UInt8]

    /// - Parameter name: the log's origin. Throws where it cannot name a key.
    public init(name: [UInt8], key: PrivateKey) throws(NoteError) {
        try self.init(name: name, publicKey: key.publicKey) { try key.sign($0) }
    }

    /// A key that somebody else holds. `signature` signs a note's text with it, as `PrivateKey.sign` does; it is not
    /// checked here, and may be called from any thread.
    public init(
        name: [UInt8], publicKey: PublicKey, signature: @escaping @Sendable ([UInt8]) throws -> [UInt8]
    ) throws(NoteError) {
        verifierKey = try VerifierKey(name: name, key: publicKey)
        self.signature = signature
    }

    /// Signs a note's text, which ends with a line feed.
    public func sign(_ text: [UInt8]) throws -> NoteSignature {
        try NoteSignature(name: verifierKey.name, keyID: verifierKey.keyID, signature: try signature(text))
    }
}

extension SignedNote {
    /// A text signed by each of `signers`, in their order.
    public init(signing text: [UInt8], with signers: [NoteSigner]) throws {
        var signatures: [NoteSignature] = []
        for signer in signers { signatures.append(try signer.sign(text)) }
        try self.init(text: text, signatures: signatures)
    }
}

/// A witness's key with its name: cosigns checkpoints (tlog-cosignature, `cosignature/v1`).
public struct NoteCosigner: Sendable {
    /// Of type 0x04.
    public let verifierKey: VerifierKey
    private let key: PrivateKey

    /// Takes an Ed25519 key; there is no cosignature with ECDSA.
    public init(name: [UInt8], key: PrivateKey) throws(NoteError) {
        guard let raw = key.publicKey.rawEd25519 else {
            throw .invalidKey("a witness's key is an Ed25519 key")
        }
        verifierKey = try VerifierKey(name: name, type: .cosignature, material: raw)
        self.key = key
    }

    /// States that at `time` (seconds since 1970) the tree in the checkpoint `text` was the largest consistent one of
    /// its log that this witness had seen. The caller has checked that, and stored it.
    public func cosign(_ text: [UInt8], at time: UInt64) throws -> NoteSignature {
        guard time <= TextRules.maxCount else { throw NoteError.malformed("a cosignature's time is below 2^63") }
        let proper = try key.sign(Cosignature.message(text: text, time: time))
        let stamp = withUnsafeBytes(of: time.bigEndian) { [UInt8]($0) }
        return try NoteSignature(name: verifierKey.name, keyID: verifierKey.keyID, signature: stamp + proper)
    }
}

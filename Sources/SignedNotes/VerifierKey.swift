import LedgerCrypto

/// What a signature on a note means and how it is made (signed-note, "Signature types").
public enum SignatureType: UInt8, Hashable, Sendable, CaseIterable {
    /// Ed25519 over the note's text.
    case ed25519 = 0x01
    /// ECDSA P-256 with SHA-256 over the note's text, in DER.
    case ecdsa = 0x02
    /// A witness's Ed25519 cosignature with a time (tlog-cosignature, `cosignature/v1`).
    case cosignature = 0x04
    /// A certificate transparency log's TreeHeadSignature (static-ct-api; RFC 6962 §3.5).
    case treeHead = 0x05
    /// A cosignature with ML-DSA-44. Its keys are read, its signatures cannot be checked here and are passed over.
    case mldsaCosignature = 0x06
}

/// A named public key as the texts of logs write it ("vkey"): `name+keyid+base64(type ‖ key)`.
///
/// The key id is a hint of 32 bits to find the key by, and nothing more: two keys are equal when name, type and the
/// whole key are.
public struct VerifierKey: Hashable, Sendable {
    /// Not empty; UTF-8 without spaces, control characters and plus signs. For a log's key: the log's origin.
    public let name: [UInt8]
    public let keyID: UInt32
    public let type: SignatureType
    /// The key's bytes as the vkey carries them after the type: 32 raw bytes for Ed25519, else as the type says.
    public let material: [UInt8]
    /// The key; `nil` for ML-DSA-44, which libcrypto 3.0 does not have.
    public let key: PublicKey?

    /// A log's key: type 0x01 for Ed25519, 0x02 for P-256.
    public init(name: [UInt8], key: PublicKey) throws(NoteError) {
        switch key.algorithm {
        case .ed25519: try self.init(name: name, type: .ed25519, material: key.rawEd25519 ?? [])
        case .ecdsaP256: try self.init(name: name, type: .ecdsa, material: key.spki)
        }
    }

    /// A key of any type, from the bytes that its vkey carries.
    public init(name: [UInt8], type: SignatureType, material: [UInt8]) throws(NoteError) {
        guard TextRules.isKeyName(name) else {
            throw .invalidKey("a key's name is UTF-8, not empty, without spaces, control characters and '+'")
        }
        self.name = name
        self.type = type
        self.material = material
        key = try VerifierKey.publicKey(type, material)
        keyID = VerifierKey.keyID(name: name, type: type, material: material)
    }

    /// Reads a vkey in its one form. The key id is computed again and must be the one that is written.
    public init(parsing vkey: [UInt8]) throws(NoteError) {
        guard vkey.count <= VerifierKey.maxByteCount else { throw .invalidKey("longer than any key") }
        // Base64 has plus signs of its own: only the first two divide.
        let parts = vkey.split(separator: TextRules.plus, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .invalidKey("expected name+keyid+key") }
        guard parts[1].count == 8, let written = Hex.decode(parts[1]) else {
            throw .invalidKey("the key id is not eight lower-case hexadecimal digits")
        }
        guard let content = Base64.decode(parts[2]), let number = content.first else {
            throw .invalidKey("the key is not in canonical base64")
        }
        guard let type = SignatureType(rawValue: number) else {
            throw .invalidKey("signature type 0x\(Hex.string([number])) is not known")
        }
        try self.init(name: [UInt8](parts[0]), type: type, material: [UInt8](content.dropFirst()))
        guard KeyID.bytes(keyID) == written else {
            throw .invalidKey("its key id is written as \(Hex.string(written)), but is \(KeyID.text(keyID))")
        }
    }

    /// The vkey.
    public var formatted: [UInt8] {
        name + [TextRules.plus] + Hex.encode(KeyID.bytes(keyID)) + [TextRules.plus]
            + Base64.encode([type.rawValue] + material)
    }

    /// SHA-256 over type ‖ key, as 16 groups of four hexadecimal digits: what two people compare by telephone.
    ///
    /// It does not depend on the name, and unlike the key id it cannot be matched by trying.
    public var fingerprint: String {
        let digits = Digest.sha256([type.rawValue] + material).hex
        var groups: [Substring] = []
        var rest = digits[...]
        while !rest.isEmpty {
            groups.append(rest.prefix(4))
            rest = rest.dropFirst(4)
        }
        return groups.joined(separator: " ")
    }

    /// An ML-DSA-44 vkey with a name of a kilobyte is some 2,800 bytes.
    private static let maxByteCount = 8_192
    private static let mldsa44ByteCount = 1_312

    private static func publicKey(_ type: SignatureType, _ material: [UInt8]) throws(NoteError) -> PublicKey? {
        switch type {
        case .ed25519, .cosignature:
            return try read { () throws(CryptoError) in try PublicKey(ed25519: material) }
        case .ecdsa, .treeHead:
            let key = try read { () throws(CryptoError) in try PublicKey(spki: material) }
            guard key.algorithm == .ecdsaP256 else { throw .invalidKey("expected a P-256 key") }
            return key
        case .mldsaCosignature:
            guard material.count == mldsa44ByteCount else {
                throw .invalidKey("an ML-DSA-44 key has \(mldsa44ByteCount) bytes")
            }
            return nil
        }
    }

    private static func read(_ key: () throws(CryptoError) -> PublicKey) throws(NoteError) -> PublicKey {
        do throws(CryptoError) { return try key() } catch { throw .invalidKey(error.description) }
    }

    /// signed-note, "Signature types": ECDSA keys are known by their SubjectPublicKeyInfo alone, as the first tools
    /// that used them did; CT logs by their log id; all others by name, type and key.
    private static func keyID(name: [UInt8], type: SignatureType, material: [UInt8]) -> UInt32 {
        switch type {
        case .ecdsa: KeyID.first(of: .sha256(material))
        case .treeHead:
            KeyID.first(of: .sha256(name + [TextRules.lineFeed, type.rawValue] + Digest.sha256(material).bytes))
        case .ed25519, .cosignature, .mldsaCosignature:
            KeyID.first(of: .sha256(name + [TextRules.lineFeed, type.rawValue] + material))
        }
    }
}

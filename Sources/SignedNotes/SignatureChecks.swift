import LedgerCrypto
import MerkleTree

/// One signature line of a note: whose it claims to be, and the bytes.
public struct NoteSignature: Hashable, Sendable {
    /// The name of the key that is said to have signed.
    public let name: [UInt8]
    public let keyID: UInt32
    /// What follows the key id: its form depends on the key's type. Never empty.
    public let signature: [UInt8]

    public init(name: [UInt8], keyID: UInt32, signature: [UInt8]) throws(NoteError) {
        guard TextRules.isKeyName(name) else { throw .malformedSignatures("a signature line's name cannot name a key") }
        guard !signature.isEmpty else { throw .malformedSignatures("a signature line without a signature") }
        self.name = name
        self.keyID = keyID
        self.signature = signature
    }

    /// The key id in eight lower-case hexadecimal digits, as a vkey writes it.
    public var keyIDText: String { KeyID.text(keyID) }
}

extension VerifierKey {
    /// The key id in eight lower-case hexadecimal digits, as the vkey writes it.
    public var keyIDText: String { KeyID.text(keyID) }

    /// Whether a signature line claims to be by this key.
    func isNamed(by line: NoteSignature) -> Bool { line.name == name && line.keyID == keyID }

    /// Whether this key made `signature` (what follows the key id) over a note's text. Always `false` for ML-DSA-44.
    func isValid(_ signature: [UInt8], over text: [UInt8]) -> Bool {
        guard let key else { return false }
        switch type {
        case .ed25519, .ecdsa: return key.isValid(signature: signature, for: text)
        case .cosignature:
            guard let time = Cosignature.time(of: signature) else { return false }
            let proper = [UInt8](signature.dropFirst(Cosignature.timeByteCount))
            return key.isValid(signature: proper, for: Cosignature.message(text: text, time: time))
        case .treeHead: return TreeHeadSignature.isValid(signature, by: self, key, over: text)
        case .mldsaCosignature: return false
        }
    }
}

/// A witness's statement (tlog-cosignature, `cosignature/v1`): at this time, this was the largest consistent tree of
/// the log that it had seen. It says nothing about the entries.
public enum Cosignature {
    static let timeByteCount = 8
    private static let byteCount = timeByteCount + 64

    /// The seconds since 1970 that a cosignature carries; `nil` where the bytes are none.
    public static func time(of signature: [UInt8]) -> UInt64? {
        guard signature.count == byteCount else { return nil }
        let time = signature.prefix(timeByteCount).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return time <= TextRules.maxCount ? time : nil
    }

    /// What is signed: a header line, the time, and the whole text with its last line feed.
    static func message(text: [UInt8], time: UInt64) -> [UInt8] {
        [UInt8]("cosignature/v1\ntime \(time)\n".utf8) + text
    }
}

/// A certificate transparency log's signature over its tree head (static-ct-api, "Checkpoints"; RFC 6962 §3.5).
enum TreeHeadSignature {
    private static let timeByteCount = 8
    /// SHA-256 and ECDSA, as TLS 1.2 numbers them (RFC 5246 §7.4.1.4.1).
    private static let algorithms: [UInt8] = [4, 3]

    /// The signed structure does not hold the origin, so it is compared with the key's name here; and it holds no
    /// extension lines, so there may be none.
    static func isValid(_ signature: [UInt8], by verifier: VerifierKey, _ key: PublicKey, over text: [UInt8]) -> Bool {
        guard let checkpoint = try? Checkpoint(parsing: text), checkpoint.origin == verifier.name,
            checkpoint.extensions.isEmpty, signature.count > timeByteCount + 4
        else { return false }
        let time = signature.prefix(timeByteCount)
        let digitallySigned = signature.dropFirst(timeByteCount)
        guard digitallySigned.starts(with: algorithms) else { return false }
        let length = digitallySigned.dropFirst(2).prefix(2).reduce(0) { $0 << 8 | Int($1) }
        let proper = [UInt8](digitallySigned.dropFirst(4))
        guard proper.count == length else { return false }
        // version v1, signature_type tree_hash, timestamp, tree_size, root
        var structure: [UInt8] = [0, 1] + time
        withUnsafeBytes(of: checkpoint.head.size.value.bigEndian) { structure.append(contentsOf: $0) }
        checkpoint.head.root.append(to: &structure)
        return key.isValid(signature: proper, for: structure)
    }
}

import MerkleTree

/// Why a text of the log was refused: what is wrong, where, and by which rule.
public enum NoteError: Error, Hashable, Sendable {
    /// The bytes are not in the format's one form. Says what was expected, and on which line where that helps.
    case malformed(String)
    /// The text may be a note's, but what stands under it are no signature lines in their one form, or too many, or none.
    case malformedSignatures(String)
    /// The text is no verifier key, or its key id is another key's.
    case invalidKey(String)
    /// Two different keys share a name and a key id, so a signature line could mean either.
    case ambiguousKeys(name: String)
    /// No signature is by a key that the verifier knows.
    case noKnownSignature
    /// A key that the verifier knows did not make the signature that stands under its name.
    case badSignature(name: String, keyID: UInt32)
    /// The checkpoint speaks for another log than the key does.
    case wrongOrigin(expected: String, found: String)
    /// Too few witnesses cosigned. Says which quorum was asked for, who counted and who is missing.
    case quorumMissed(String)
    /// The trust policy is well-formed, but does not say which one log to trust.
    case unsuitablePolicy(String)
    /// The entry is not where the proof says, under a head that is trusted.
    case notIncluded(ProofError)
}

extension NoteError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .malformed(let what), .malformedSignatures(let what): what
        case .invalidKey(let what): "not a verifier key: \(what)"
        case .ambiguousKeys(let name): "two known keys share the name '\(name)' and its key id: use one of them"
        case .noKnownSignature: "no signature by a known key"
        case .badSignature(let name, let keyID):
            "the signature under the name '\(name)' (key id \(KeyID.text(keyID))) was not made by that known key"
        case .wrongOrigin(let expected, let found):
            "the checkpoint's origin is '\(found)', but the key signs for '\(expected)'"
        case .quorumMissed(let what): what
        case .unsuitablePolicy(let what): what
        case .notIncluded(let error): "the entry is not in the log where the proof says: \(error)"
        }
    }
}

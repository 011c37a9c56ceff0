import LedgerCrypto

/// The kinds of text in the vocabulary. Each has a regular expression for the JSON Schemas and a parser for
/// the strict reader; a test holds them together.
package enum TextForm: Sendable, CaseIterable {
    /// Any text that is not empty.
    case anything
    case principalID
    case digest
    case timestamp
    /// 128 bits, base64url.
    case nonce
    /// Standard base64 with its padding, not empty.
    case base64
    /// An SD-JWT digest: SHA-256, base64url.
    case concealedDigest

    /// Whether `text` has this form, in its one canonical spelling.
    package func accepts(_ text: Text) -> Bool { text.withBytes { accepts($0) } }

    /// The same for UTF-8 bytes.
    func accepts(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        switch self {
        case .anything: !bytes.isEmpty
        case .principalID: PrincipalID.isWellFormed(bytes)
        case .digest: ContentDigest.isWellFormed(bytes)
        case .timestamp: Timestamp(bytes: bytes) != nil
        case .nonce: Base64URL.decode(bytes)?.count == 16
        case .base64: Base64.decode(bytes)?.isEmpty == false
        case .concealedDigest: Base64URL.decode(bytes)?.count == 32
        }
    }

    /// The stable name of the rule that a text of another form breaks.
    package var rule: String {
        switch self {
        case .anything: "text-not-empty"
        case .principalID: "principal-id"
        case .digest: "digest"
        case .timestamp: "timestamp"
        case .nonce: "nonce"
        case .base64: "base64"
        case .concealedDigest: "concealed-digest"
        }
    }

    /// The form in words, to follow "must be".
    package var words: String {
        switch self {
        case .anything: "a string that is not empty"
        case .principalID: "a principal id: a system, a colon, and an id in that system"
        case .digest: "a digest: sha256: and 64 lower-case hexadecimal digits"
        case .timestamp: "a time in UTC: YYYY-MM-DDThh:mm:ssZ, with at most nine digits of a fraction"
        case .nonce: "128 bits in base64url without padding, 22 characters"
        case .base64: "standard base64 with its padding"
        case .concealedDigest: "a SHA-256 digest in base64url without padding, 43 characters"
        }
    }
}

import LedgerCrypto

/// The SHA-256 of something that events speak of, as they write it: `sha256:` and 64 lower-case hexadecimal digits.
public struct ContentDigest: Hashable, Sendable, CustomStringConvertible {
    public let digest: Digest

    public init(_ digest: Digest) { self.digest = digest }

    /// Reads the form above, and nothing else.
    public init?(_ text: Text) {
        guard text.utf8.count == 71, text.hasPrefix("sha256:"), let digest = Digest(hex: text.string.dropFirst(7))
        else {
            return nil
        }
        self.digest = digest
    }

    /// The 32 bytes.
    public var bytes: [UInt8] { digest.bytes }
    public var text: Text { Text("sha256:" + digest.hex) }
    public var description: String { text.string }
}

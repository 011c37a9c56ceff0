import LedgerCrypto

/// What a caller shows in `Authorization: Bearer …`: a public key id and 256 random bits.
///
/// ```
/// cst_3f9a0c44d1e20b67_kX0uM9…43 characters…
/// ```
/// The key id only says which record to compare with, so it may stand in logs and in the log. The
/// whole text is 64 bytes; only its SHA-256 is ever stored (256 random bits need no slow hash).
public struct BearerToken: Sendable {
    /// 16 lower-case hexadecimal digits. They are random, not derived from the secret.
    public let keyID: String
    /// The whole token. It is shown once, when it is made, and never written or logged.
    private let bytes: [UInt8]

    /// Makes a new token from the system's random source.
    public init() throws(CryptoError) {
        keyID = Hex.string(try SecureRandom.bytes(8))
        bytes = Array((Self.prefix + keyID + "_" + Base64URL.string(try SecureRandom.bytes(32))).utf8)
    }

    /// Reads a token's exact form; nil for anything else.
    public init?(parsing text: some Collection<UInt8>) {
        let bytes = Array(text)
        guard bytes.count == Self.length, bytes.starts(with: Self.prefix.utf8), bytes[20] == UInt8(ascii: "_") else {
            return nil
        }
        let keyID = bytes[4..<20]
        guard keyID.allSatisfy(Self.isHexDigit), Base64URL.decode(bytes[21...])?.count == 32 else { return nil }
        self.keyID = String(decoding: keyID, as: UTF8.self)
        self.bytes = bytes
    }

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// What is stored in the token's place.
    public var digest: Digest { Digest.sha256(bytes) }

    /// What names the credential in the log and in listings: nothing of the secret, nor a hash of it.
    public var fingerprint: String { "token:" + keyID }

    private static let prefix = "cst_"
    private static let length = 64

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}

extension BearerToken: CustomStringConvertible {
    /// Names the credential without giving it away, whatever prints it.
    public var description: String { fingerprint }
}

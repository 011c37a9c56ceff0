import LedgerCrypto

/// The SHA-256 of something that events speak of, as they write it: `sha256:` and 64 lower-case hexadecimal digits.
public struct ContentDigest: Hashable, Sendable, CustomStringConvertible {
    public let digest: Digest

    public init(_ digest: Digest) { self.digest = digest }

    /// Reads the form above, and nothing else.
    public init?(_ text: Text) {
        guard let digest = text.withBytes({ Self(bytes: $0) }) else { return nil }
        self = digest
    }

    /// The same from UTF-8 bytes.
    init?(bytes: UnsafeBufferPointer<UInt8>) {
        guard Self.isWellFormed(bytes) else { return nil }
        digest = withUnsafeTemporaryAllocation(byteCount: Digest.byteCount, alignment: 1) { octets in
            for at in 0..<Digest.byteCount {
                octets[at] = Self.nibble(bytes[7 + 2 * at]) << 4 | Self.nibble(bytes[8 + 2 * at])
            }
            return Digest(loading: UnsafeRawBufferPointer(octets))
        }
    }

    /// `sha256:`, the first byte lowest.
    private static let prefix: UInt64 = 0x003A_3635_3261_6873

    /// Whether bytes have the form above. Events are full of digests, most of which are looked at and no more.
    static func isWellFormed(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bytes.count == 71, let base = UnsafeRawPointer(bytes.baseAddress) else { return false }
        // Seven bytes of prefix: those before the top one of a word.
        guard ByteWords.load(base, 0) << 8 == prefix << 8 else { return false }
        for at in stride(from: 7, to: 71, by: 8) where !ByteWords.areHexDigits(ByteWords.load(base, at)) {
            return false
        }
        return true
    }

    /// The value of a lower-case hexadecimal digit.
    @inline(__always)
    private static func nibble(_ digit: UInt8) -> UInt8 {
        digit <= UInt8(ascii: "9") ? digit - UInt8(ascii: "0") : digit - UInt8(ascii: "a") + 10
    }

    /// The 32 bytes.
    public var bytes: [UInt8] { digest.bytes }
    public var text: Text { Text("sha256:" + digest.hex) }
    public var description: String { text.string }
}

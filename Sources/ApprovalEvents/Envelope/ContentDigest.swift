import LedgerCrypto

/// The SHA-256 of something that events speak of, as they write it: `sha256:` and 64 lower-case hexadecimal digits.
public struct ContentDigest: Hashable, Sendable, CustomStringConvertible {
    public let digest: Digest

    public init(_ digest: Digest) { self.digest = digest }

    /// Reads the form above, and nothing else.
    public init?(_ text: Text) {
        guard text.utf8.count == 71, text.hasPrefix("sha256:"),
            let octets = text.withBytes({ Self.octets($0[7...]) }), let digest = Digest(octets)
        else { return nil }
        self.digest = digest
    }

    /// The bytes that lower-case digits stand for. Events are full of digests, so this does without `Substring`, whose
    /// generic collections cost more than the hashing.
    private static func octets(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8]? {
        var octets: [UInt8] = []
        octets.reserveCapacity(32)
        var at = digits.startIndex
        while at < digits.endIndex {
            guard let high = nibble(digits[at]), let low = nibble(digits[at + 1]) else { return nil }
            octets.append(high << 4 | low)
            at += 2
        }
        return octets
    }

    @inline(__always)
    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    /// The 32 bytes.
    public var bytes: [UInt8] { digest.bytes }
    public var text: Text { Text("sha256:" + digest.hex) }
    public var description: String { text.string }
}

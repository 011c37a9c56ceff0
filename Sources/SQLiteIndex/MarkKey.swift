import ApprovalEvents
import LedgerCrypto

/// The secret of one index file, under which fingerprints are made: SHA-256 of the key and what is meant, cut.
///
/// Without the key nobody can choose two identities whose fingerprints fall together. By chance, among 100 million
/// events, two do with a probability of 3 in 10²³ (n²/2 pairs over 2¹²⁷).
package struct MarkKey: Sendable {
    static let byteCount = 32

    /// The key, then what is hashed.
    private var message: [UInt8]

    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        message = bytes
    }

    static func random() throws -> [UInt8] { try SecureRandom.bytes(byteCount) }

    /// The source's length goes first, so that no other source and id make the same message.
    package mutating func fingerprint(of identity: EventIdentity) -> Fingerprint {
        withUnsafeBytes(of: UInt64(identity.source.utf8.count).bigEndian) { message.append(contentsOf: $0) }
        identity.source.withBytes { message.append(contentsOf: $0) }
        identity.id.withBytes { message.append(contentsOf: $0) }
        let (high, low) = digest()
        return Fingerprint(high: high & ~(1 << 63), low: low)
    }

    mutating func fingerprint(ofSubject subject: Text) -> Fingerprint {
        subject.withBytes { message.append(contentsOf: $0) }
        let (high, low) = digest()
        return Fingerprint(high: high | 1 << 63, low: low)
    }

    private mutating func digest() -> (high: UInt64, low: UInt64) {
        let digest = Digest.sha256(message)
        message.removeLast(message.count - Self.byteCount)
        return withUnsafeTemporaryAllocation(byteCount: Digest.byteCount, alignment: 8) { memory in
            digest.store(into: memory)
            return (
                UInt64(bigEndian: memory.load(as: UInt64.self)),
                UInt64(bigEndian: memory.load(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }
}

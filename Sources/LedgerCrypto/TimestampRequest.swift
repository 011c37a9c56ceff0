import COpenSSL

/// A request for a timestamp (RFC 3161 §2.4.1): for a SHA-256, with a nonce, asking for the authority's certificates.
public struct TimestampRequest: Hashable, Sendable {
    /// What shall be shown to have existed: its SHA-256.
    public let imprint: Digest
    /// Eight bytes that only this request has, so that its answer cannot be an old one. The first is from 1 to 127:
    /// an INTEGER in DER of the same length for all.
    public let nonce: [UInt8]
    /// The request, DER-encoded, as it is posted (`application/timestamp-query`).
    public let der: [UInt8]

    static let nonceByteCount = 8

    /// A request with a fresh nonce.
    public init(imprint: Digest) throws(CryptoError) {
        var nonce = try SecureRandom.bytes(Self.nonceByteCount)
        nonce[0] = nonce[0] & 0x3F | 0x40
        self.init(imprint: imprint, nonce: nonce)
    }

    /// - Precondition: the nonce has eight bytes, the first from 1 to 127.
    init(imprint: Digest, nonce: [UInt8]) {
        precondition(nonce.count == Self.nonceByteCount && (1...127).contains(nonce[0]), "a nonce")
        self.imprint = imprint
        self.nonce = nonce
        // SEQUENCE { version 1, SEQUENCE { SEQUENCE { id-sha256, NULL }, OCTET STRING }, nonce INTEGER, certReq TRUE }
        der = Self.head + imprint.bytes + [0x02, 0x08] + nonce + [0x01, 0x01, 0xFF]
    }

    private static let head: [UInt8] = [
        0x30, 0x43, 0x02, 0x01, 0x01, 0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,
        0x02,
        0x01, 0x05, 0x00, 0x04, 0x20,
    ]
}

import COpenSSL

/// Random bytes for salts, nonces and tokens, from libcrypto's generator (seeded by the kernel).
public enum SecureRandom {
    /// `count` fresh bytes. Throws when the generator has no entropy; never gives weaker ones.
    ///
    /// - Precondition: `count` is from 0 to 2³¹ − 1.
    public static func bytes(_ count: Int) throws(CryptoError) -> [UInt8] {
        precondition(count >= 0 && count <= Int(Int32.max), "a count of random bytes")
        OpenSSLErrors.clear()
        var bytes = [UInt8](repeating: 0, count: count)
        // The generator for secrets: tokens come from here too.
        guard RAND_priv_bytes(&bytes, Int32(count)) == 1 else {
            throw .fromQueue(.failed, "no random bytes")
        }
        return bytes
    }
}

/// Whether two secrets are equal, in a time that depends on their lengths alone.
public func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.withUnsafeBytes { left in right.withUnsafeBytes { constantTimeEqual(left, $0) } }
}

/// The same for bytes that are lent.
public func constantTimeEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    left.count == right.count && CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
}

import COpenSSL

/// The two signature schemes that Countersign signs with.
public enum SignatureAlgorithm: String, Hashable, Sendable, CaseIterable {
    /// Ed25519 (RFC 8032): 64-byte signatures over the message itself.
    case ed25519 = "ed25519"
    /// ECDSA on P-256 with SHA-256 (FIPS 186-5): signatures in DER.
    case ecdsaP256 = "ecdsa-p256"

    /// The name under which libcrypto generates the scheme's keys.
    var keyType: String {
        switch self {
        case .ed25519: "ED25519"
        case .ecdsaP256: "EC"
        }
    }

    /// What libcrypto hashes a message with before signing; Ed25519 hashes by itself.
    var messageDigest: String? {
        switch self {
        case .ed25519: nil
        case .ecdsaP256: "SHA256"
        }
    }
}

/// One reference to a libcrypto key, given back when the last holder is gone.
///
/// libcrypto lets any number of threads sign and verify with one EVP_PKEY as long as nobody changes it; nothing
/// here does, and every operation brings a context of its own.
final class KeyHandle: Sendable {
    nonisolated(unsafe) let pointer: OpaquePointer

    /// Takes over the caller's reference.
    init(owning pointer: OpaquePointer) { self.pointer = pointer }

    deinit { EVP_PKEY_free(pointer) }

    /// Which of our schemes the key is for. Another type or curve is refused by its name.
    func algorithm() throws(CryptoError) -> SignatureAlgorithm {
        if EVP_PKEY_is_a(pointer, "ED25519") == 1 { return .ed25519 }
        guard EVP_PKEY_is_a(pointer, "EC") == 1 else {
            let type = EVP_PKEY_get0_type_name(pointer).map { String(cString: $0) } ?? "unknown"
            throw CryptoError(.unsupportedKey, "\(type) keys are not used here, only Ed25519 and ECDSA P-256")
        }
        let curve = curveName() ?? "unnamed"
        guard curve == "prime256v1" else {
            throw CryptoError(.unsupportedKey, "the curve \(curve) is not used here, only P-256 (and Ed25519)")
        }
        return .ecdsaP256
    }

    private func curveName() -> String? {
        var name = [CChar](repeating: 0, count: 64)
        guard EVP_PKEY_get_group_name(pointer, &name, name.count, nil) == 1 else { return nil }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The point of a P-256 key, uncompressed: 04 ‖ x ‖ y.
    func point() throws(CryptoError) -> [UInt8] {
        OpenSSLErrors.clear()
        var point = [UInt8](repeating: 0, count: 65)
        var count = 0
        guard EVP_PKEY_get_octet_string_param(pointer, "encoded-pub-key", &point, point.count, &count) == 1,
            count == point.count, point.first == 4
        else { throw .fromQueue(.failed, "the token does not show the key's point") }
        return point
    }

    /// The key's SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) in DER.
    func subjectPublicKeyInfo() throws(CryptoError) -> [UInt8] {
        OpenSSLErrors.clear()
        var encoded: UnsafeMutablePointer<UInt8>?
        let count = i2d_PUBKEY(pointer, &encoded)
        guard count > 0, let encoded else { throw .fromQueue(.failed, "cannot encode the public key") }
        defer { CRYPTO_free(encoded, #fileID, #line) }
        return [UInt8](UnsafeBufferPointer(start: encoded, count: Int(count)))
    }
}

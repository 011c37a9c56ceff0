import COpenSSL

/// A key that signs. It may be used from several threads at once.
///
/// It is no `Hashable`, `Codable` or printable value: the only way out for its secret is `pem(passphrase:)`, and a key on
/// a token has none.
public struct PrivateKey: Sendable {
    public let algorithm: SignatureAlgorithm
    public let publicKey: PublicKey
    let handle: KeyHandle

    /// Makes a new key from libcrypto's generator for secrets.
    public init(generating algorithm: SignatureAlgorithm) throws(CryptoError) {
        OpenSSLErrors.clear()
        guard let context = EVP_PKEY_CTX_new_from_name(nil, algorithm.keyType, nil) else {
            throw .fromQueue(.failed, "libcrypto offers no \(algorithm.rawValue) keys")
        }
        defer { EVP_PKEY_CTX_free(context) }
        var pointer: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1,
            algorithm != .ecdsaP256 || EVP_PKEY_CTX_set_group_name(context, "P-256") == 1,
            EVP_PKEY_generate(context, &pointer) == 1, let pointer
        else { throw .fromQueue(.failed, "cannot generate an \(algorithm.rawValue) key") }
        try self.init(checking: KeyHandle(owning: pointer))
    }

    /// Takes a key of a supported type whose two halves belong together.
    init(checking handle: KeyHandle) throws(CryptoError) {
        algorithm = try handle.algorithm()
        OpenSSLErrors.clear()
        guard let context = EVP_PKEY_CTX_new_from_pkey(nil, handle.pointer, nil) else {
            throw .fromQueue(.failed, "cannot check the private key")
        }
        defer { EVP_PKEY_CTX_free(context) }
        guard EVP_PKEY_check(context) == 1 else {
            throw .fromQueue(.malformed, "the private key is not valid, or its public half is another key's")
        }
        publicKey = try PublicKey(of: handle)
        self.handle = handle
    }

    /// Takes a key whose private half cannot be looked at: it signs once, and its public half has to agree.
    init(onToken handle: KeyHandle) throws(CryptoError) {
        algorithm = try handle.algorithm()
        publicKey = try PublicKey(onToken: handle)
        self.handle = handle
        let probe = Array("Does this token hold the key?\n".utf8)
        guard publicKey.isValid(signature: try sign(probe), for: probe) else {
            throw CryptoError(
                .failed, "the token signs with another key than the one it shows: is its id another key's too?")
        }
    }

    /// Signs `message`. Ed25519: 64 bytes, always the same for the same message. ECDSA: DER over SHA-256(message),
    /// different each time.
    public func sign(_ message: [UInt8]) throws(CryptoError) -> [UInt8] {
        OpenSSLErrors.clear()
        guard let context = EVP_MD_CTX_new() else { throw .fromQueue(.failed, "no memory to sign with") }
        defer { EVP_MD_CTX_free(context) }
        let digest = algorithm.messageDigest
        var count = Int(EVP_PKEY_get_size(handle.pointer))
        var signature = [UInt8](repeating: 0, count: count)
        guard EVP_DigestSignInit_ex(context, nil, digest, nil, nil, handle.pointer, nil) == 1,
            EVP_DigestSign(context, &signature, &count, message, message.count) == 1
        else { throw .fromQueue(.failed, "cannot sign") }
        return [UInt8](signature.prefix(count))
    }
}

import COpenSSL

/// Private keys as files: PEM of PKCS#8 (RFC 5958, RFC 7468 §10–11), plain or encrypted.
///
/// The PEM is taken apart here rather than with libcrypto's reader for any key, because that reader asks on the
/// terminal when it lacks a passphrase, and accepts forms that we do not write.
extension PrivateKey {
    /// How often the passphrase is hashed (PBKDF2 with HMAC-SHA-256) where we encrypt a key: OWASP's figure of 2023,
    /// about a quarter of a second.
    static let iterations: Int32 = 600_000

    /// The largest PEM text that is looked at. An Ed25519 key has some 120 bytes, a P-256 key 240.
    private static let maxByteCount = 65_536

    /// Reads the first key in a PEM text.
    ///
    /// Never asks anybody: an encrypted key without a passphrase is `.passphraseMissing`, and one that the
    /// passphrase does not open is `.passphraseWrong`. A passphrase for a key that is not encrypted is not used.
    public init(pem: [UInt8], passphrase: [UInt8]? = nil) throws(CryptoError) {
        guard pem.count <= PrivateKey.maxByteCount else {
            throw CryptoError(.malformed, "a private key's PEM has at most \(PrivateKey.maxByteCount) bytes")
        }
        let block = try PEMBlock(reading: pem)
        guard !block.hasHeaders else {
            throw CryptoError(.malformed, "the private key has PEM headers: convert it with 'openssl pkcs8 -topk8'")
        }
        let info: OpaquePointer
        switch block.label {
        case "PRIVATE KEY": info = try PrivateKey.plainInfo(block)
        case "ENCRYPTED PRIVATE KEY": info = try PrivateKey.decryptedInfo(block, passphrase: passphrase)
        default:
            throw CryptoError(
                .malformed,
                "expected a PEM block PRIVATE KEY or ENCRYPTED PRIVATE KEY (PKCS#8), found '\(block.label)'; "
                    + "'openssl pkcs8 -topk8' converts a private key")
        }
        defer { PKCS8_PRIV_KEY_INFO_free(info) }
        OpenSSLErrors.clear()
        guard let key = EVP_PKCS82PKEY(info) else {
            throw .fromQueue(.unsupportedKey, "not a private key that libcrypto understands")
        }
        try self.init(checking: KeyHandle(owning: key))
    }

    /// The key as PEM of PKCS#8. With a passphrase: PBES2 (RFC 8018) with PBKDF2-HMAC-SHA-256, 16 bytes of salt
    /// and AES-256-CBC, which `openssl pkey` and every current tool read. The caller keeps the bytes secret.
    public func pem(passphrase: [UInt8]? = nil) throws(CryptoError) -> [UInt8] {
        OpenSSLErrors.clear()
        guard let info = EVP_PKEY2PKCS8(handle.pointer), let output = BIO_new(BIO_s_secmem()) else {
            throw .fromQueue(.failed, "cannot encode the private key")
        }
        defer {
            PKCS8_PRIV_KEY_INFO_free(info)
            BIO_free_all(output)
        }
        if let passphrase {
            let encrypted = try PrivateKey.encrypt(info, passphrase: passphrase)
            defer { X509_SIG_free(encrypted) }
            guard PEM_write_bio_PKCS8(output, encrypted) == 1 else {
                throw .fromQueue(.failed, "cannot write the encrypted private key")
            }
        } else {
            guard PEM_write_bio_PKCS8_PRIV_KEY_INFO(output, info) == 1 else {
                throw .fromQueue(.failed, "cannot write the private key")
            }
        }
        var text = [UInt8](repeating: 0, count: PrivateKey.maxByteCount)
        let count = BIO_read(output, &text, Int32(text.count))
        guard count > 0 else { throw .fromQueue(.failed, "cannot write the private key") }
        return [UInt8](text.prefix(Int(count)))
    }

    private static func encrypt(_ info: OpaquePointer, passphrase: [UInt8]) throws(CryptoError) -> OpaquePointer {
        guard !passphrase.isEmpty else {
            throw CryptoError(.passphraseMissing, "the passphrase to protect the private key with is empty")
        }
        let saltCount: Int32 = 16
        let encrypted = passphrase.withUnsafeBytes { secret in
            // The id −1 asks for PBES2; libcrypto fills in a random salt and PBKDF2 with HMAC-SHA-256.
            PKCS8_encrypt(
                -1, EVP_aes_256_cbc(), secret.baseAddress?.assumingMemoryBound(to: CChar.self),
                Int32(clamping: secret.count), nil, saltCount, iterations, info)
        }
        guard let encrypted else { throw .fromQueue(.failed, "cannot encrypt the private key") }
        return encrypted
    }

    private static func plainInfo(_ block: borrowing PEMBlock) throws(CryptoError) -> OpaquePointer {
        OpenSSLErrors.clear()
        var next: UnsafePointer<UInt8>? = UnsafePointer(block.data)
        guard let info = d2i_PKCS8_PRIV_KEY_INFO(nil, &next, block.count) else {
            throw .fromQueue(.malformed, "the PEM block PRIVATE KEY holds no PKCS#8 key")
        }
        guard next == UnsafePointer(block.data) + block.count else {
            PKCS8_PRIV_KEY_INFO_free(info)
            throw CryptoError(.malformed, "something follows the key in the PEM block PRIVATE KEY")
        }
        return info
    }

    private static func decryptedInfo(
        _ block: borrowing PEMBlock, passphrase: [UInt8]?
    ) throws(CryptoError) -> OpaquePointer {
        OpenSSLErrors.clear()
        var next: UnsafePointer<UInt8>? = UnsafePointer(block.data)
        guard let encrypted = d2i_X509_SIG(nil, &next, block.count) else {
            throw .fromQueue(.malformed, "the PEM block ENCRYPTED PRIVATE KEY holds no encrypted PKCS#8 key")
        }
        defer { X509_SIG_free(encrypted) }
        guard next == UnsafePointer(block.data) + block.count else {
            throw CryptoError(.malformed, "something follows the key in the PEM block ENCRYPTED PRIVATE KEY")
        }
        guard let passphrase, !passphrase.isEmpty else {
            throw CryptoError(.passphraseMissing, "the private key is encrypted and no passphrase was given")
        }
        let info = passphrase.withUnsafeBytes { secret in
            PKCS8_decrypt(
                encrypted, secret.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: secret.count))
        }
        guard let info else { throw .fromQueue(.passphraseWrong, "the passphrase does not open the private key") }
        return info
    }
}

/// One block of a PEM text, its content wiped when the block goes.
private struct PEMBlock: ~Copyable {
    let label: String
    let hasHeaders: Bool
    let data: UnsafeMutablePointer<UInt8>
    let count: Int

    /// Reads the first block. Text before it is passed over, as RFC 7468 §2 allows.
    init(reading text: [UInt8]) throws(CryptoError) {
        OpenSSLErrors.clear()
        var label: UnsafeMutablePointer<CChar>?
        var headers: UnsafeMutablePointer<CChar>?
        var data: UnsafeMutablePointer<UInt8>?
        var count = 0
        let isRead = withBIO(over: text) { PEM_read_bio($0, &label, &headers, &data, &count) == 1 }
        guard isRead, let label, let headers, let data else {
            throw .fromQueue(.malformed, "no PEM block to read a private key from")
        }
        self.label = String(cString: label)
        hasHeaders = headers.pointee != 0
        self.data = data
        self.count = count
        CRYPTO_free(label, #fileID, #line)
        CRYPTO_free(headers, #fileID, #line)
    }

    deinit { CRYPTO_clear_free(data, count, #fileID, #line) }
}

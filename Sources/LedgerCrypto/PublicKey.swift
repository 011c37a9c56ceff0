import COpenSSL

/// A key that signatures are checked with. Two are equal when their SubjectPublicKeyInfo bytes are.
public struct PublicKey: Sendable {
    public let algorithm: SignatureAlgorithm
    /// SubjectPublicKeyInfo in DER (RFC 5280 §4.1.2.7; RFC 8410 §4 for Ed25519, RFC 5480 §2 for P-256).
    public let spki: [UInt8]
    private let handle: KeyHandle

    /// The 32 bytes of an Ed25519 key (RFC 8032 §5.1.5).
    public init(ed25519 raw: [UInt8]) throws(CryptoError) {
        guard raw.count == PublicKey.ed25519ByteCount else {
            throw CryptoError(.malformed, "an Ed25519 public key has 32 bytes, not \(raw.count)")
        }
        try self.init(spki: PublicKey.ed25519Header + raw)
    }

    /// A SubjectPublicKeyInfo in the one form that is written for its scheme: for P-256, the named curve and an
    /// uncompressed point that lies on it. So a key has one encoding and one key id.
    public init(spki: [UInt8]) throws(CryptoError) {
        OpenSSLErrors.clear()
        var pointer: OpaquePointer?
        var consumed = 0
        spki.withUnsafeBufferPointer { buffer in
            var next = buffer.baseAddress
            pointer = d2i_PUBKEY(nil, &next, buffer.count)
            if let start = buffer.baseAddress, let next { consumed = next - start }
        }
        guard let pointer else { throw .fromQueue(.malformed, "not a public key in DER (SubjectPublicKeyInfo)") }
        let handle = KeyHandle(owning: pointer)
        let algorithm = try handle.algorithm()
        let (header, count) = PublicKey.form(of: algorithm)
        guard consumed == spki.count, spki.count == count, spki.starts(with: header) else {
            throw CryptoError(.malformed, "not the canonical SubjectPublicKeyInfo of an \(algorithm.rawValue) key")
        }
        self.algorithm = algorithm
        self.spki = spki
        self.handle = handle
    }

    /// The public half of a key that has been checked.
    init(of handle: KeyHandle) throws(CryptoError) {
        try self.init(spki: try handle.subjectPublicKeyInfo())
    }

    /// The public half of a key on a token. Its provider may write the curve with all its parameters, where the one form
    /// names it: then the key is put together from its point.
    init(onToken handle: KeyHandle) throws(CryptoError) {
        let written = try handle.subjectPublicKeyInfo()
        let isNamed = try handle.algorithm() == .ed25519 || written.starts(with: PublicKey.p256Header.dropLast())
        try self.init(spki: isNamed ? written : PublicKey.p256Header.dropLast() + handle.point())
    }

    /// The 32 bytes of an Ed25519 key; `nil` for another scheme.
    public var rawEd25519: [UInt8]? {
        algorithm == .ed25519 ? [UInt8](spki.dropFirst(PublicKey.ed25519Header.count)) : nil
    }

    /// The key as tools like `openssl` read it: PEM of the SubjectPublicKeyInfo (RFC 7468 §13).
    public var pem: [UInt8] {
        var text = [UInt8]("-----BEGIN PUBLIC KEY-----\n".utf8)
        var rest = Base64.encode(spki)[...]
        while !rest.isEmpty {
            text += rest.prefix(64)
            text.append(UInt8(ascii: "\n"))
            rest = rest.dropFirst(64)
        }
        return text + "-----END PUBLIC KEY-----\n".utf8
    }

    /// Whether `signature` is this key's over `message`: 64 bytes for Ed25519, DER over SHA-256(message) for P-256.
    ///
    /// Ed25519 is checked as libcrypto does it: without the cofactor, R and S in canonical form. ECDSA signatures
    /// are malleable (r, n−s is as good as r, s), so nothing may be identified by its signature.
    public func isValid(signature: [UInt8], for message: [UInt8]) -> Bool {
        OpenSSLErrors.clear()
        defer { OpenSSLErrors.clear() }
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        let digest = algorithm.messageDigest
        guard EVP_DigestVerifyInit_ex(context, nil, digest, nil, nil, handle.pointer, nil) == 1 else { return false }
        return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }

    private static let ed25519ByteCount = 32
    /// SEQUENCE { SEQUENCE { 1.3.101.112 }, BIT STRING of 32 bytes }
    private static let ed25519Header: [UInt8] = [
        0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
    ]
    /// SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING of 04 ‖ x ‖ y }
    private static let p256Header: [UInt8] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,
        0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ]

    private static func form(of algorithm: SignatureAlgorithm) -> (header: [UInt8], count: Int) {
        switch algorithm {
        case .ed25519: (ed25519Header, ed25519Header.count + ed25519ByteCount)
        case .ecdsaP256: (p256Header, p256Header.count + 64)
        }
    }
}

extension PublicKey: Hashable {
    public static func == (left: PublicKey, right: PublicKey) -> Bool { left.spki == right.spki }

    public func hash(into hasher: inout Hasher) { hasher.combine(spki) }
}

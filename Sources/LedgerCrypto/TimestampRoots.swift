import COpenSSL

/// The certificates under which a reader believes time authorities: what his CA file holds. Roots are trusted by it;
/// others help to lead to one, and are not trusted by themselves.
public struct TimestampRoots: Hashable, Sendable {
    /// Certificates, DER-encoded.
    private let certificates: [[UInt8]]

    private static let maxByteCount = 1 << 20

    /// Reads a CA file: one or more certificates in PEM (RFC 7468 §5); text around them is ignored.
    public init(pem: [UInt8]) throws(TimestampError) {
        guard pem.count <= Self.maxByteCount else {
            throw TimestampError(.malformed, "\(pem.count) bytes are too many for a CA file")
        }
        OpenSSLErrors.clear()
        defer { OpenSSLErrors.clear() }
        let found = try withBIO(over: pem) { (bio) throws(TimestampError) in
            var found: [[UInt8]] = []
            while let certificate = PEM_read_bio_X509(bio, nil, nil, nil) {
                defer { X509_free(certificate) }
                var encoded: UnsafeMutablePointer<UInt8>?
                let count = i2d_X509(certificate, &encoded)
                guard count > 0, let encoded else { throw .fromQueue(.malformed, "cannot encode a certificate") }
                found.append([UInt8](UnsafeBufferPointer(start: encoded, count: Int(count))))
                CRYPTO_free(encoded, #fileID, #line)
            }
            return found
        }
        guard !found.isEmpty else { throw TimestampError(.malformed, "it holds no certificate in PEM") }
        // Other than the end of the file, an error is a certificate that is none.
        let code = ERR_peek_last_error()
        guard ERR_GET_REASON(code) == PEM_R_NO_START_LINE else {
            throw .fromQueue(.malformed, "a certificate in it cannot be read")
        }
        certificates = found
    }

    /// A store of them, which judges as of `time` (seconds since 1970). The caller gives it back.
    func store(at time: Int64) throws(TimestampError) -> OpaquePointer {
        guard let store = X509_STORE_new() else { throw .fromQueue(.malformed, "no memory for certificates") }
        X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), time_t(time))
        for der in certificates {
            let added = der.withUnsafeBufferPointer { buffer in
                var next = buffer.baseAddress
                guard let certificate = d2i_X509(nil, &next, buffer.count) else { return false }
                defer { X509_free(certificate) }
                return X509_STORE_add_cert(store, certificate) == 1
            }
            guard added else {
                X509_STORE_free(store)
                throw .fromQueue(.malformed, "a certificate cannot be used")
            }
        }
        return store
    }
}

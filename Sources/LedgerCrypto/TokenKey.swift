import COpenSSL

/// Keys that never leave their token: an HSM, a smart card, SoftHSM.
extension PrivateKey {
    /// Opens the key that `uri` names: through `OSSL_STORE` where a PKCS#11 provider is installed, else through
    /// OpenSSL's engine `pkcs11`. Signs once, so that a key that cannot is known at once.
    ///
    /// ECDSA on P-256 works everywhere; Ed25519 only with a provider and a token that know it.
    /// - Parameter pin: without a PIN nobody is asked for one. A PIN never stands in an error.
    public init(token uri: PKCS11URI, pin: [UInt8]?) throws(CryptoError) {
        guard pin?.contains(0) != true else { throw CryptoError(.passphraseWrong, "a PIN holds no zero byte") }
        OpenSSLErrors.clear()
        let secret = (pin ?? []) + [0]
        let pointer = secret.withUnsafeBytes { bytes -> OpaquePointer? in
            let pin = pin == nil ? nil : bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            return Self.hasProvider
                ? Self.stored(uri, pin: pin) : COpenSSL_pkcs11_engine_key(uri.name, uri.module, pin)
        }
        guard let pointer else {
            let way = Self.hasProvider ? "the PKCS#11 provider" : "OpenSSL's pkcs11 engine (libengine-pkcs11-openssl)"
            throw .fromQueue(.failed, "\(way) finds no private key under \(uri.name): token, object, PIN or module")
        }
        try self.init(onToken: KeyHandle(owning: pointer))
    }

    private static let hasProvider: Bool = {
        _ = LibCrypto.isSetUp
        _ = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_LOAD_CONFIG), nil)
        return OSSL_PROVIDER_available(nil, "pkcs11") == 1
    }()

    private static func stored(_ uri: PKCS11URI, pin: UnsafePointer<CChar>?) -> OpaquePointer? {
        // The provider asks for the PIN when it needs one; the answer comes from here, never from a terminal.
        let give: @convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?) -> Int32 = {
            buffer, size, _, pin in
            guard let buffer, let pin = pin?.assumingMemoryBound(to: CChar.self) else { return -1 }
            var count = 0
            while pin[count] != 0 { count += 1 }
            guard count <= Int(size) else { return -1 }
            buffer.update(from: pin, count: count)
            return Int32(count)
        }
        guard let method = UI_UTIL_wrap_read_pem_callback(give, 0) else { return nil }
        defer { UI_destroy_method(method) }
        guard let store = OSSL_STORE_open(uri.name, method, UnsafeMutableRawPointer(mutating: pin), nil, nil) else {
            return nil
        }
        defer { OSSL_STORE_close(store) }
        while OSSL_STORE_eof(store) == 0 {
            guard let found = OSSL_STORE_load(store) else {
                if OSSL_STORE_error(store) == 1 { return nil }
                continue
            }
            defer { OSSL_STORE_INFO_free(found) }
            if OSSL_STORE_INFO_get_type(found) == OSSL_STORE_INFO_PKEY { return OSSL_STORE_INFO_get1_PKEY(found) }
        }
        return nil
    }
}

import COpenSSL

/// Why an operation with keys or random numbers failed, in words: ours first, then libcrypto's.
public struct CryptoError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What a caller may tell apart, because each asks for something else to be done.
    public enum Kind: Hashable, Sendable {
        /// The bytes are no key, or not in the one form that is accepted.
        case malformed
        /// A key of a type or curve that Countersign does not use.
        case unsupportedKey
        /// The key is encrypted and no passphrase was given.
        case passphraseMissing
        /// The passphrase does not open the key.
        case passphraseWrong
        /// libcrypto refused or failed.
        case failed
    }

    public let kind: Kind
    /// What was attempted and what is wrong.
    public let message: String
    /// libcrypto's own words, oldest first; often empty.
    public let details: [String]

    init(_ kind: Kind, _ message: String, details: [String] = []) {
        self.kind = kind
        self.message = message
        self.details = details
    }

    /// `message`, with what libcrypto's error queue of this thread holds.
    static func fromQueue(_ kind: Kind, _ message: String) -> CryptoError {
        CryptoError(kind, message, details: OpenSSLErrors.take())
    }

    public var description: String {
        details.isEmpty ? message : message + " (libcrypto: " + details.joined(separator: "; ") + ")"
    }
}

/// libcrypto as a whole.
enum LibCrypto {
    /// Set up before its first use, without its handler at exit: that handler takes the algorithms away while other
    /// threads may still be hashing, and a process that ends on purpose would end by a crash.
    static let isSetUp: Bool = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) == 1
}

/// libcrypto's error queue, one for each thread.
enum OpenSSLErrors {
    /// Empties the queue, so that what stands in it afterwards comes from the next call. Every operation but hashing
    /// begins with this.
    static func clear() {
        _ = LibCrypto.isSetUp
        ERR_clear_error()
    }

    /// Takes everything out of the queue, oldest first.
    static func take() -> [String] {
        var words: [String] = []
        var data: UnsafePointer<CChar>?
        var flags: Int32 = 0
        while true {
            let code = ERR_get_error_all(nil, nil, nil, &data, &flags)
            if code == 0 { return words }
            var text = ERR_reason_error_string(code).map { String(cString: $0) } ?? "error \(code)"
            if flags & ERR_TXT_STRING != 0, let data, data.pointee != 0 { text += " [" + String(cString: data) + "]" }
            words.append(text)
        }
    }
}

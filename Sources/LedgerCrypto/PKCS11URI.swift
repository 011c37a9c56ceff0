/// Names a key on a token (RFC 7512): `pkcs11:token=ledger;object=log?pin-source=file:/run/pin&module-path=/usr/lib/…so`.
///
/// What stands after `?` says how to get at it: `pin-source`, the file whose first line is the PIN, and `module-path`,
/// the token's PKCS#11 library. A PIN itself has no place in a name that is stored and shown.
public struct PKCS11URI: Hashable, Sendable {
    public static let scheme = "pkcs11:"

    /// As it was written.
    public let text: String
    /// The URI without its query: which key it is.
    let name: String
    let module: String?
    /// The file that holds the PIN.
    public let pinFile: String?

    public init(_ text: String) throws(CryptoError) {
        let isLine = text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard text.hasPrefix(Self.scheme), isLine, text.utf8.count <= 1_024 else {
            throw CryptoError(
                .malformed, "a key on a token is named pkcs11:token=…;object=…, without spaces (RFC 7512)")
        }
        self.text = text
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        name = String(parts[0])
        guard !name.contains("pin-value") else { throw Self.pinInside }
        guard name.contains("object=") || name.contains("id=") else {
            throw CryptoError(.malformed, "a pkcs11: URI names its key by object= or id=")
        }
        var query: [String: String] = [:]
        for item in parts.dropFirst().flatMap({ $0.split(separator: "&", omittingEmptySubsequences: false) }) {
            let pair = item.split(separator: "=", maxSplits: 1).map(String.init)
            guard pair.first != "pin-value" else { throw Self.pinInside }
            guard pair.count == 2, ["pin-source", "module-path"].contains(pair[0]), query[pair[0]] == nil,
                let value = Self.decoded(pair[1])
            else {
                throw CryptoError(.malformed, "a pkcs11: URI may say pin-source=FILE and module-path=FILE, each once")
            }
            query[pair[0]] = value
        }
        module = query["module-path"]
        pinFile = query["pin-source"].map { $0.hasPrefix("file:") ? String($0.dropFirst(5)) : $0 }
        guard [module, pinFile].compactMap({ $0 }).allSatisfy({ $0.hasPrefix("/") }) else {
            throw CryptoError(.malformed, "the files in a pkcs11: URI are given from the root: /…")
        }
    }

    private static var pinInside: CryptoError {
        CryptoError(.malformed, "a PIN has no place in a key's name: write it into a file and say pin-source=FILE")
    }

    /// Percent-decoded; nil where that is not UTF-8 without control characters.
    private static func decoded(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            rest = rest.dropFirst(2)
            bytes.append(value)
        }
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}

import LedgerCrypto

/// A concealed member, opened: what one digest in `_sd` stands for (SD-JWT, RFC 9901 §4.2.1).
public struct Disclosure: Hashable, Sendable {
    /// The base64url text. The digest is taken over these very bytes, so they are kept as they came.
    public let text: Text
    public let name: Text
    public let value: JSONValue
    /// As it stands in `_sd`: SHA-256 of `text`, base64url.
    public let digest: Text

    /// Reads base64url of `[salt, name, value]`; nil if it is anything else, or if its salt is too short to hide behind.
    public init?(_ text: Text) {
        guard let decoded = Base64URL.decode(text.utf8), let parsed = try? JSONValue(parsing: decoded),
            case .array(let parts) = parsed, parts.count == 3, let salt = parts[0].asString,
            let name = parts[1].asString,
            Self.isLongEnough(salt), name != "_sd", name != "..."
        else { return nil }
        self.text = text
        self.name = name
        value = parts[2]
        digest = Self.digest(of: text)
    }

    /// Conceals a member behind a fresh salt.
    /// - Parameter salt: 16 random bytes or more, never used before.
    public init(salt: [UInt8], name: Text, value: JSONValue) {
        precondition(salt.count >= 16, "a salt that could be guessed")
        let parts: JSONValue = .array([.string(Text(Base64URL.string(salt))), .string(name), value])
        text = Text(Base64URL.string(parts.canonicalBytes))
        self.name = name
        self.value = value
        digest = Self.digest(of: text)
    }

    /// Reads the attribute `disclosures`: each followed by `~`, at least one; nil if any part is none.
    static func list(_ text: Text) -> [Disclosure]? {
        var parts = text.string.split(separator: "~", omittingEmptySubsequences: false)
        guard parts.popLast()?.isEmpty == true, !parts.isEmpty else { return nil }
        var disclosures: [Disclosure] = []
        for part in parts {
            guard let disclosure = Disclosure(Text(String(part))) else { return nil }
            disclosures.append(disclosure)
        }
        return disclosures
    }

    private static func digest(of text: Text) -> Text {
        Text(Base64URL.string(Digest.sha256(text.bytes).bytes))
    }

    /// 128 bits in base64url take 22 characters.
    private static func isLongEnough(_ salt: Text) -> Bool {
        salt.utf8.count >= 22
            && salt.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}

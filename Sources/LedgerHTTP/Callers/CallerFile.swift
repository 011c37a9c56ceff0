import ApprovalEvents
import LedgerCrypto

/// The coding of `callers/<id>.json`. It holds the token's SHA-256 and nothing that could be shown as
/// a token, yet it is kept at mode 0600: who may submit what is nobody else's business.
enum CallerFile {
    static func format(_ caller: Caller) -> [UInt8] {
        var object = caller.listing
        object["format"] = "countersign-caller/1"
        object["token_sha256"] = .string(Text(caller.tokenDigest.hex))
        return JSONValue.object(object).canonicalBytes + [0x0A]
    }

    /// - Returns: nil for anything that `format` would not write, but for white space.
    static func parse(_ bytes: [UInt8]) -> Caller? {
        guard case .object(let object)? = try? JSONValue(parsing: bytes, maxDepth: 4),
            text(object, "format") == "countersign-caller/1",
            let id = text(object, "caller").flatMap({ CallerID($0) }),
            let roles = texts(object, "roles"), let sources = texts(object, "source_prefixes"),
            let types = texts(object, "types"), let credential = text(object, "credential"),
            let digest = text(object, "token_sha256").flatMap({ Digest(hex: $0.string) }),
            let created = text(object, "created").flatMap({ Timestamp($0) })
        else { return nil }
        let knownRoles = roles.compactMap { Role(rawValue: $0.string) }
        let prefixes = sources.compactMap { SourcePrefix($0) }
        let patterns = types.compactMap { TypePattern($0) }
        guard knownRoles.count == roles.count, prefixes.count == sources.count, patterns.count == types.count else {
            return nil
        }
        var caller = Caller(
            id: id, roles: Set(knownRoles), grant: Grant(sources: prefixes, types: patterns), credential: credential,
            tokenDigest: digest, created: created, notAfter: text(object, "not_after").flatMap { Timestamp($0) })
        guard (object["not_after"] == nil) == (caller.notAfter == nil) else { return nil }
        caller.revoked = text(object, "revoked").flatMap { Timestamp($0) }
        guard (object["revoked"] == nil) == (caller.revoked == nil) else { return nil }
        caller.isRevocationSealed = object["revocation_sealed"] == .bool(true)
        return caller
    }

    private static func text(_ object: JSONObject, _ name: Text) -> Text? {
        guard case .string(let text)? = object[name] else { return nil }
        return text
    }

    private static func texts(_ object: JSONObject, _ name: Text) -> [Text]? {
        guard case .array(let values)? = object[name] else { return nil }
        var texts: [Text] = []
        for value in values {
            guard case .string(let text) = value else { return nil }
            texts.append(text)
        }
        return texts
    }
}

extension Caller {
    /// What a listing shows: everything but the digest.
    public var listing: JSONObject {
        var object: JSONObject = [
            "caller": .string(id.text),
            "roles": .array(roles.sorted().map { .string(Text($0.rawValue)) }),
            "source_prefixes": .array(grant.sources.map { .string($0.text) }),
            "types": .array(grant.types.map { .string($0.text) }),
            "credential": .string(credential),
            "created": .string(created.text),
        ]
        object["not_after"] = notAfter.map { .string($0.text) }
        object["revoked"] = revoked.map { .string($0.text) }
        if revoked != nil { object["revocation_sealed"] = .bool(isRevocationSealed) }
        return object
    }
}

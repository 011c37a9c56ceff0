import ApprovalEvents
import LedgerCrypto

/// What a caller may do at all; what it may submit is its grant's to say.
public enum Role: String, CaseIterable, Sendable, Comparable {
    /// Submits events within its grant, and fetches the receipts of its own.
    case submit
    /// Reads entries, searches, and fetches bundles and receipts without what was concealed.
    case read
    /// Reads, sees disclosures, and cuts marks for extracts.
    case audit
    /// Cuts marks, and sees the operator's pages where these are not public. (Callers are managed over the control
    /// socket, which the file system protects, not with this role.)
    case administer

    public static func < (left: Role, right: Role) -> Bool { left.rawValue < right.rawValue }
}

/// The stable id of a caller: `ledgercaller` of every entry that it submits. Never given twice.
public struct CallerID: Hashable, Sendable, CustomStringConvertible {
    public let text: Text
    public var description: String { text.string }

    /// 1–64 of `a-z 0-9 . _ -`, beginning with a letter or digit: it is a file's name too. `ledger`
    /// and `anonymous` are the server's own words.
    public init?(_ text: Text) {
        let bytes = Array(text.string.utf8)
        let isPlain = { (byte: UInt8) in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard let first = bytes.first, bytes.count <= 64, isPlain(first),
            bytes.allSatisfy({
                isPlain($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
            }),
            !["ledger", "anonymous"].contains(text)
        else { return nil }
        self.text = text
    }
}

/// One caller as the server knows it.
public struct Caller: Hashable, Sendable {
    /// What never changes of it.
    private struct Record: Hashable, Sendable {
        let id: CallerID
        let roles: Set<Role>
        let grant: Grant
        let credential: Text
        let tokenDigest: Digest
        let created: Timestamp
        let notAfter: Timestamp?
    }

    /// One reference for all copies: every request of the caller's holds one, on whatever thread.
    private final class Shared: Hashable, Sendable {
        let record: Record

        init(_ record: Record) { self.record = record }

        static func == (left: Shared, right: Shared) -> Bool { left.record == right.record }
        func hash(into hasher: inout Hasher) { hasher.combine(record) }
    }

    private let shared: Shared
    public var revoked: Timestamp?
    /// Whether the log holds the revocation. False only between the file's change and the entry's.
    public var isRevocationSealed = false

    public init(
        id: CallerID, roles: Set<Role>, grant: Grant, credential: Text, tokenDigest: Digest, created: Timestamp,
        notAfter: Timestamp? = nil
    ) {
        shared = Shared(
            Record(
                id: id, roles: roles, grant: grant, credential: credential, tokenDigest: tokenDigest, created: created,
                notAfter: notAfter))
    }

    public var id: CallerID { shared.record.id }
    public var roles: Set<Role> { shared.record.roles }
    public var grant: Grant { shared.record.grant }
    /// Names the credential in the log: `token:<16 digits>`.
    public var credential: Text { shared.record.credential }
    /// SHA-256 of the token's text.
    public var tokenDigest: Digest { shared.record.tokenDigest }
    public var created: Timestamp { shared.record.created }
    /// No token is accepted from here on.
    public var notAfter: Timestamp? { shared.record.notAfter }

    /// The key id of the caller's token.
    var keyID: String { String(credential.string.dropFirst("token:".count)) }

    /// Whether one of the roles is there; `audit` reads too.
    public func has(_ role: Role) -> Bool {
        roles.contains(role) || (role == .read && roles.contains(.audit))
    }
}

import ApprovalEvents
import HTTPTypes
import Hummingbird
import LedgerCrypto

extension LedgerResponder {
    /// Who shows this credential.
    ///
    /// - Throws: `unauthenticated`, the same words whether a token is missing, unknown, revoked or past its end.
    func caller(showing credential: String?) throws(Problem) -> Caller {
        guard let credential, let token = Self.token(in: credential),
            let caller = ledger.callers.caller(showing: token, at: ledger.now)
        else {
            throw Problem(.unauthenticated, "show a current token: `Authorization: Bearer cst_…`")
        }
        return caller
    }

    /// Who shows this credential, on a connection on which another was shown before, most often the same.
    func caller(showing credential: String?, after shown: inout ShownCredential?) throws(Problem) -> Caller {
        if let shown, let credential, shown.isSame(as: credential),
            let caller = ledger.callers.caller(shown.caller, whoseTokenHas: shown.digest, at: ledger.now)
        {
            return caller
        }
        let caller = try caller(showing: credential)
        shown = credential.map { ShownCredential(field: $0, caller: caller.id, digest: caller.tokenDigest) }
        return caller
    }

    /// Who is asking, if he has one of the roles.
    func caller(showing credential: String?, with roles: Role...) throws(Problem) -> Caller {
        let caller = try caller(showing: credential)
        try Self.check(caller, has: roles)
        return caller
    }

    static func check(_ caller: Caller, has roles: [Role]) throws(Problem) {
        guard roles.contains(where: { caller.has($0) }) else {
            let names = roles.map(\.rawValue).joined(separator: " or ")
            throw Problem(.roleRequired, "this takes the role \(names)")
        }
    }

    /// Lets anybody in where the operator left the tree public, and readers elsewhere.
    func checkTreeAccess(_ request: ReadRequest) throws(Problem) {
        if !configuration.hasPublicTree { _ = try caller(showing: request.credential, with: .read) }
    }

    /// The token of a `Bearer` credential (RFC 6750 §2.1); the scheme's case does not count.
    private static func token(in field: String) -> BearerToken? {
        let bytes = Array(field.utf8)
        let scheme = Array("bearer ".utf8)
        guard bytes.count > 7, bytes[..<7].elementsEqual(scheme, by: { $0 | 0x20 == $1 }) else { return nil }
        return BearerToken(parsing: bytes[7...])
    }
}

/// A credential that was right, kept as long as its connection: what comes with it again is not decoded and hashed
/// again. Whether it is still a current one is looked up each time.
struct ShownCredential {
    private let field: String
    let caller: CallerID
    let digest: Digest

    init(field: String, caller: CallerID, digest: Digest) {
        self.field = field
        self.caller = caller
        self.digest = digest
    }

    /// In constant time: behind a proxy, several callers share a connection.
    func isSame(as other: String) -> Bool {
        var (known, other) = (field, other)
        return known.withUTF8 { known in
            other.withUTF8 { constantTimeEqual(UnsafeRawBufferPointer(known), UnsafeRawBufferPointer($0)) }
        }
    }
}

extension ShownCredential: CustomStringConvertible {
    /// Names the caller and nothing of the credential, whatever prints it.
    var description: String { "a credential of \(caller)" }
}

import ApprovalEvents
import HTTPTypes
import Hummingbird

extension LedgerResponder {
    /// Who is asking.
    ///
    /// - Throws: `unauthenticated`, the same words whether a token is missing, unknown, revoked or past its end.
    func caller(of headers: HTTPFields) throws(Problem) -> Caller {
        let fields = headers[values: .authorization]
        guard fields.count == 1, let token = Self.token(in: fields[0]),
            let caller = ledger.callers.caller(showing: token, at: ledger.now)
        else {
            throw Problem(.unauthenticated, "show a current token: `Authorization: Bearer cst_…`")
        }
        return caller
    }

    /// Who is asking, if he has one of the roles.
    func caller(of headers: HTTPFields, with roles: Role...) throws(Problem) -> Caller {
        let caller = try caller(of: headers)
        guard roles.contains(where: { caller.has($0) }) else {
            let names = roles.map(\.rawValue).joined(separator: " or ")
            throw Problem(.roleRequired, "this takes the role \(names)")
        }
        return caller
    }

    /// Lets anybody in where the operator left the tree public, and readers elsewhere.
    func checkTreeAccess(_ request: Request) throws(Problem) {
        if !configuration.hasPublicTree { _ = try caller(of: request.headers, with: .read) }
    }

    /// The token of a `Bearer` credential (RFC 6750 §2.1); the scheme's case does not count.
    private static func token(in field: String) -> BearerToken? {
        let bytes = Array(field.utf8)
        guard bytes.count > 7, String(decoding: bytes[..<6], as: UTF8.self).lowercased() == "bearer", bytes[6] == 0x20
        else {
            return nil
        }
        return BearerToken(parsing: Array(bytes[7...]))
    }
}

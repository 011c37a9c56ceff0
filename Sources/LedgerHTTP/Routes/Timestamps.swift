import ApprovalEvents
import HTTPTypes
import Hummingbird
import LedgerEngine
import MerkleTree

/// What time authorities said of the log's heads. They hold hashes, and are as public as the heads are.
extension LedgerResponder {
    /// The sizes whose heads were stamped, ascending.
    func timestamps(_ request: Request, _ query: Substring?) throws -> Response {
        _ = try Query(query, names: [])
        try checkTreeAccess(request)
        let sizes = try configuration.timestamps?.sizes() ?? []
        return Response(.ok, .none, json: ["sizes": .array(sizes.map { Self.number($0.value) })])
    }

    /// An authority's whole answer (RFC 3161), as it came.
    func timestamp(of size: TreeSize, _ request: Request, _ query: Substring?) throws -> Response {
        _ = try Query(query, names: [])
        try checkTreeAccess(request)
        guard let answer = try configuration.timestamps?.answer(for: size) else {
            throw Problem(.notFound, "the head of \(size) entries was not stamped")
        }
        let caching: Caching = configuration.hasPublicTree ? .forever : .foreverPrivate
        return Response(.ok, MediaType.timestamp, caching, answer)
    }
}

import ApprovalEvents
import HTTPTypes
import LedgerEngine
import MerkleTree

/// What time authorities said of the log's heads. They hold hashes, and are as public as the heads are.
extension LedgerResponder {
    /// The sizes whose heads were stamped, ascending.
    func timestamps(_ request: ReadRequest) throws -> Answer {
        _ = try Query(request.query, names: [])
        try checkTreeAccess(request)
        let sizes = try configuration.timestamps?.sizes() ?? []
        return Answer(.ok, .none, json: ["sizes": .array(sizes.map { Self.number($0.value) })])
    }

    /// An authority's whole answer (RFC 3161), as it came.
    func timestamp(of size: TreeSize, _ request: ReadRequest) throws -> Answer {
        _ = try Query(request.query, names: [])
        try checkTreeAccess(request)
        guard let answer = try configuration.timestamps?.answer(for: size) else {
            throw Problem(.notFound, "the head of \(size) entries was not stamped")
        }
        let caching: Caching = configuration.hasPublicTree ? .forever : .foreverPrivate
        return Answer(.ok, MediaType.timestamp, caching, answer)
    }
}

import MerkleTree

/// What a path names. The router of this server: closed, so that the compiler asks for a handler for
/// each, and so that a test can hold it against `schemas/openapi.yaml`.
enum Resource: Hashable {
    case events
    case event(LeafIndex)
    case receipt(LeafIndex)
    case evidence
    case marks
    case inclusionProof
    case consistencyProof
    case timestamps
    case timestamp(TreeSize)
    case checkpoint
    case tile(String)
    case liveness
    case readiness
    case metrics

    /// Reads a path (without its query). Positions are read in their canonical form only, so that
    /// each thing has one path.
    init?(path: Substring) {
        let segments = path.pieces(between: "/")
        guard segments.first?.isEmpty == true, segments.count >= 2 else { return nil }
        switch (segments[1], segments.count) {
        case ("checkpoint", 2): self = .checkpoint
        case ("healthz", 2): self = .liveness
        case ("readyz", 2): self = .readiness
        case ("metrics", 2): self = .metrics
        case ("tile", 3...): self = .tile(String(path.dropFirst()))
        case ("v1", 3...):
            guard let resource = Self.versioned(segments.dropFirst(2)) else { return nil }
            self = resource
        default: return nil
        }
    }

    private static func versioned(_ segments: ArraySlice<Substring>) -> Resource? {
        let second = segments.dropFirst().first
        switch (segments.first, segments.count) {
        case ("events", 1): return .events
        case ("events", 2): return second.flatMap { LeafIndex(canonical: $0) }.map { .event($0) }
        case ("events", 3) where segments.last == "receipt":
            return second.flatMap { LeafIndex(canonical: $0) }.map { .receipt($0) }
        case ("evidence", 1): return .evidence
        case ("marks", 1): return .marks
        case ("proofs", 2) where second == "inclusion": return .inclusionProof
        case ("proofs", 2) where second == "consistency": return .consistencyProof
        case ("timestamps", 1): return .timestamps
        case ("timestamps", 2): return second.flatMap { TreeSize(canonical: $0) }.map { .timestamp($0) }
        default: return nil
        }
    }

    /// Path and query as they stand in a request line; an absolute form (`http://host/path`) is not served.
    static func parts(of target: String) -> (path: Substring, query: Substring?) {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return (target[...], nil) }
        return (target[..<mark], target[target.utf8.index(after: mark)...])
    }

    /// Whether this is in the log's files: to read it waits for nothing but the disk, and its answer is made in one piece.
    var isOfTheLog: Bool {
        switch self {
        case .event, .receipt, .inclusionProof, .consistencyProof, .timestamps, .timestamp, .checkpoint, .tile: true
        case .events, .evidence, .marks, .liveness, .readiness, .metrics: false
        }
    }

    /// The path as `schemas/openapi.yaml` writes it; the name of the route in the metrics.
    var template: String {
        switch self {
        case .events: "/v1/events"
        case .event: "/v1/events/{index}"
        case .receipt: "/v1/events/{index}/receipt"
        case .evidence: "/v1/evidence"
        case .marks: "/v1/marks"
        case .inclusionProof: "/v1/proofs/inclusion"
        case .consistencyProof: "/v1/proofs/consistency"
        case .timestamps: "/v1/timestamps"
        case .timestamp: "/v1/timestamps/{size}"
        case .checkpoint: "/checkpoint"
        case .tile: "/tile/{tile}"
        case .liveness: "/healthz"
        case .readiness: "/readyz"
        case .metrics: "/metrics"
        }
    }

    /// The methods that the resource answers; everything else is a `method-not-allowed`.
    var methods: [String] {
        switch self {
        case .events: ["GET", "HEAD", "POST"]
        // No HEAD: how long an extract is, is known when it has been read.
        case .evidence: ["GET"]
        case .marks: ["POST"]
        case .event, .receipt, .inclusionProof, .consistencyProof, .timestamps, .timestamp, .checkpoint, .tile,
            .liveness,
            .readiness, .metrics:
            ["GET", "HEAD"]
        }
    }

    /// One of each kind, for the test that compares the routes with their description.
    static let samples: [Resource] = [
        .events, .event(LeafIndex(0)), .receipt(LeafIndex(0)), .evidence, .marks, .inclusionProof, .consistencyProof,
        .timestamps, .timestamp(TreeSize(1)), .checkpoint,
        .tile("tile/0/000"), .liveness, .readiness, .metrics,
    ]
}

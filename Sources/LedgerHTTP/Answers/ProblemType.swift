/// Every way in which the server says no: the `type` of an RFC 9457 problem.
///
/// The list is closed and its names are for ever: gateways branch on them, and the ledger counts
/// refused deliveries by them (`ledger.intake_counted`). `schemas/problems.md` says of each what it
/// means and what to do.
public enum ProblemType: String, CaseIterable, Sendable {
    case malformedRequest = "malformed-request"
    case malformedJSON = "malformed-json"
    case unauthenticated = "unauthenticated"
    case roleRequired = "role-required"
    case outsideGrant = "outside-grant"
    case notFound = "not-found"
    case methodNotAllowed = "method-not-allowed"
    case requestTimeout = "request-timeout"
    case conflict = "conflict"
    case contentErased = "content-erased"
    case callerTaken = "caller-taken"
    case tooLarge = "too-large"
    case unsupportedMediaType = "unsupported-media-type"
    case unsupportedEncoding = "unsupported-encoding"
    case invalidEvent = "invalid-event"
    case invalidCaller = "invalid-caller"
    case invalidKey = "invalid-key"
    case inboxFull = "inbox-full"
    case indexBehind = "index-behind"
    case internalError = "internal-error"
    case storageTrouble = "storage-trouble"
    case shuttingDown = "shutting-down"
    case clockStopped = "clock-stopped"
    case awaitingWitnesses = "awaiting-witnesses"
    case notCosigned = "not-cosigned"

    /// The stable identifier that stands in the problem's `type` member.
    public var uri: String { "https://countersign.dev/problems/" + rawValue }

    /// The HTTP status that the problem is answered with.
    public var status: Int {
        switch self {
        case .malformedRequest, .malformedJSON: 400
        case .unauthenticated: 401
        case .roleRequired, .outsideGrant: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .requestTimeout: 408
        case .conflict, .contentErased, .callerTaken: 409
        case .tooLarge: 413
        case .unsupportedMediaType, .unsupportedEncoding: 415
        case .invalidEvent, .invalidCaller, .invalidKey: 422
        case .inboxFull, .indexBehind: 429
        case .internalError: 500
        case .storageTrouble, .shuttingDown, .clockStopped, .awaitingWitnesses, .notCosigned: 503
        }
    }

    /// The same words for every occurrence (RFC 9457 §3.1.3).
    public var title: String {
        switch self {
        case .malformedRequest: "The request is not well formed"
        case .malformedJSON: "The body is not JSON as I-JSON allows it"
        case .unauthenticated: "The caller is not known"
        case .roleRequired: "The caller has not the role that this takes"
        case .outsideGrant: "The caller may not submit this type for this source"
        case .notFound: "There is nothing here"
        case .methodNotAllowed: "The resource does not know this method"
        case .requestTimeout: "The request took too long to arrive"
        case .conflict: "Other content stands under this source and id"
        case .contentErased: "What stands under this source and id was erased"
        case .callerTaken: "This caller id was given before"
        case .tooLarge: "The event is too large"
        case .unsupportedMediaType: "The media type is not one for events"
        case .unsupportedEncoding: "The body is encoded"
        case .invalidEvent: "The event breaks the rules of its type"
        case .invalidCaller: "The caller cannot be made like this"
        case .invalidKey: "The log's keys cannot be changed like this"
        case .inboxFull: "The inbox is full"
        case .indexBehind: "The index has fallen behind"
        case .internalError: "The server made a mistake"
        case .storageTrouble: "The store is in trouble"
        case .shuttingDown: "The server is shutting down"
        case .clockStopped: "The clock cannot be trusted"
        case .awaitingWitnesses: "The witnesses have not confirmed the log yet"
        case .notCosigned: "The witnesses have not cosigned this yet"
        }
    }

    /// How many seconds a caller should wait before the same request again; nil where the same
    /// request would meet the same answer.
    public var retryAfter: Int? {
        switch self {
        case .inboxFull, .notCosigned: 1
        case .indexBehind: 5
        case .requestTimeout: 1
        case .internalError: 5
        case .storageTrouble, .clockStopped: 30
        case .shuttingDown, .awaitingWitnesses: 5
        case .malformedRequest, .malformedJSON, .unauthenticated, .roleRequired, .outsideGrant, .notFound,
            .methodNotAllowed, .conflict, .contentErased, .callerTaken, .tooLarge, .unsupportedMediaType,
            .unsupportedEncoding, .invalidEvent, .invalidCaller, .invalidKey:
            nil
        }
    }
}

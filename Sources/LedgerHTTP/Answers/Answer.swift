import ApprovalEvents
import HTTPTypes
import Hummingbird
import NIOCore

/// How long an answer may be kept, and by whom.
enum Caching: String {
    /// The answer depends on the moment or on the caller.
    case none = "no-store"
    /// A checkpoint: seconds at most (C2SP tlog-tiles).
    case moment = "public, max-age=1"
    /// A hash tile: the same bytes for ever, for everybody.
    case forever = "public, max-age=31536000, immutable"
    /// An entry: the same bytes for ever, but only for those who may read.
    case foreverPrivate = "private, max-age=31536000, immutable"
}

/// An answer as a route gives it, whoever writes it to the peer.
struct Answer: Sendable {
    let status: HTTPResponse.Status
    private(set) var fields: [(name: HTTPField.Name, value: String)]
    let body: [UInt8]

    init(_ status: HTTPResponse.Status, _ mediaType: String, _ caching: Caching, _ body: [UInt8]) {
        self.status = status
        self.body = body
        fields = [
            (.contentType, mediaType), (.cacheControl, caching.rawValue), (.xContentTypeOptions, "nosniff"),
        ]
    }

    init(_ status: HTTPResponse.Status, _ caching: Caching, json: JSONObject) {
        self.init(status, MediaType.json, caching, JSONValue.object(json).canonicalBytes)
    }

    /// The problem as RFC 9457 has it, with the header fields that belong to its status.
    init(_ problem: Problem) {
        self.init(
            HTTPResponse.Status(code: problem.type.status), MediaType.problem, .none,
            JSONValue.object(problem.json).canonicalBytes)
        if let seconds = problem.type.retryAfter { add(.retryAfter, String(seconds)) }
        if problem.type == .unauthenticated { add(.wwwAuthenticate, "Bearer realm=\"countersign\"") }
        if !problem.allow.isEmpty { add(.allow, problem.allow.joined(separator: ", ")) }
    }

    mutating func add(_ name: HTTPField.Name, _ value: String) {
        fields.append((name, value))
    }
}

extension Response {
    init(_ answer: Answer) {
        var headers = HTTPFields()
        for (name, value) in answer.fields { headers[name] = value }
        self.init(
            status: answer.status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }

    init(_ status: HTTPResponse.Status, _ caching: Caching, json: JSONObject) {
        self.init(Answer(status, caching, json: json))
    }
}

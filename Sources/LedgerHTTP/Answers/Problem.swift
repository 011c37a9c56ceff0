import ApprovalEvents
import MerkleTree

/// One refusal, as RFC 9457 says it.
///
/// ```json
/// {"detail":"1 rule is broken","status":422,"title":"The event breaks the rules of its type",
///  "type":"https://countersign.dev/problems/invalid-event",
///  "violations":[{"message":"…","pointer":"/data/requester/id","rule":"required-member"}]}
/// ```
public struct Problem: Error, Hashable, Sendable {
    public let type: ProblemType
    /// What happened this time, in words for the one who must act. Never anything secret.
    public let detail: String
    /// Every rule that the request breaks, at once.
    public var violations: [Violation]
    /// The entry that stands in the way (`conflict`, `content-erased`).
    public var index: LeafIndex?
    /// The methods that the resource does answer (`method-not-allowed`).
    public var allow: [String]

    public init(
        _ type: ProblemType, _ detail: String, violations: [Violation] = [], index: LeafIndex? = nil,
        allow: [String] = []
    ) {
        self.type = type
        self.detail = detail
        self.violations = violations
        self.index = index
        self.allow = allow
    }

    /// The problem as a JSON object, its members in canonical order.
    public var json: JSONObject {
        var object: JSONObject = [
            "type": .string(Text(type.uri)),
            "title": .string(Text(type.title)),
            "status": .number(JSONNumber(Int64(type.status))),
            "detail": .string(Text(detail)),
        ]
        if !violations.isEmpty { object["violations"] = .array(violations.map { .object(Self.json($0)) }) }
        object["index"] = index.map { .number(JSONNumber(Int64($0.value))) }
        return object
    }

    private static func json(_ violation: Violation) -> JSONObject {
        [
            "pointer": .string(Text(violation.pointer.description)),
            "rule": .string(Text(violation.rule)),
            "message": .string(Text(violation.message)),
        ]
    }
}

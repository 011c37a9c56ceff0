import ApprovalEvents
import LedgerCrypto

/// Good events to change one thing of.
enum SampleSubmission {
    static let action: JSONObject = [
        "verb": "data.export", "resource": ["type": "dataset", "id": "customers-2026"],
        "parameters": ["rows": 120_000, "ratio": .number(JSONNumber(0.25) ?? JSONNumber(0))],
        "nonce": "AAECAwQFBgcICQoLDA0ODw",
    ]

    static func digest(_ object: JSONObject) -> JSONValue {
        .string(ContentDigest(Digest.sha256(object.canonicalBytes)).text)
    }

    /// An `approval.requested` of our own.
    static func requested() -> JSONObject {
        [
            "specversion": "1.0", "id": "0198a1c2-0001", "source": "/gateways/eu-1", "sourcesequence": "7",
            "type": "dev.countersign.approval.requested.v1", "subject": "apr_0001", "time": "2026-09-29T08:00:00.100Z",
            "datacontenttype": "application/json",
            "data": [
                "requester": ["kind": "human", "id": "okta:00uDREW"], "action": .object(action),
                "action_digest": digest(action),
                "context": ["ticket": "ML-77", "justification": "the quarter's training set: é, 😀"],
            ],
        ]
    }

    /// A `policy.published` has no subject; the least data that it can have is long. A heartbeat's is short.
    static func heartbeat() -> JSONObject {
        [
            "specversion": "1.0", "id": "hb-1", "source": "/gateways/eu-1", "time": "2026-09-29T08:00:00Z",
            "type": "dev.countersign.source.heartbeat.v1", "datacontenttype": "application/json",
            "data": ["mode": "enforce"],
        ]
    }

    static func foreign() -> JSONObject {
        [
            "specversion": "1.0", "id": "evt 1", "source": "urn:example:build", "type": "com.example.built",
            "datacontenttype": "application/json", "data": ["ok": true],
        ]
    }

    /// A requested event in which the action's parameters and nonce and the justification are concealed.
    static func concealed() -> (event: JSONObject, disclosures: [Disclosure]) {
        var action = action
        let parameters = Disclosure(salt: salt(1), name: "parameters", value: action["parameters"] ?? .null)
        let nonce = Disclosure(salt: salt(2), name: "nonce", value: action["nonce"] ?? .null)
        (action["parameters"], action["nonce"]) = (nil, nil)
        action["_sd"] = .array([.string(nonce.digest), .string(parameters.digest)])
        let reason = Disclosure(salt: salt(3), name: "justification", value: "the quarter's training set: é, 😀")
        var event = requested()
        var data = event["data"]?.asObject ?? [:]
        data["action"] = .object(action)
        data["context"] = ["ticket": "ML-77", "_sd": [.string(reason.digest)]]
        event["data"] = .object(data)
        return (event, [parameters, nonce, reason])
    }

    static func salt(_ number: UInt8) -> [UInt8] { [UInt8](repeating: number, count: 16) }

    static func list(_ disclosures: [Disclosure]) -> JSONValue {
        .string(Text(disclosures.map { $0.text.string + "~" }.joined()))
    }
}

extension JSONObject {
    func parsed(foreign: Bool = false) throws(EventRefusal) -> ApprovalEvent {
        try ApprovalEvent.parse(structured: canonicalBytes, rules: IntakeRules(allowsForeignTypes: foreign))
    }

    /// What is wrong with this event, as `pointer rule`; empty if it is taken.
    func violations(foreign: Bool = false) -> [String] {
        do throws(EventRefusal) {
            _ = try parsed(foreign: foreign)
            return []
        } catch {
            return error.violations.map { "\($0.pointer) \($0.rule)" }.sorted()
        }
    }

    /// The same event with some members changed, or taken out.
    func changing(_ changes: [(Text, JSONValue?)]) -> JSONObject {
        var copy = self
        for (name, value) in changes { copy[name] = value }
        return copy
    }
}

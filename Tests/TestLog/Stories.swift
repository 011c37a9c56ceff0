import ApprovalEvents
import LedgerCrypto

/// Events as a gateway would submit them, short and valid.
public enum Story {
    public static func action(_ resource: Text, verb: Text = "data.export") -> JSONValue {
        ["verb": .string(verb), "resource": ["type": "dataset", "id": .string(resource)]]
    }

    public static func digest(_ action: JSONValue) -> JSONValue {
        .string(Text("sha256:\(Digest.sha256(action.canonicalBytes).hex)"))
    }

    public static func human(_ id: Text) -> JSONValue { ["kind": "human", "id": .string(id)] }

    /// One event in the structured form.
    public static func submission(
        _ type: String, _ data: JSONValue, id: Text, subject: Text?, time: Int64, source: Text = "/gateways/eu-1"
    ) -> [UInt8] {
        var object: JSONObject = [
            "specversion": "1.0", "type": .string(Text("dev.countersign.\(type).v1")), "source": .string(source),
            "id": .string(id), "time": .string(Timestamp(milliseconds: time).ledgerForm),
            "datacontenttype": "application/json", "data": data,
        ]
        if let subject { object["subject"] = .string(subject) }
        return JSONValue.object(object).canonicalBytes
    }

    public static func event(
        _ type: String, _ data: JSONValue, id: Text, subject: Text?, time: Int64, source: Text = "/gateways/eu-1"
    ) throws -> ApprovalEvent {
        try ApprovalEvent.parse(
            structured: submission(type, data, id: id, subject: subject, time: time, source: source), rules: .standard)
    }

    /// A request by `requester`, a vote by `reviewer`, a grant and an execution of what was granted or of `ran`.
    public static func approval(
        _ subject: Text, requester: Text = "okta:dana", reviewer: Text = "okta:lee", resource: Text = "customers",
        ran: Text? = nil, time: Int64
    ) throws -> [ApprovalEvent] {
        let action = action(resource)
        let digest = digest(action)
        func make(_ name: String, _ type: String, _ data: JSONValue, _ step: Int64) throws -> ApprovalEvent {
            try event(type, data, id: Text("\(subject)-\(name)"), subject: subject, time: time + step * 1000)
        }
        let vote: JSONValue = ["source": "/gateways/eu-1", "id": .string(Text("\(subject)-vote"))]
        let grant: JSONValue = ["source": "/gateways/eu-1", "id": .string(Text("\(subject)-grant"))]
        return [
            try make(
                "request", "approval.requested",
                ["requester": human(requester), "action": action, "action_digest": digest], 0),
            try make(
                "vote", "approval.reviewed",
                [
                    "reviewer": human(reviewer), "decision": "approve", "action_digest": digest,
                    "channel": ["kind": "web"],
                ], 1),
            try make("grant", "approval.granted", ["action_digest": digest, "votes": [vote]], 2),
            try make(
                "start", "action.started",
                [
                    "execution_id": "x1", "executor": ["kind": "service", "id": "svc:runner"],
                    "authority": ["kind": "grant", "event": grant],
                    "action_digest": ran.map { Self.digest(Self.action($0)) } ?? digest,
                ], 3),
        ]
    }
}

extension TestLog {
    /// Three days of approvals with marks between them: one good case a day and more, a self-approval on the second
    /// day, a changed action on the third.
    public static func threeDays(origin: Text = "example.com/ledger") throws -> TestLog {
        var log = try TestLog(origin: origin)
        for day in Int64(0)..<3 {
            let midnight = start + day * Self.day
            if day > 0 { try log.mark(midnight) }
            let time = midnight + 8 * hour
            for (place, event) in try Story.approval(Text("apr_\(day)_good"), time: time).enumerated() {
                try log.append(event, at: time + Int64(place) * 1000 + 100)
            }
            if day == 1 {
                for event in try Story.approval("apr_self", reviewer: "okta:dana", time: time + 60_000) {
                    try log.append(event, at: (event.time?.milliseconds ?? time) + 100)
                }
            }
            if day == 2 {
                for event in try Story.approval("apr_changed", ran: "other", time: time + 60_000) {
                    try log.append(event, at: (event.time?.milliseconds ?? time) + 100)
                }
            }
        }
        try log.mark(start + 3 * Self.day)
        return log
    }
}

extension Story {
    /// What agents and people may write where a report prints it: markup, formulas, and marks that turn writing round.
    public static let hostile: Text =
        "</td><script>alert(1)</script><img src=x onerror=alert(2)>\"'&=cmd|' /C calc'!A0\u{202E}gnp.exe"
}

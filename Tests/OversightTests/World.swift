import ApprovalEvents
import MerkleTree
import Oversight

/// The people, agents, gates and policy that the stories of these tests share.
///
/// Maria, Sam, Drew and Pat are people of `okta`; Maria, Sam and Drew have accounts in `slack`, and Olga's there is
/// bound to nobody. `agent:prep` is Drew's, `agent:bot` is Omar's.
extension Story {
    static let maria = "okta:maria"
    static let sam = "okta:sam"
    static let drew = "okta:drew"
    static let pat = "okta:pat"
    static let omar = "okta:omar"
    static let gate = "/gateways/g1"
    static let otherGate = "/gateways/g2"
    static let directory = "/directory/okta"

    static let policy: JSONValue = policyBody(rules: [
        rule("export", ["data.export"], ["shown": "required"]),
        rule("tools", ["tool.run"], ["executor_may_approve": true]),
        rule("sql", ["db.execute", "batch.run"], ["shown": "optional"]),
        rule("publish", ["policy.publish"], [:]),
        ["id": "reads", "effect": "exempt", "match": ["verbs": ["db.select"]]],
    ])

    static func policyBody(rules: [JSONValue], default effect: String = "forbid") -> JSONValue {
        [
            "default": .text(effect), "rules": .array(rules),
            "limits": [
                "skew_s": 5, "late_s": 300, "policy_grace_s": 60, "roster_max_age_s": 86400, "execution_ttl_s": 86400,
            ],
        ]
    }

    static func rule(_ id: String, _ verbs: [String], _ more: JSONObject) -> JSONValue {
        var rule: JSONObject = [
            "id": .text(id), "effect": "review", "match": ["verbs": .array(verbs.map { .text($0) })],
            "requirement": [
                "satisfy": 1, "clauses": [["id": "dba", "groups": ["okta:grp-dba"], "count": 1]],
                "distinct": "approval", "ordered": false, "veto": true,
            ],
        ]
        for member in more.members { rule[member.name] = member.value }
        return .object(rule)
    }

    /// Everything that comes before the first case, in the story's first minute.
    static var prelude: Story {
        var story = Story()
        story.publish(policy, version: 1, at: 1)
        story.tell(
            "roster.recorded", from: directory, at: 2,
            [
                "group": "okta:grp-dba", "mode": "snapshot", "as_of": .time(2), "members": ["okta:pat", "okta:lee"],
                "method": "scim",
            ])
        for (place, human) in [maria, sam, drew, omar].enumerated() {
            story.enrol(human, "human", at: 3 + Double(place) * 0.1)
        }
        story.enrol("agent:prep", "agent", owner: drew, at: 4)
        story.enrol("agent:bot", "agent", owner: omar, at: 4.1)
        story.enrol("svc:runner", "service", owner: omar, at: 4.2)
        for (place, name) in ["maria", "sam", "drew"].enumerated() {
            story.bind("slack:T1/\(name)", to: "okta:\(name)", at: 5 + Double(place) * 0.1)
        }
        for (place, source) in [gate, otherGate].enumerated() {
            story.configure(source, sequenced: true, heartbeat: 300, at: 6 + Double(place) * 0.1)
        }
        story.configure(directory, sequenced: true, heartbeat: 86400, at: 6.5)
        story.configure("/sources/slack", sequenced: false, heartbeat: nil, at: 6.6)
        return story
    }

    mutating func publish(
        _ body: JSONValue, version: Int64, id: String = "prod", to prefix: String = "/gateways", at seconds: Double,
        effective: Double? = nil, authority: JSONValue = ["kind": "bootstrap"]
    ) {
        var data: JSONObject = [
            "policy_id": .text(id), "version": .number(JSONNumber(version)), "digest": body.digest, "body": body,
            "applies_to": [.text(prefix)], "published_by": .human("okta:alice"), "authority": authority,
        ]
        if let effective { data["effective_at"] = .time(effective) }
        tell("policy.published", from: "/admin/alice", at: seconds, data)
    }

    mutating func enrol(_ id: String, _ kind: String, owner: String? = nil, at seconds: Double) {
        var data: JSONObject = ["principal": .text(id), "kind": .text(kind), "at": .time(seconds)]
        if let owner { data["owner"] = .text(owner) }
        tell("identity.enrolled", from: Self.directory, at: seconds, data)
    }

    mutating func bind(_ account: String, to principal: String, at seconds: Double, told: Double? = nil) {
        tell(
            "identity.bound", from: Self.directory, at: told ?? seconds,
            ["account": .text(account), "principal": .text(principal), "binding": "scim", "at": .time(seconds)])
    }

    mutating func unbind(_ account: String, at seconds: Double, told: Double? = nil) {
        tell(
            "identity.removed", from: Self.directory, at: told ?? seconds,
            ["account": .text(account), "at": .time(seconds), "reason": "left"])
    }

    mutating func configure(
        _ source: String, sequenced: Bool, heartbeat: Int64?, late: Int64? = nil, at seconds: Double
    ) {
        var data: JSONObject = [
            "about": .text(source), "mode": "enforce", "sequenced": .bool(sequenced),
            "changed_by": .human("okta:alice"),
        ]
        if let heartbeat { data["heartbeat_s"] = .number(JSONNumber(heartbeat)) }
        if let late { data["late_s"] = .number(JSONNumber(late)) }
        tell("source.configured", from: "/admin/alice", at: seconds, data)
    }

    mutating func heartbeat(_ source: String, at seconds: Double) {
        tell("source.heartbeat", from: source, at: seconds, ["mode": "enforce"])
    }
}

// MARK: the events of a case

/// One case as it is usually told; each part can be told otherwise.
struct CaseTeller {
    var subject = "apr_1"
    var gate = Story.gate
    var action = JSONValue.action("db.execute", "UPDATE stock")
    var requester = JSONValue.agent("agent:prep", actingFor: .human(Story.drew))
    var start: Double = 100

    func request(_ story: inout Story, action: JSONValue? = nil, requester: JSONValue? = nil, at: Double = 0) {
        let action = action ?? self.action
        story.tell(
            "approval.requested", from: gate, subject, at: start + at,
            ["requester": requester ?? self.requester, "action": action, "action_digest": action.digest])
    }

    func notify(
        _ story: inout Story, action: JSONValue? = nil, truncated: Bool = false, shown: String = "the question",
        at: Double = 1
    ) {
        story.tell(
            "approval.notified", from: gate, subject, at: start + at,
            [
                "recipients": ["okta:sam"], "channel": ["kind": "slack"], "shown_digest": .shown(shown),
                "action_digest": (action ?? self.action).digest, "truncated": .bool(truncated),
            ])
    }

    @discardableResult
    func vote(
        _ story: inout Story, by reviewer: JSONValue = .human("slack:T1/sam"), action: JSONValue? = nil,
        decision: String = "approve", shown: String? = "the question", from source: String = "/sources/slack",
        at: Double = 20, late: Double = 0.2
    ) -> EventRef {
        var data: JSONObject = [
            "reviewer": reviewer, "decision": .text(decision), "action_digest": (action ?? self.action).digest,
            "channel": ["kind": "slack"],
        ]
        if let shown { data["shown_digest"] = .shown(shown) }
        return story.tell("approval.reviewed", from: source, subject, at: start + at, late: late, data)
    }

    @discardableResult
    func grant(
        _ story: inout Story, _ votes: [EventRef], action: JSONValue? = nil, from source: String? = nil,
        at: Double = 21,
        late: Double = 0.2
    ) -> EventRef {
        story.tell(
            "approval.granted", from: source ?? gate, subject, at: start + at, late: late,
            ["action_digest": (action ?? self.action).digest, "votes": .array(votes.map { .reference($0) })])
    }

    @discardableResult
    func run(
        _ story: inout Story, under grant: EventRef?, kind: String = "grant", action: JSONValue? = nil,
        digest: JSONValue? = nil, executor: JSONValue = .agent("agent:prep"), execution: String = "x1",
        item: Int64? = nil,
        path: [JSONValue] = [], from source: String? = nil, at: Double = 22
    ) -> EventRef {
        var authority: JSONObject = ["kind": .text(kind)]
        if let grant { authority["event"] = .reference(grant) }
        var data: JSONObject = [
            "execution_id": .text(execution), "executor": executor, "authority": .object(authority),
            "action_digest": digest ?? (action ?? self.action).digest,
        ]
        if let item {
            data["item"] = .number(JSONNumber(item))
            data["item_path"] = .array(path)
        }
        return story.tell("action.started", from: source ?? gate, subject, at: start + at, data)
    }

    func finish(_ story: inout Story, execution: String = "x1", at: Double = 23) {
        story.tell(
            "action.finished", from: gate, subject, at: start + at,
            ["execution_id": .text(execution), "outcome": "succeeded"])
    }

    func amend(
        _ story: inout Story, to action: JSONValue, by: JSONValue = .human(Story.drew), from source: String? = nil,
        at: Double, late: Double = 0.2
    ) {
        story.tell(
            "approval.amended", from: source ?? gate, subject, at: start + at, late: late,
            [
                "amended_by": by, "old_digest": self.action.digest, "action": action, "action_digest": action.digest,
            ])
    }

    @discardableResult
    func exempt(
        _ story: inout Story, action: JSONValue, rule: String = "reads", version: Int64 = 1,
        policy: JSONValue = Story.policy, at: Double = 0
    ) -> EventRef {
        story.tell(
            "action.exempted", from: gate, subject, at: start + at,
            [
                "requester": requester, "action": action, "action_digest": action.digest,
                "policy": [
                    "id": "prod", "version": .number(JSONNumber(version)), "digest": policy.digest, "rule": .text(rule),
                ],
            ])
    }

    func observe(
        _ story: inout Story, execution: String? = nil, digest: JSONValue? = nil, id: String = "ext-1", at: Double = 30
    ) {
        var data: JSONObject = ["external_id": .text(id), "actor": .service("aws:role")]
        if let execution { data["execution_id"] = .text(execution) }
        if let digest { data["action_digest"] = digest }
        story.tell("action.observed", from: "/sources/cloudtrail", subject, at: start + at, data)
    }

    @discardableResult
    func breakGlass(_ story: inout Story, for action: JSONValue? = nil, at: Double = 0) -> EventRef {
        var data: JSONObject = [
            "invoked_by": .human(Story.pat), "scope": [["type": "postgres", "id": "orders"]],
            "not_after": .time(start + at + 3600), "review_due": .time(start + at + 86400),
        ]
        if let action { data["action_digest"] = action.digest }
        return story.tell("breakglass.invoked", from: gate, subject, at: start + at, data)
    }

    /// Asked, shown, voted, granted, run and finished, as everything should be.
    @discardableResult
    func whole(_ story: inout Story, by reviewer: JSONValue = .human("slack:T1/sam")) -> EventRef {
        request(&story)
        notify(&story)
        let grant = grant(&story, [vote(&story, by: reviewer)])
        let start = run(&story, under: grant)
        finish(&story)
        return start
    }
}

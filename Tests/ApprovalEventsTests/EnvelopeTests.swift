import ApprovalEvents
import Testing

@Suite("The envelope")
struct EnvelopeTests {
    struct Change: CustomTestStringConvertible {
        let name: Text
        let value: JSONValue?
        let expected: [String]
        var testDescription: String { "\(name) \(expected)" }

        init(_ name: Text, _ value: JSONValue?, _ expected: String...) {
            self.name = name
            self.value = value
            self.expected = expected
        }
    }

    static let long = JSONValue.string(Text(String(repeating: "é", count: 129)))

    /// A noncharacter, which the compiler does not let stand in a literal.
    static func scalar(_ value: UInt32) -> JSONValue { .string(Text(Unicode.Scalar(value).map { String($0) } ?? "")) }

    static let refused: [Change] = [
        Change("id", nil, "/id required-attribute"), Change("id", .null, "/id required-attribute"),
        Change("id", "", "/id attribute-length"), Change("id", long, "/id attribute-length"),
        Change("id", 5, "/id attribute-type"), Change("id", ["a"], "/id attribute-type"),
        Change("id", "a\u{1f}", "/id attribute-characters"), Change("id", "a\u{85}", "/id attribute-characters"),
        Change("id", scalar(0xFDD0), "/id attribute-characters"),
        Change("id", scalar(0x1FFFE), "/id attribute-characters"),
        Change("source", nil, "/source required-attribute"), Change("source", "", "/source attribute-length"),
        Change("source", "gateways/eu-1", "/source source-path"), Change("source", "/", "/source source-path"),
        Change("source", "/a//b", "/source source-path"), Change("source", "/a/", "/source source-path"),
        Change("source", "/a/../b", "/source source-path"), Change("source", "/./b", "/source source-path"),
        Change("source", "/a b", "/source source-path"), Change("source", "/é", "/source source-path"),
        Change("source", "/a%20b", "/source source-path"),
        Change("specversion", nil, "/specversion required-attribute"),
        Change("specversion", "0.3", "/specversion specversion"),
        Change("specversion", .number(JSONNumber(1)), "/specversion attribute-type"),
        Change("time", nil, "/time required-attribute"), Change("time", 1, "/time attribute-type"),
        Change("time", "2026-09-29T08:00:00+00:00", "/time timestamp"),
        Change("time", "2026-09-29T08:00:00.Z", "/time timestamp"),
        Change("time", "2026-02-29T08:00:00Z", "/time timestamp"),
        Change("time", "2026-09-29T08:00:60Z", "/time timestamp"),
        Change("time", "2026-09-29T08:00:00.0123456789Z", "/time timestamp"),
        Change("subject", nil, "/subject required-attribute"), Change("subject", "", "/subject attribute-length"),
        Change("sourcesequence", "0", "/sourcesequence sourcesequence"),
        Change("sourcesequence", "07", "/sourcesequence sourcesequence"),
        Change("sourcesequence", "+7", "/sourcesequence sourcesequence"),
        Change("sourcesequence", "18446744073709551616", "/sourcesequence sourcesequence"),
        Change("sourcesequence", 7, "/sourcesequence attribute-type"),
        Change("datacontenttype", "text/plain", "/data data-not-text"),
        Change("datacontenttype", "application/json; charset=latin1", "/datacontenttype datacontenttype"),
        Change("data", nil, "/data required-attribute"), Change("data", .null, "/data required-attribute"),
        Change("data", "text", "/data type"), Change("data_base64", "e30=", "/data_base64 data-twice"),
        Change("dataschema", "urn:schema", "/dataschema known-attribute"),
        Change("partitionkey", "a", "/partitionkey known-attribute"),
        Change("Subject", "a", "/Subject attribute-name"), Change("source_id", "a", "/source_id attribute-name"),
        Change("ledgertime", "2026-09-29T08:00:00.100Z", "/ledgertime ledger-attribute"),
        Change("ledgercaller", "me", "/ledgercaller ledger-attribute"),
        Change("ledgersalt", "AAAAAAAAAAAAAAAAAAAAAA", "/ledgersalt ledger-attribute"),
        Change("type", "dev.countersign.approval.requested.v2", "/type known-type"),
        Change("type", "dev.countersign.approval.wished.v1", "/type known-type"),
        Change("type", "com.example.other", "/type foreign-type"),
    ]

    @Test("each rule is named with its place", arguments: refused)
    func eachRule(change: Change) {
        #expect(SampleSubmission.requested().changing([(change.name, change.value)]).violations() == change.expected)
    }

    @Test("a missing type leaves the rules that hold for every event")
    func noType() {
        let event = SampleSubmission.requested().changing([("type", nil), ("id", "")])
        #expect(event.violations() == ["/id attribute-length", "/type required-attribute"])
    }

    @Test("a heartbeat belongs to no case")
    func refusedSubject() {
        #expect(SampleSubmission.heartbeat().violations() == [])
        #expect(
            SampleSubmission.heartbeat().changing([("subject", "apr_1")]).violations() == ["/subject subject-refused"])
    }

    @Test("everything that is wrong is said at once")
    func allAtOnce() {
        let event = SampleSubmission.requested().changing([
            ("id", nil), ("source", "x"), ("time", "yesterday"), ("subject", nil), ("sourcesequence", "-1"),
            ("ledgertime", "now"), ("extra", "1"), ("data", ["action": ["verb": ""], "colour": "red"]),
        ])
        #expect(
            event.violations() == [
                "/data/action/resource required-member", "/data/action/verb text-not-empty",
                "/data/action_digest required-member", "/data/colour known-member",
                "/data/requester required-member", "/extra known-attribute", "/id required-attribute",
                "/ledgertime ledger-attribute", "/source source-path", "/sourcesequence sourcesequence",
                "/subject required-attribute", "/time timestamp",
            ])
    }

    @Test("null members and what tracing adds leave no trace")
    func dropped() throws {
        let plain = SampleSubmission.requested().changing([("sourcesequence", nil)])
        let other = plain.changing([
            ("sourcesequence", .null), ("traceparent", "00-4bf92f3577b34da6-00f067aa0ba902b7-01"),
            ("tracestate", "a=b"),
            ("dataschema", .null), ("ledgertime", .null), ("datacontenttype", "Application/JSON ; charset=UTF-8"),
        ])
        #expect(try other.parsed() == plain.parsed())
        #expect(try other.parsed().canonicalSubmission == plain.canonicalBytes)
        #expect(try plain.changing([("datacontenttype", nil)]).parsed().canonicalSubmission == plain.canonicalBytes)
    }

    @Test("an event is an object, and a batch an array of them")
    func shapes() {
        for text in ["[]", "\"a\"", "1", "null"] {
            let error = #expect(throws: EventRefusal.self) {
                try ApprovalEvent.parse(structured: Array(text.utf8), rules: .standard)
            }
            #expect(error?.kind == .invalid)
        }
        let cut = #expect(throws: EventRefusal.self) {
            try ApprovalEvent.parse(structured: Array("{\"id\":\"a\"".utf8), rules: .standard)
        }
        #expect(cut?.kind == .malformed)
        #expect(throws: BatchRefusal.self) { try ApprovalEvent.parse(batch: Array("{}".utf8), rules: .standard) }
    }

    @Test("a batch says of each event what is wrong, and takes none")
    func batches() throws {
        let good = SampleSubmission.requested()
        let bad = good.changing([("id", nil), ("time", "now")])
        let worse = SampleSubmission.heartbeat().changing([("data", ["mode": "loud"])])
        let batch = JSONValue.array([.object(good), .object(bad), .object(worse), "none"]).canonicalBytes
        let error = #expect(throws: BatchRefusal.self) { try ApprovalEvent.parse(batch: batch, rules: .standard) }
        let places = error?.violations.map { "\($0.pointer) \($0.rule)" }
        #expect(places == ["/1/id required-attribute", "/1/time timestamp", "/2/data/mode known-word", "/3 type"])
        #expect(try ApprovalEvent.parse(batch: Array("[]".utf8), rules: .standard).isEmpty)
        #expect(
            try ApprovalEvent.parse(batch: JSONValue.array([.object(good)]).canonicalBytes, rules: .standard).count == 1
        )
    }

    @Test("data may be 32 deep in our types, and 64 in foreign ones")
    func depth() {
        func nested(_ depth: Int) -> JSONValue { (0..<depth).reduce("x") { inner, _ in .array([inner]) } }
        func requested(_ depth: Int) -> JSONObject {
            var action = SampleSubmission.action
            action["parameters"] = nested(depth - 2)
            let data: JSONObject = [
                "requester": ["kind": "human", "id": "okta:00uDREW"], "action": .object(action),
                "action_digest": SampleSubmission.digest(action),
            ]
            return SampleSubmission.requested().changing([("data", .object(data))])
        }
        #expect(requested(32).violations() == [])
        #expect(requested(33).violations() == ["/data too-deep"])
        #expect(SampleSubmission.foreign().changing([("data", nested(64))]).violations(foreign: true) == [])
        let tooDeep = SampleSubmission.foreign().changing([("data", nested(65))]).violations(foreign: true)
        #expect(tooDeep.count == 1 && tooDeep[0].hasSuffix("too-deep"))
    }

    @Test("60 KiB of canonical form are taken, and the refusal of more speaks of content")
    func size() throws {
        func event(_ count: Int) -> JSONObject {
            let data: JSONObject = [
                "target": ["source": "/a", "id": "b"], "author": ["kind": "human", "id": "okta:1"],
            ]
            var base = SampleSubmission.heartbeat().changing([("type", "dev.countersign.record.annotated.v1")])
            base["data"] = .object(data.changing([("text", "")]))
            let rest = count - base.canonicalBytes.count
            base["data"] = .object(data.changing([("text", .string(Text(String(repeating: "x", count: rest))))]))
            return base
        }
        #expect(try event(61_440).parsed().canonicalSubmission.count == 61_440)
        let error = #expect(throws: EventRefusal.self) { try event(61_441).parsed() }
        #expect(error?.kind == .tooLarge)
        #expect(error?.violations.first?.rule == "too-large")
        #expect(error?.violations.first?.message.contains("content") == true)
    }
}

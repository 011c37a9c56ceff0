import ApprovalEvents
import Testing

@Suite("One event, one form")
struct ModesTests {
    static let rules = IntakeRules(allowsForeignTypes: true)

    private func binary(
        _ headers: [(String, String)], _ contentType: String? = nil, _ body: String = ""
    ) throws(EventRefusal) -> ApprovalEvent {
        try ApprovalEvent.parse(
            binaryAttributes: headers.map { (Array($0.0.utf8), Array($0.1.utf8)) },
            contentType: contentType.map { Array($0.utf8) }, body: Array(body.utf8), rules: Self.rules)
    }

    private let required = [
        ("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "urn:a"), ("ce-type", "com.example.b"),
    ]

    private func canonical(_ event: ApprovalEvent) -> String {
        String(decoding: event.canonicalSubmission, as: UTF8.self)
    }

    @Test("headers are unquoted, then percent-decoded once")
    func headers() throws {
        let event = try binary([
            ("Ce-Specversion", "1.0"), ("CE-ID", "caf%C3%A9%20%2525"), ("ce-source", "\"urn:\\a b\""), ("ce-type", "t"),
            ("ce-subject", "\"say %22hi%22 \\\"now\\\"\""),
        ])
        #expect(event.identity == EventIdentity(source: "urn:a b", id: "café %25"))
        #expect(event.subject == "say \"hi\" \"now\"")
    }

    @Test(
        "headers that cannot be read are refused",
        arguments: ["%", "%4", "%zz", "%ff", "\"a", "\"a\"b", "\"a\\", "a%c3"])
    func badHeaders(value: String) {
        let error = #expect(throws: EventRefusal.self) { try binary(required + [("ce-subject", value)]) }
        #expect(error?.violations.map(\.rule) == ["attribute-encoding"])
    }

    @Test("a header that stands twice, or that binary mode does not have, is refused")
    func wrongHeaders() {
        let twice = #expect(throws: EventRefusal.self) { try binary(required + [("CE-Id", "1")]) }
        #expect(twice?.violations.map(\.rule) == ["attribute-twice"])
        for name in ["ce-datacontenttype", "ce-data"] {
            let error = #expect(throws: EventRefusal.self) { try binary(required + [(name, "a")]) }
            #expect(error?.violations.map(\.rule) == ["attribute-name"])
        }
        let broken = #expect(throws: EventRefusal.self) { try binary(required + [("ce-data_base64", "a")]) }
        #expect(broken?.violations.map(\.rule) == ["attribute-name"])
        let missing = #expect(throws: EventRefusal.self) { try binary([]) }
        #expect(missing?.violations.map { "\($0.pointer)" } == ["/id", "/source", "/specversion", "/type"])
    }

    static let bodies: [(structured: String, contentType: String?, body: String)] = [
        (#""data":{"b":[1,2.50],"a":null}"#, "application/json", #"{"a":null, "b":[1,2.5]}"#),
        (#""data":{"b":1}"#, nil, #"{"b":1}"#),
        (#""data":"text","datacontenttype":"application/json""#, "application/json", "\"text\""),
        (#""data":[true],"datacontenttype":"application/problem+json""#, "application/json;charset=utf-8", "[true]"),
        (#""data_base64":"eyJiIjoxfQ==""#, "text/json", #"{"b":1}"#),
        (#""data":"text","datacontenttype":"text/plain""#, "text/plain", "text"),
        (#""data_base64":"dGV4dA==","datacontenttype":"text/plain""#, "text/plain", "text"),
        (#""data":null"#, "application/json", ""),
        (#""data_base64":"","datacontenttype":"image/png""#, "image/png", ""),
        (#""data":"","datacontenttype":"text/plain""#, nil, ""),
        (#""datacontenttype":"text/plain""#, nil, "null"),
    ]

    @Test("bodies are the same in every mode", arguments: bodies)
    func sameBodies(structured: String, contentType: String?, body: String) throws {
        let text = #"{"specversion":"1.0","id":"1","source":"urn:a","type":"com.example.b",\#(structured)}"#
        let one = try ApprovalEvent.parse(structured: Array(text.utf8), rules: Self.rules)
        let other = try binary(required, contentType, body)
        #expect(canonical(one) == canonical(other))
        #expect(one == other)
        let again = try ApprovalEvent.parse(structured: one.canonicalSubmission, rules: Self.rules)
        #expect(again == one, "the canonical submission submits the same event")
        #expect(try ApprovalEvent.parse(batch: Array("[\(text)]".utf8), rules: Self.rules) == [one])
    }

    @Test("what is not JSON is kept as base64, and JSON carries one content type")
    func bodyForms() throws {
        #expect(
            canonical(try binary(required, "text/plain", "a")).contains(
                #""data_base64":"YQ==","datacontenttype":"text/plain""#))
        let json = try binary(required, "application/vnd.a+json", "{}")
        #expect(canonical(json).contains(#""data":{},"datacontenttype":"application/json""#))
        #expect(!canonical(try binary(required, "application/json", "")).contains("data"))
    }

    @Test("bodies that are not what they say are refused")
    func badBodies() {
        let cut = #expect(throws: EventRefusal.self) { try binary(required, "application/json", "{\"a\":[1,}") }
        #expect(cut?.violations.map { "\($0.pointer) \($0.rule)" } == ["/data/a/1 json-syntax"])
        let ours =
            required.dropLast() + [
                ("ce-type", "dev.countersign.source.heartbeat.v1"), ("ce-time", "2026-09-29T08:00:00Z"),
            ]
        let text = #expect(throws: EventRefusal.self) { try binary(Array(ours), "text/plain", "mode: enforce") }
        #expect(
            text?.violations.map { "\($0.pointer) \($0.rule)" } == [
                "/source source-path", "/datacontenttype datacontenttype",
            ])
    }

    @Test("attributes of foreign events become the strings that headers would carry")
    func foreignAttributes() throws {
        let event = SampleSubmission.foreign().changing([("sampled", true), ("rank", -5), ("note", "x")])
        let attributes = try event.parsed(foreign: true).attributes
        #expect(attributes["sampled"] == "true" && attributes["rank"] == "-5" && attributes["note"] == "x")
        #expect(event.changing([("rank", 2_147_483_648)]).violations(foreign: true) == ["/rank attribute-type"])
        #expect(event.changing([("rank", ["a"])]).violations(foreign: true) == ["/rank attribute-type"])
        #expect(event.violations() == ["/type foreign-type"])
    }

    @Test("foreign events need no time, and may write it with an offset")
    func foreignTime() throws {
        let event = SampleSubmission.foreign()
        #expect(try event.parsed(foreign: true).time == nil)
        let offset = try event.changing([("time", "2026-09-29T10:00:00.5+02:00")]).parsed(foreign: true)
        #expect(offset.time == Timestamp("2026-09-29T08:00:00.5Z"))
        #expect(offset.attributes["time"] == "2026-09-29T10:00:00.5+02:00")
        #expect(event.changing([("time", "noon")]).violations(foreign: true) == ["/time timestamp"])
        #expect(
            event.changing([("disclosures", "a~")]).violations(foreign: true) == ["/disclosures disclosures-foreign"])
    }
}

import ApprovalEvents
import LedgerHTTP
import Testing

@Suite("A grant") struct GrantTests {
    private func grant(_ sources: [Text], _ types: [Text]) throws -> Grant {
        Grant(
            sources: try sources.map { try #require(SourcePrefix($0)) },
            types: try types.map { try #require(TypePattern($0)) })
    }

    @Test(
        arguments: [
            ("/gateways/eu", "/gateways/eu", true), ("/gateways/eu", "/gateways/eu/1", true),
            ("/gateways/eu", "/gateways/eu-1", false),
            ("/gateways/eu", "/gateways", false), ("/gateways/eu", "/Gateways/eu", false),
            ("/gateways/eu", "/gateways/eu/../us", false),
            ("/gateways/eu", "/gateways/eu/./1", false), ("/gateways/eu", "/gateways/eu/..", false),
            ("/gateways/eu", "gateways/eu", false),
            ("/", "/anything/at/all", true), ("/", "urn:uuid:1", false), ("/", "/ledger", false),
            ("/", "/ledger/x", false),
            ("/", "/ledgers", true), ("/", "/sources/slack", false), ("/", "/sources", false),
            ("/sources/slack", "/sources/slack", false),
            ("urn:uuid:1", "urn:uuid:1", true), ("urn:uuid:1", "urn:uuid:12", false),
            ("https://a.example/x", "https://a.example/x/y", true),
            ("/g/\u{e9}", "/g/e\u{301}", false), ("/a", "/a/", true), ("/a", "/a//b", true),
        ] as [(Text, Text, Bool)])
    func `covers sources in whole segments`(prefix: Text, source: Text, isCovered: Bool) throws {
        let denial = try grant([prefix], ["*"]).denial(type: "dev.countersign.approval.requested.v1", source: source)
        #expect((denial == nil) == isCovered)
        if let denial { #expect(denial.attribute == "source") }
    }

    @Test(
        arguments: [
            ("*", "dev.countersign.approval.requested.v1", true), ("*", "com.example.x", true),
            ("*", "dev.countersign.policy.published.v1", false), ("*", "dev.countersign.roster.recorded.v1", false),
            ("*", "dev.countersign.identity.enrolled.v1", false),
            ("dev.countersign.*", "dev.countersign.policy.published.v1", false),
            ("*.v1", "dev.countersign.identity.bound.v1", false),
            ("dev.*.policy.*", "dev.countersign.policy.published.v1", false),
            ("dev.countersign.policy*", "dev.countersign.policy.published.v1", false),
            ("dev.countersign.policy.*", "dev.countersign.policy.published.v1", true),
            ("policy.*", "dev.countersign.policy.published.v1", true),
            ("identity.bound.v1", "dev.countersign.identity.bound.v1", true),
            ("identity.bound.v1", "dev.countersign.identity.enrolled.v1", false),
            ("roster.*", "dev.countersign.identity.bound.v1", false),
            ("approval.*", "dev.countersign.approval.granted.v1", true),
            ("approval.*", "approval.granted", false),
            ("dev.countersign.action.*.v1", "dev.countersign.action.started.v1", true),
            ("dev.countersign.action.*.v1", "dev.countersign.action.started.v2", false), ("*.*", "com.example", true),
            ("*x*y*", "axbyc", true),
            ("*x*y*", "aybxc", false), ("com.example", "com.example", true), ("com.example", "com.exampl", false),
            ("com.example", "com.examples", false),
            ("**", "x", true), ("ledger.*", "dev.countersign.ledger.marked.v1", false),
            ("dev.countersign.ledger.*", "dev.countersign.ledger.marked.v1", false),
            ("dev.countersign.report.*", "dev.countersign.report.issued.v1", false),
            ("record.*", "dev.countersign.record.erased.v1", false),
            ("record.*", "dev.countersign.record.annotated.v1", true),
            ("*", "dev.countersign.ledger.created.v1", false),
        ] as [(Text, Text, Bool)])
    func `matches types, but for those that have to be spelt out`(pattern: Text, type: Text, isMatched: Bool) throws {
        let denial = try grant(["/a"], [pattern]).denial(type: type, source: "/a")
        #expect((denial == nil) == isMatched)
        if let denial { #expect(denial.attribute == "type") }
    }

    @Test func `is sources times types: any prefix with any pattern`() throws {
        let grant = try grant(["/a", "/b"], ["x.*", "y.*"])
        for source in ["/a", "/b/1", "/c"] as [Text] {
            for type in ["x.1", "y.2", "z.3"] as [Text] {
                #expect((grant.denial(type: type, source: source) == nil) == (source != "/c" && type != "z.3"))
            }
        }
        #expect(try self.grant([], ["*"]).denial(type: "x", source: "/a") != nil)
        #expect(try self.grant(["/a"], []).denial(type: "x", source: "/a") != nil)
    }

    @Test(arguments: ["", "/a/", "/a/../b", "..", "/./a", "//"] as [Text]) func `has no prefix that is none`(text: Text)
    {
        #expect(SourcePrefix(text) == nil)
    }

    @Test(arguments: ["", "a b", "\u{e9}", "a\n"] as [Text]) func `has no pattern that is none`(text: Text) {
        #expect(TypePattern(text) == nil)
    }

    @Test func `does not take long over a pattern made to`() throws {
        let pattern = try #require(TypePattern(Text(String(repeating: "*a", count: 60) + "b")))
        #expect(!pattern.matches(Text(String(repeating: "a", count: 256))))
    }
}

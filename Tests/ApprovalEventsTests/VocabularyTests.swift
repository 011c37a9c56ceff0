import ApprovalEvents
import Testing

@Suite("The vocabulary")
struct VocabularyTests {
    private func violations(_ type: VocabularyType, _ data: JSONValue) -> [Violation] {
        var violations: [Violation] = []
        _ = EventPayload.decode(type: type.text, data: data, at: .root.appending("data"), violations: &violations)
        return violations
    }

    @Test("a type is known by its full name only")
    func types() {
        #expect(VocabularyType.allCases.count == 39)
        #expect(VocabularyType.approvalRequested.text == "dev.countersign.approval.requested.v1")
        #expect(VocabularyType("dev.countersign.approval.requested.v1") == .approvalRequested)
        #expect(VocabularyType("approval.requested") == nil)
        #expect(VocabularyType("dev.countersign.approval.requested.v2") == nil)
        #expect(VocabularyType.isOurs("dev.countersign.approval.requested.v2"))
        #expect(!VocabularyType.isOurs("dev.countersigner.x"))
    }

    @Test("what is not ours is foreign; what is ours and unknown is refused, with the near name")
    func foreignAndUnknown() {
        var violations: [Violation] = []
        let foreign = EventPayload.decode(type: "com.example.x", data: 1, at: .root, violations: &violations)
        #expect(foreign == .foreign)
        #expect(violations == [])
        let unknown = EventPayload.decode(
            type: "dev.countersign.approval.request.v1", data: [:], at: .root.appending("data"), violations: &violations
        )
        #expect(unknown == nil)
        #expect(violations.map(\.rule) == ["known-type"])
        #expect(violations.map(\.pointer.description) == ["/type"])
        #expect(violations.first?.message.contains("dev.countersign.approval.requested.v1") == true)
    }

    @Test("a member that is written otherwise gets its name as a hint")
    func hints() {
        let data: JSONValue = ["at": "2026-10-05T08:00:00Z", "cause": "midnigth", "At": 1]
        let found = violations(.ledgerMarked, data)
        #expect(Set(found.map(\.rule)) == ["known-word", "known-member"])
        #expect(found.contains { $0.message.contains("Did you mean midnight?") })
        #expect(found.contains { $0.message.contains("Did you mean at?") })
        #expect(violations(.approvalExpired, ["actionDigest": 1]).allSatisfy { !$0.message.contains("Did you mean") })
        #expect(
            violations(.approvalGranted, ["actionDigest": 1])
                .contains { $0.message.contains("Did you mean action_digest?") })
    }

    @Test("an event of nothing but mistakes does not make an endless answer, nor repeat long names")
    func bounds() throws {
        var data = JSONObject()
        for number in 0..<2_000 { data[Text("member\(number)")] = .null }
        let found = violations(.ledgerMarked, .object(data))
        #expect(found.count == 500)
        let long = Text(String(repeating: "n", count: 10_000))
        let named = violations(.ledgerMarked, .object([long: 1]))
        #expect(named.allSatisfy { $0.message.utf8.count < 200 })
    }

    @Test("data that is no object is refused")
    func noObject() {
        for data: JSONValue in [1, "x", [], true, .null] {
            #expect(violations(.ledgerMarked, data).map(\.pointer.description) == ["/data"])
        }
    }

    @Test("the ledger writes its own events with the same types")
    func written() throws {
        let at = try #require(Timestamp("2026-10-05T00:00:00.000Z"))
        let marked = EventPayload.ledgerMarked(LedgerMarked(at: at, cause: .midnight))
        #expect(marked.json == ["at": "2026-10-05T00:00:00.000Z", "cause": "midnight"])
        #expect(marked.type == .ledgerMarked)
        #expect(EventPayload.foreign.type == nil)
        #expect(EventPayload.opaque.json == nil)
    }

    @Test("an agent's chain is read to its end")
    func chain() throws {
        let human = Principal(kind: .human, id: try #require(PrincipalID("okta:00uMARIA")))
        let service = Principal(kind: .service, id: try #require(PrincipalID("svc:cron")), onBehalfOf: human)
        var agent = Principal(kind: .agent, id: try #require(PrincipalID("agent:a")), onBehalfOf: service)
        #expect(agent.onBehalfOf?.onBehalfOf == human)
        agent.onBehalfOf = nil
        #expect(agent.onBehalfOf == nil)
    }

    @Test("an action has a digest while nothing of it is concealed")
    func actionDigest() {
        var action = Action(verb: "db.select", resource: Resource(type: "postgres", id: "orders"))
        let digest = "sha256:bdf457d2450f3abfc05f9e48ef3f255097c3d1f616825ac055a2f4e9cf0c3072"
        #expect(action.digest?.text.string == digest)
        action.concealed = ["A"]
        #expect(action.digest == nil)
    }

    @Test("what may be concealed is known by pointer")
    func concealable() {
        #expect(
            VocabularyType.approvalRequested.concealableMembers.map(\.description)
                == ["/action/parameters", "/action/nonce", "/context/justification"])
        #expect(VocabularyType.identityEnrolled.concealableMembers.map(\.description) == ["/name", "/email"])
        #expect(VocabularyType.ledgerCreated.concealableMembers.isEmpty)
        let reason = JSONPointer.root.appending("reason")
        #expect(VocabularyType.approvalReviewed.isConcealable(reason))
        #expect(!VocabularyType.identityRemoved.isConcealable(reason))
    }

    @Test("a case is named where the vocabulary says so")
    func subjects() {
        func types(_ rule: SubjectRule) -> [String] {
            VocabularyType.allCases.filter { EventPayload.subjectRule(for: $0.text) == rule }.map(\.rawValue)
        }
        #expect(
            types(.optional) == ["approval.delegated", "record.annotated", "record.erased", "finding.disposed"])
        #expect(
            types(.required).allSatisfy { name in
                ["approval.", "action.", "breakglass."].contains { name.hasPrefix($0) }
            })
        #expect(types(.required).count == 10 + 5 + 2)
        #expect(EventPayload.subjectRule(for: "com.example.x") == .optional)
    }

    @Test("only the ledger writes what is about itself")
    func ledgerOnly() {
        let names = VocabularyType.allCases.filter(\.isLedgerOnly).map(\.rawValue)
        #expect(names.filter { !$0.hasPrefix("ledger.") } == ["record.erased", "report.issued"])
        #expect(names.count == 10)
    }

    @Test("populations are nine, and no type is in two")
    func populations() {
        #expect(Population.allCases.map(\.id) == (1...9).map { "P\($0)" })
        let types = Population.allCases.flatMap(\.types)
        #expect(Set(types).count == types.count)
        #expect(Population(of: .identityBound) == .people)
        #expect(Population(of: .recordErased) == .administration)
        #expect(Population(of: .approvalGranted) == nil)
    }
}

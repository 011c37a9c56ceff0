import ApprovalEvents
import Testing

@Suite("Resends")
struct ResendTests {
    private func sealed(_ event: ApprovalEvent) throws -> LedgerEntry {
        let entry = try LedgerEntry.seal(
            event, time: Timestamp(milliseconds: 1_790_000_000_123), caller: "a", salt: SampleSubmission.salt(5))
        return try LedgerEntry(parsing: entry.bytes)
    }

    private func concealed(disclosing: Bool = true) throws -> (event: ApprovalEvent, disclosures: [Disclosure]) {
        let (event, disclosures) = SampleSubmission.concealed()
        let given = disclosing ? event.changing([("disclosures", SampleSubmission.list(disclosures))]) : event
        return (try given.parsed(), disclosures)
    }

    @Test("of a plain event are the same or different")
    func plain() throws {
        let event = try SampleSubmission.requested().parsed()
        let entry = try sealed(event)
        #expect(entry.compare(event, disclosing: []) == .same)
        let other = try SampleSubmission.requested().changing([("sourcesequence", "8")]).parsed()
        #expect(entry.compare(other, disclosing: []) == .different)
        #expect(entry.submission(disclosing: []) == event.canonicalSubmission)
    }

    @Test("of a concealed event are recognised concealed, opened, salted anew, and after an erasure")
    func concealedResends() throws {
        let (event, disclosures) = try concealed()
        let entry = try sealed(event)
        let plain = try SampleSubmission.requested().parsed()
        let silent = try concealed(disclosing: false).event
        #expect(Set(entry.concealedDigests) == Set(disclosures.map(\.digest)))
        for kept in [disclosures, []] {
            #expect(entry.compare(event, disclosing: kept) == .same)
            #expect(entry.compare(silent, disclosing: kept) == .same)
        }
        #expect(entry.compare(plain, disclosing: disclosures) == .same)
        #expect(entry.submission(disclosing: disclosures) == plain.canonicalSubmission)
        #expect(entry.submission(disclosing: Array(disclosures.dropLast())) == nil)
        #expect(try sealed(plain).compare(event, disclosing: []) == .same)
    }

    @Test("that need an erased disclosure cannot be decided, unless something else differs")
    func erased() throws {
        let (event, disclosures) = try concealed()
        let entry = try sealed(event)
        let plain = SampleSubmission.requested()
        #expect(try entry.compare(plain.parsed(), disclosing: []) == .undecidable)
        #expect(try entry.compare(plain.parsed(), disclosing: [disclosures[0], disclosures[1]]) == .undecidable)
        #expect(try entry.compare(plain.changing([("subject", "apr_2")]).parsed(), disclosing: []) == .different)
        var data = plain["data"]?.asObject ?? [:]
        data["requester"] = ["kind": "human", "id": "okta:other"]
        #expect(try entry.compare(plain.changing([("data", .object(data))]).parsed(), disclosing: []) == .different)
        data = plain["data"]?.asObject ?? [:]
        data["context"] = ["ticket": "ML-78", "justification": "another"]
        #expect(try entry.compare(plain.changing([("data", .object(data))]).parsed(), disclosing: []) == .different)
        let reasonGone = entry.compare(try plain.parsed(), disclosing: [disclosures[2]])
        #expect(reasonGone == .undecidable, "the action is still closed")
    }

    @Test("differ where more is missing than digests stand for")
    func tooFewDigests() throws {
        let (event, disclosures) = SampleSubmission.concealed()
        var data = event["data"]?.asObject ?? [:]
        data["context"] = ["ticket": "ML-77"]
        let entry = try sealed(event.changing([("data", .object(data))]).parsed())
        let plain = try SampleSubmission.requested().parsed()
        #expect(entry.compare(plain, disclosing: [disclosures[0], disclosures[1]]) == .different)
        #expect(entry.compare(plain, disclosing: []) == .different)
    }
}

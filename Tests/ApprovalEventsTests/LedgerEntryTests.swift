import ApprovalEvents
import TestMaterial
import Testing

@Suite("Entries")
struct LedgerEntryTests {
    private let time = Timestamp(milliseconds: 1_790_000_000_123)
    private let salt = [UInt8](0..<16)

    private func seal(_ event: JSONObject, foreign: Bool = false) throws -> LedgerEntry {
        try LedgerEntry.seal(event.parsed(foreign: foreign), time: time, caller: "gw \"1\"", salt: salt)
    }

    @Test("are the canonical form of the event with the ledger's three attributes")
    func sealing() throws {
        let names: [Text] = ["a", "ledger", "ledgerd", "ledgers", "ledgersz", "ledgert", "ledgertz", "z", "0"]
        for event in [
            SampleSubmission.requested(), SampleSubmission.foreign(),
            SampleSubmission.foreign().changing(names.map { ($0, .string($0)) }),
        ] {
            let entry = try seal(event, foreign: true)
            let expected = event.changing([
                ("ledgertime", .string(time.ledgerForm)), ("ledgercaller", "gw \"1\""),
                ("ledgersalt", "AAECAwQFBgcICQoLDA0ODw"),
            ])
            #expect(entry.bytes == expected.canonicalBytes)
            #expect(time.ledgerForm.utf8.count == 24)
            let read = try LedgerEntry(parsing: entry.bytes)
            #expect(read == entry && read.identity == entry.identity && read.payload == entry.payload)
            #expect(read.caller == "gw \"1\"" && read.ledgerTime == time && read.salt == salt)
            #expect(read.submission(disclosing: []) == event.canonicalBytes)
        }
        #expect(try seal(SampleSubmission.foreign(), foreign: true).time == time, "a foreign event need not say when")
    }

    @Test("need a caller and sixteen bytes of salt")
    func badSeals() throws {
        let event = try SampleSubmission.heartbeat().parsed()
        for caller in ["", String(repeating: "a", count: 257), "a\u{0}"] {
            #expect(throws: EventRefusal.self) {
                try LedgerEntry.seal(event, time: time, caller: Text(caller), salt: salt)
            }
        }
        for count in [0, 15, 17] {
            #expect(throws: EventRefusal.self) {
                try LedgerEntry.seal(event, time: time, caller: "a", salt: [UInt8](repeating: 1, count: count))
            }
        }
    }

    @Test("the largest submission by the longest caller fits")
    func largest() throws {
        var event = SampleSubmission.foreign().changing([("data", "")])
        let rest = EventLimits.submissionBytes - event.canonicalBytes.count
        event["data"] = .string(Text(String(repeating: "x", count: rest)))
        let parsed = try event.parsed(foreign: true)
        let caller = Text(String(repeating: "\"", count: EventLimits.identityBytes))
        let entry = try LedgerEntry.seal(parsed, time: time, caller: caller, salt: salt)
        #expect(entry.bytes.count <= EventLimits.entryBytes)
        #expect(try LedgerEntry(parsing: entry.bytes) == entry)
    }

    @Test("in any other form are none")
    func otherForms() throws {
        let entry = try JSONValue(parsing: try seal(SampleSubmission.requested()).bytes).asObject ?? [:]
        _ = try LedgerEntry(parsing: entry.canonicalBytes)
        let bad: [(Text, JSONValue?)] = [
            ("ledgertime", nil), ("ledgertime", "2026-09-29T08:00:00Z"), ("ledgertime", "2026-09-29T08:00:00.1234Z"),
            ("ledgertime", 5), ("ledgercaller", nil), ("ledgercaller", ""), ("ledgersalt", nil), ("ledgersalt", "AAEC"),
            ("ledgersalt", "AAECAwQFBgcICQoLDA0ODx"), ("disclosures", "a~"), ("traceparent", "00"), ("subject", .null),
            ("id", nil), ("data", nil), ("time", nil), ("extra", "a"), ("datacontenttype", nil),
            ("datacontenttype", "application/problem+json"), ("type", "dev.countersign.approval.denied.v1"),
        ]
        for (name, value) in bad {
            #expect(throws: EntryError.self, "\(name)") {
                try LedgerEntry(parsing: entry.changing([(name, value)]).canonicalBytes)
            }
        }
        #expect(throws: EntryError.notCanonical) { try LedgerEntry(parsing: entry.canonicalBytes + [0x0A]) }
        #expect(throws: EntryError.tooLarge) { try LedgerEntry(parsing: [UInt8](repeating: 0x20, count: 65_536)) }
        #expect(throws: EntryError.self) { try LedgerEntry(parsing: Array("[]".utf8)) }
    }

    @Test("of a later version of ours are opaque, and kept")
    func opaque() throws {
        let entry = try JSONValue(parsing: try seal(SampleSubmission.requested()).bytes).asObject ?? [:]
        let later = entry.changing([("type", "dev.countersign.approval.requested.v2"), ("newattribute", "a")])
        let read = try LedgerEntry(parsing: later.canonicalBytes)
        #expect(read.payload == .opaque)
        #expect(read.bytes == later.canonicalBytes)
        #expect(try LedgerEntry(parsing: seal(SampleSubmission.foreign(), foreign: true).bytes).payload == .foreign)
    }

    @Test("every prefix is refused, and every changed byte is refused or gives another entry")
    func prefixesAndChanges() throws {
        let (concealed, _) = SampleSubmission.concealed()
        for event in [SampleSubmission.heartbeat(), SampleSubmission.foreign(), concealed] {
            let good = try seal(event, foreign: true)
            for length in 0..<good.bytes.count {
                #expect(throws: EntryError.self) { try LedgerEntry(parsing: Array(good.bytes[..<length])) }
            }
            for at in good.bytes.indices {
                for flip: UInt8 in [1, 2, 4, 8, 16, 32, 64, 128, 255] {
                    var changed = good.bytes
                    changed[at] ^= flip
                    guard let read = try? LedgerEntry(parsing: changed) else { continue }
                    let isWhole = read.bytes == changed && read != good
                    #expect(isWhole, "byte \(at) by \(flip)")
                }
            }
        }
    }

    @Test("every prefix and every changed byte of a submission is judged without a crash")
    func submissionChanges() throws {
        let (event, disclosures) = SampleSubmission.concealed()
        // Without a content type, for that has several spellings of one meaning.
        let changes: [(Text, JSONValue?)] = [
            ("disclosures", SampleSubmission.list(disclosures)), ("datacontenttype", nil),
        ]
        let good = event.changing(changes).canonicalBytes
        let rules = IntakeRules(allowsForeignTypes: true)
        let taken = try ApprovalEvent.parse(structured: good, rules: rules)
        for length in 0..<good.count {
            #expect(throws: EventRefusal.self) {
                try ApprovalEvent.parse(structured: Array(good[..<length]), rules: rules)
            }
        }
        var random = SeededRandom(seed: 9901)
        for at in good.indices {
            for flip: UInt8 in [1, 32, 128, UInt8.random(in: 1...255, using: &random)] {
                var changed = good
                changed[at] ^= flip
                guard let read = try? ApprovalEvent.parse(structured: changed, rules: rules) else { continue }
                let again = try ApprovalEvent.parse(structured: read.canonicalSubmission, rules: rules)
                let isKept = again.canonicalSubmission == read.canonicalSubmission && read != taken
                #expect(isKept, "byte \(at) by \(flip)")
            }
        }
    }

    @Test("the ledger's own events hold to the same rules")
    func ledgerEvents() throws {
        let mark = LedgerMarked(at: Timestamp(milliseconds: 0), cause: .midnight)
        let event = try ApprovalEvent.ledger(.ledgerMarked(mark), id: "mark-0", time: time)
        #expect(event.identity == EventIdentity(source: "/ledger", id: "mark-0"))
        #expect(event.payload == .ledgerMarked(mark) && event.time == time)
        #expect(try event.attributes.parsed() == event)
        #expect(throws: EventRefusal.self) { try ApprovalEvent.ledger(.ledgerMarked(mark), id: "", time: time) }
        #expect(throws: EventRefusal.self) {
            try ApprovalEvent.ledger(.ledgerMarked(mark), id: "a", time: time, subject: "case")
        }
        #expect(throws: EventRefusal.self) { try ApprovalEvent.ledger(.opaque, id: "a", time: time) }
    }
}

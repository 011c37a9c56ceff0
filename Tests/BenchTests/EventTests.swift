import ApprovalEvents
import TestMaterial
import Testing
import bench

struct EventTests {
    @Test func `every template is a valid event of 1 KiB, in canonical form too`() throws {
        let templates = try EventTemplates(source: "/gateways/bench-1", seed: 0x5EED_0006)
        #expect(templates.cases.count == 64)
        for events in templates.cases {
            var subjects: Set<Text?> = []
            for template in events {
                try #require(template.bytes.count == EventTemplates.length)
                // Parsing checks the schema, and that `action_digest` is the digest of the action.
                let event = try ApprovalEvent.parse(structured: template.bytes, rules: .standard)
                #expect((1_000...1_048).contains(event.canonicalSubmission.count))
                #expect(event.identity.source == "/gateways/bench-1")
                subjects.insert(event.subject)
            }
            #expect(events.count == EventTemplates.perCase && subjects.count == 1)
        }
    }

    @Test func `id and case are written where they belong`() throws {
        let templates = try EventTemplates(source: "/gateways/bench-1", seed: 0x5EED_0006)
        for template in try #require(templates.cases.first) {
            var bytes = template.bytes
            bytes.withUnsafeMutableBytes {
                EventIDs.write((0x0123_4567_89AB_7DEF, 0x8123_4567_89AB_CDEF), to: $0, at: template.idPlace)
                EventIDs.write((0xFEDC_BA98_7654_4210, 0xBEDC_BA98_7654_3210), to: $0, at: template.casePlace)
            }
            let event = try ApprovalEvent.parse(structured: bytes, rules: .standard)
            #expect(event.identity.id == "01234567-89ab-7def-8123-456789abcdef")
            #expect(event.subject == "apr_fedcba98-7654-4210-bedc-ba9876543210")
        }
    }

    @Test func `time-ordered ids only rise, whatever the clock does`() {
        var ids = EventIDs(.timeOrdered, seed: 1)
        var last = (high: UInt64(0), low: UInt64(0))
        for step in UInt64(0)..<20_000 {
            let id = ids.next(at: 1_795_000_000_000 + (step / 9_000) * 2 - (step % 7))
            #expect(id.high > last.high, "step \(step)")
            #expect(id.high & 0xF000 == 0x7000 && id.low >> 62 == 0b10)
            last = id
        }
    }

    @Test func `random ids are those of their seed`() {
        var (one, same, other) = (EventIDs(.random, seed: 1), EventIDs(.random, seed: 1), EventIDs(.random, seed: 2))
        for _ in 0..<100 {
            let (id, again, different) = (one.next(at: 0), same.next(at: 5), other.next(at: 0))
            #expect(id == again && id != different)
            #expect(id.high & 0xF000 == 0x4000 && id.low >> 62 == 0b10)
        }
    }
}

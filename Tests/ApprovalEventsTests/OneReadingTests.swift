import ApprovalEvents
import TestMaterial
import Testing

/// What is done only when it is asked for, or not done where nothing changed, gives what the long way gives: on every
/// example, on the stories, and on each of them with one place changed.
@Suite("However an event is read")
struct OneReadingTests {
    private static let rules = IntakeRules(allowsForeignTypes: true)
    private let time = Timestamp(milliseconds: 1_790_000_000_123)
    private let salt = [UInt8](0..<16)

    @Test("its form, its data and its entry are the same")
    func everyEvent() throws {
        var random = SeededRandom(seed: 2026)
        var taken = 0
        for (event, isFull) in try Self.events() {
            taken += try check(event.envelope, &random) ? 1 : 0
            for mutation in Mutation.all(of: event.data, isThorough: isFull) {
                taken += try check(event.envelope.changing([("data", mutation.value)]), &random) ? 1 : 0
            }
            for mutation in isFull ? Mutation.attributes(of: event.envelope) : [] {
                guard let changed = mutation.value.asObject else { continue }
                taken += try check(changed, &random) ? 1 : 0
            }
        }
        #expect(taken > 1000)
    }

    /// Takes an event in canonical form and in another; both are refused for the same reasons, or give the same.
    private func check(_ event: JSONObject, _ random: inout SeededRandom) throws -> Bool {
        let other = Array(random.spelling(of: .object(event)).utf8)
        let (given, spelled) = (Self.parse(event.canonicalBytes), Self.parse(other))
        switch (given, spelled) {
        case (.failure(let one), .failure(let two)):
            #expect(one == two)
            return false
        case (.success(let one), .success(let two)):
            #expect(one == two && one.canonicalSubmission == two.canonicalSubmission)
            try check(one, spelled: two)
            return true
        default:
            Issue.record("taken in one form and refused in another: \(String(decoding: other, as: UTF8.self))")
            return false
        }
    }

    private func check(_ event: ApprovalEvent, spelled: ApprovalEvent) throws {
        // Typed when it is asked for: what the inspector let through can be read, and says what stands there.
        var violations: [Violation] = []
        let data = event.attributes["data"] ?? .null
        let payload = EventPayload.decode(type: event.type, data: data, at: .root, violations: &violations)
        #expect(payload == event.payload && violations.isEmpty)
        #expect(event.payload != .opaque && (event.payload.json.map { .object($0) } ?? data) == data)
        #expect(event.withData { $0?.value } == event.attributes["data"])
        // Sealed by pieces: the canonical form of all its members.
        let entry = try LedgerEntry.seal(event, time: time, caller: "gw \"1\"", salt: salt)
        let whole = event.attributes.changing([
            ("ledgertime", .string(time.ledgerForm)), ("ledgercaller", "gw \"1\""),
            ("ledgersalt", "AAECAwQFBgcICQoLDA0ODw"),
        ])
        #expect(entry.bytes == whole.canonicalBytes)
        #expect(try LedgerEntry.seal(spelled, time: time, caller: "gw \"1\"", salt: salt).bytes == entry.bytes)
        let read = try LedgerEntry(parsing: entry.bytes)
        #expect(read == entry && read.payload == event.payload && read.attributes == event.attributes)
        #expect(read.concealedDigests == entry.concealedDigests)
    }

    private static func parse(_ json: [UInt8]) -> Result<ApprovalEvent, EventRefusal> {
        do throws(EventRefusal) {
            return .success(try ApprovalEvent.parse(structured: json, rules: rules))
        } catch { return .failure(error) }
    }

    private static func events() throws -> [(event: SampleEvent, isFull: Bool)] {
        let own = try EventVectors.good().flatMap { file in
            file.events.enumerated().map { (event: $1, isFull: $0 == 1) }
        }
        return SharedData.isPresent ? own + (try StoryEvents.all()).map { ($0, false) } : own
    }
}

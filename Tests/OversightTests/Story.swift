import ApprovalEvents
import LedgerCrypto
import MerkleTree
import Oversight

/// A log made by hand: events as they are told, sealed in the order in which they are told.
struct Story {
    /// One event, before it is sealed.
    struct Told {
        var type: String
        var source: String
        var id: String
        var subject: String?
        var sequence: UInt64?
        /// Milliseconds after the story's beginning, by the source's clock.
        var time: Int64
        /// Milliseconds from then to the ledger.
        var delay: Int64
        var data: JSONObject
    }

    static let beginning: Int64 = Timestamp("2026-09-29T06:00:00Z")?.milliseconds ?? 0

    var told: [Told] = []
    private var numbers: [String: UInt64] = [:]

    /// The next event. Sources whose name begins with `/sources` do not number their events.
    @discardableResult
    mutating func tell(
        _ type: String, from source: String, _ subject: String? = nil, at seconds: Double, late delay: Double = 0.2,
        id: String? = nil, _ data: JSONObject
    ) -> EventRef {
        var sequence: UInt64?
        if !source.hasPrefix("/sources") {
            numbers[source, default: 0] += 1
            sequence = numbers[source]
        }
        let id = id ?? "e\(told.count)"
        told.append(
            Told(
                type: type, source: source, id: id, subject: subject, sequence: sequence, time: Int64(seconds * 1000),
                delay: Int64(delay * 1000), data: data))
        return EventRef(source: Text(source), id: Text(id))
    }

    /// What was told, as the ledger seals it.
    func sealed() throws -> [RecordedEntry] {
        var clock: Int64 = 0
        return try told.enumerated().map { index, event in
            clock = max(clock, Self.beginning + event.time + event.delay)
            return RecordedEntry(index: LeafIndex(UInt64(index)), entry: try event.sealed(at: clock, salt: index))
        }
    }

    /// The verdicts `later` seconds after the last entry.
    func evaluated(later: Double = 0) throws -> OversightResult {
        let entries = try sealed()
        return evaluate(entries, asOf: entries.head(later: later))
    }
}

extension [RecordedEntry] {
    func head(later: Double = 0) -> EvaluatedHead {
        let newest = last?.entry.ledgerTime.milliseconds ?? Story.beginning
        return EvaluatedHead(
            size: TreeSize(UInt64(count)), ledgerTime: Timestamp(milliseconds: newest + Int64(later * 1000)))
    }
}

extension Story.Told {
    func sealed(at clock: Int64, salt: Int) throws -> LedgerEntry {
        var envelope: JSONObject = [
            "specversion": "1.0", "type": .string(Text("dev.countersign.\(type).v1")), "source": .string(Text(source)),
            "id": .string(Text(id)), "time": .string(Timestamp(milliseconds: Story.beginning + time).ledgerForm),
            "datacontenttype": "application/json", "data": .object(data),
        ]
        if let subject { envelope["subject"] = .string(Text(subject)) }
        if let sequence { envelope["sourcesequence"] = .string(Text(String(sequence))) }
        let event = try ApprovalEvent.parse(structured: JSONValue.object(envelope).canonicalBytes, rules: .standard)
        return try event.sealedForTests(at: clock, salt: salt)
    }
}

extension ApprovalEvent {
    /// Sealed with a salt that is the entry's number, so that every run gives the same bytes.
    func sealedForTests(at clock: Int64, salt: Int) throws -> LedgerEntry {
        let salt = (0..<16).map { UInt8(truncatingIfNeeded: $0 < 8 ? salt >> (8 * $0) : 0) }
        return try LedgerEntry.seal(self, time: Timestamp(milliseconds: clock), caller: "tests", salt: salt)
    }
}

// MARK: pieces of events

extension JSONValue {
    static func text(_ string: String) -> JSONValue { .string(Text(string)) }

    static func reference(_ event: EventRef) -> JSONValue {
        ["source": .string(event.source), "id": .string(event.id)]
    }

    static func time(_ seconds: Double) -> JSONValue {
        .string(Timestamp(milliseconds: Story.beginning + Int64(seconds * 1000)).ledgerForm)
    }

    /// `sha256:` of this value's canonical form: how actions and policies are cited.
    var digest: JSONValue { .string(ContentDigest(Digest.sha256(canonicalBytes)).text) }

    static func human(_ id: String, actingFor: JSONValue? = nil, via account: String? = nil) -> JSONValue {
        principal("human", id, actingFor, account)
    }

    static func agent(_ id: String, actingFor: JSONValue? = nil) -> JSONValue { principal("agent", id, actingFor, nil) }

    static func service(_ id: String, actingFor: JSONValue? = nil) -> JSONValue {
        principal("service", id, actingFor, nil)
    }

    private static func principal(_ kind: String, _ id: String, _ actingFor: JSONValue?, _ account: String?)
        -> JSONValue
    {
        var object: JSONObject = ["kind": text(kind), "id": text(id)]
        if let actingFor { object["on_behalf_of"] = actingFor }
        if let account { object["via"] = ["system": "slack", "id": text(account), "binding": "scim"] }
        return .object(object)
    }

    static func action(_ verb: String, _ what: String, on resource: String = "orders", batch: JSONValue? = nil)
        -> JSONValue
    {
        var object: JSONObject = [
            "verb": text(verb), "parameters": ["sql": text(what)],
            "resource": ["type": "postgres", "id": text(resource), "environment": "production"],
        ]
        if let batch { object["batch"] = batch }
        return .object(object)
    }

    static func shown(_ text: String) -> JSONValue { JSONValue.text(text).digest }
}

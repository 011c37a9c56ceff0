import ApprovalEvents
import LedgerCrypto
import LedgerEngine
import LogFiles
import MerkleTree
import SignedNotes
import Synchronization
import TestMaterial
import Testing

/// A clock that stands until the test moves it.
final class ManualClock: LedgerClock {
    private let reading: Mutex<ClockReading>

    /// 2026-11-22T10:00:00Z unless said otherwise.
    init(wall: Int64 = 1_795_341_600_000) {
        reading = Mutex(ClockReading(wall: wall, monotonic: 1_000))
    }

    func now() -> ClockReading { reading.withLock { $0 } }

    /// Time goes by, on both clocks.
    func pass(_ milliseconds: Int64) {
        reading.withLock { $0 = ClockReading(wall: $0.wall + milliseconds, monotonic: $0.monotonic + milliseconds) }
    }

    /// Somebody sets the wall clock.
    func set(by milliseconds: Int64) {
        reading.withLock { $0 = ClockReading(wall: $0.wall + milliseconds, monotonic: $0.monotonic) }
    }
}

/// The simplest index that does what the protocol says.
final class MemoryIndex: EventIndex {
    private struct State {
        var rows: [IndexRow] = []
        var transactions = 0
        var head: TreeHead?
        /// How many rows there were when an identity was asked for last.
        var asked: [EventIdentity: UInt64] = [:]
        var isFailing = false
    }

    private struct Failure: Error {}
    private let state = Mutex(State())

    var isFailing: Bool {
        get { state.withLock { $0.isFailing } }
        set { state.withLock { $0.isFailing = newValue } }
    }

    var rows: [IndexRow] { state.withLock { $0.rows } }
    var transactions: Int { state.withLock { $0.transactions } }

    func applied() throws -> TreeHead? { state.withLock { $0.head } }

    func positions(of identities: [EventIdentity]) throws -> [LeafIndex?] {
        state.withLock { state in
            let known = Dictionary(state.rows.map { ($0.identity, $0.index) }) { first, _ in first }
            for identity in identities { state.asked[identity] = UInt64(state.rows.count) }
            return identities.map { known[$0] }
        }
    }

    func apply(_ rows: [IndexRow], head: TreeHead) throws {
        try state.withLock { state in
            if state.isFailing { throw Failure() }
            precondition(rows.first.map { $0.index.value == UInt64(state.rows.count) } ?? true, "rows continue")
            // An index that a test fills itself was asked for nothing.
            for row in rows where !state.asked.isEmpty {
                precondition(row.askedAt.value <= state.asked[row.identity, default: 0], "who says so has asked")
            }
            guard Set((state.rows + rows).map(\.identity)).count == state.rows.count + rows.count else {
                throw Failure()
            }
            state.rows.append(contentsOf: rows)
            state.transactions += 1
            state.head = head
        }
    }

    func search(_ query: EventQuery) throws -> EventPage {
        state.withLock { state in
            let found = state.rows.filter { row in
                row.index.value < query.below.value && (query.after.map { row.index > $0 } ?? true)
                    && (query.type.map { row.type == $0 } ?? true)
                    && (query.subject.map { row.subject == $0 } ?? true)
                    && (query.actor.map { row.actors.contains($0) } ?? true)
                    && (query.approver.map { row.approvers.contains($0) } ?? true)
            }.map(\.index)
            let page = Array(found.prefix(query.limit))
            return EventPage(indexes: page, next: found.count > page.count ? page.last : nil)
        }
    }

    func reset() throws {
        state.withLock { state in
            state.rows = []
            state.head = nil
            state.asked = [:]
        }
    }
}

/// Disclosures kept in memory.
final class MemoryDisclosures: DisclosureStore {
    private let kept = Mutex<[Text: Disclosure]>([:])

    var count: Int { kept.withLock { $0.count } }

    func put(_ disclosures: [Disclosure]) throws {
        kept.withLock { kept in for disclosure in disclosures { kept[disclosure.digest] = disclosure } }
    }

    func disclosures(for digests: [Text]) throws -> [Disclosure] {
        kept.withLock { kept in digests.compactMap { kept[$0] } }
    }

    func erase(_ digests: [Text]) throws {
        kept.withLock { kept in for digest in digests { kept[digest] = nil } }
    }
}

/// A ledger on a simulated disk, with everything around it in the test's hands.
struct TestLedger {
    static let origin = Array("example.org/log".utf8)

    var system: any FileSystem
    var directory = "/log"
    var clock = ManualClock()
    var index = MemoryIndex()
    var disclosures = MemoryDisclosures()
    var marks = MarkSchedule()
    var limits = SequencerLimits()
    var options = StoreWorkload.options
    var observers: [any HeadObserver] = []
    /// Whether nothing is signed before `release`.
    var isHeld = false
    let signer: HeadSigner

    /// `signer` nil: with a new key.
    init(on system: any FileSystem = SimulatedDisk(), signer: HeadSigner? = nil) throws {
        self.system = system
        if let signer {
            self.signer = signer
        } else {
            let key = try PrivateKey(generating: .ed25519)
            self.signer = HeadSigner(origin: Self.origin, signers: [try NoteSigner(name: Self.origin, key: key)])
        }
    }

    /// Begins the log: entry 0, published.
    func found() throws {
        let storage = try LogFiles.create(directory, origin: Self.origin, options: options, in: system)
        let founding = LedgerFounding(createdBy: Principal(kind: .system, id: try #require(PrincipalID("os:test"))))
        _ = try founding.found(storage, signer: signer, clock: clock)
        try storage.close()
    }

    func open() async throws -> Sequencer {
        let seen = try index.applied().map { [SeenHead(by: "the index", size: $0.size)] } ?? []
        let storage = try LogFiles.open(directory, origin: Self.origin, seen: seen, options: options, in: system)
        var parts = LedgerParts(
            storage: storage, index: index, disclosures: disclosures, clock: clock, signer: signer, marks: marks,
            limits: limits)
        parts.observers = observers
        parts.isHeld = isHeld
        return try await Sequencer.open(parts)
    }

    /// Opens the ledger, lets it run beside `body`, and shuts it down.
    func running<Value: Sendable>(_ body: (Sequencer) async throws -> Value) async throws -> Value {
        let ledger = try await open()
        async let service: Void = ledger.run()
        do {
            let value = try await body(ledger)
            await ledger.shutDown()
            try await service
            return value
        } catch {
            await ledger.shutDown()
            throw error
        }
    }

    /// Everything that `check` has to say.
    func check() throws -> (summary: CheckSummary, findings: [CheckFinding]) {
        let findings = Findings()
        let check = try LogCheck(
            directory, origin: Self.origin, keys: signer.verifierKeys, in: system, report: findings.add)
        return (try check.run(), findings.all)
    }

    private final class Findings {
        var all: [CheckFinding] = []
        func add(_ finding: CheckFinding) { all.append(finding) }
    }

    /// Every entry of the log, as one who looks on reads it.
    func entries() throws -> [LedgerEntry] {
        let reader = try LedgerReader(try PublishedLog(directory, in: system))
        var entries: [LedgerEntry] = []
        try reader.forEachEntry(in: 0..<reader.published.size.value) { _, bytes in
            entries.append(try LedgerEntry(parsing: bytes))
        }
        return entries
    }
}

/// Events to submit.
enum Sample {
    /// The heartbeat `id` of a gateway; `queued` is what makes its content.
    static func heartbeat(_ id: String, queued: Int = 0, source: String = "/gateways/eu-1") throws -> ApprovalEvent {
        try parse(
            """
            {"specversion":"1.0","type":"dev.countersign.source.heartbeat.v1","id":"\(id)","source":"\(source)",\
            "time":"2026-11-22T09:59:59Z","data":{"mode":"enforce","queued":\(queued)}}
            """)
    }

    /// A review by `reviewer`, who acts for somebody.
    static func review(_ id: String, subject: String, by reviewer: String) throws -> ApprovalEvent {
        try parse(
            """
            {"specversion":"1.0","type":"dev.countersign.approval.reviewed.v1","id":"\(id)","source":"/gateways/eu-1",\
            "subject":"\(subject)","time":"2026-11-22T09:59:59Z","data":{"reviewer":{"kind":"human","id":"\(reviewer)",\
            "via":{"system":"slack","id":"slack:T1/U1","binding":"scim"}},"decision":"approve",\
            "action_digest":"sha256:\(String(repeating: "ab", count: 32))","channel":{"kind":"slack"}}}
            """)
    }

    /// An annotation whose text is concealed, with or without what discloses it.
    static func annotation(_ id: String, disclosure: Disclosure, disclosed: Bool = true) throws -> ApprovalEvent {
        let attribute = disclosed ? ",\"disclosures\":\"\(disclosure.text.string)~\"" : ""
        return try parse(
            """
            {"specversion":"1.0","type":"dev.countersign.record.annotated.v1","id":"\(id)","source":"/gateways/eu-1",\
            "time":"2026-11-22T09:59:59Z"\(attribute),"data":{"target":{"source":"/gateways/eu-1","id":"x"},\
            "author":{"kind":"human","id":"okta:ann"},"_sd":["\(disclosure.digest.string)"]}}
            """)
    }

    /// The same annotation with its text in the open.
    static func openAnnotation(_ id: String, text: String) throws -> ApprovalEvent {
        try parse(
            """
            {"specversion":"1.0","type":"dev.countersign.record.annotated.v1","id":"\(id)","source":"/gateways/eu-1",\
            "time":"2026-11-22T09:59:59Z","data":{"target":{"source":"/gateways/eu-1","id":"x"},\
            "author":{"kind":"human","id":"okta:ann"},"text":"\(text)"}}
            """)
    }

    static func erasure(_ id: String, digests: [Text]) throws -> ApprovalEvent {
        let erased = RecordErased(
            target: EventRef(source: "/gateways/eu-1", id: "x"), digests: digests, basis: "GDPR art. 17",
            erasedBy: Principal(kind: .human, id: try #require(PrincipalID("okta:dpo"))))
        return try ApprovalEvent.ledger(
            .recordErased(erased), id: Text(id), time: Timestamp(milliseconds: 1_795_341_600_000))
    }

    private static func parse(_ json: String) throws -> ApprovalEvent {
        try ApprovalEvent.parse(structured: Array(json.utf8), rules: .standard)
    }
}

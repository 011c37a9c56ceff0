import ApprovalEvents
import LedgerCrypto
import MerkleTree

/// Judges the events of a batch and seals those that are new: the sequencer's decisions, without its effects.
///
/// Pure but for `log`, which is asked only where somebody sends an event again, and for a salt where those given are used up.
struct BatchBuilder {
    typealias Answer = Ticket.Answer

    private static let own: Text = "ledger"
    static let saltBytes = 16
    /// By about how much an entry is longer than its event.
    private static let entryRoom = 192

    let time: Timestamp
    let first: LeafIndex
    private(set) var entries: PackedEntries
    private(set) var rows: [IndexRow] = []
    /// What each sealed event disclosed.
    private(set) var kept: [[Disclosure]] = []

    /// Random bytes for entries that are to come. A batch that was taken back has used up its own.
    private var salts: ArraySlice<UInt8>
    private var known: [EventIdentity: LeafIndex]
    private let askedAt: TreeSize
    private var fresh: [EventIdentity: Int] = [:]
    private let log: Log

    /// What is asked of the log, and only where somebody sends an event again.
    struct Log {
        /// Whether an older entry is the event.
        let compare: (LeafIndex, ApprovalEvent) throws -> Resend
        let position: (EventIdentity) throws -> LeafIndex?
    }

    /// - Parameters:
    ///   - salts: `saltBytes` random bytes for each event that will be judged.
    ///   - bytes: how long those events are together.
    ///   - known: the position of each of them that is in the log.
    ///   - askedAt: how far the index had the log, at least, when it was asked for them.
    init(
        time: Timestamp, first: LeafIndex, salts: [UInt8], bytes: Int, known: [EventIdentity: LeafIndex],
        askedAt: TreeSize, log: Log
    ) {
        let count = salts.count / Self.saltBytes
        self.time = time
        self.first = first
        entries = PackedEntries(roomFor: count, bytes: bytes + Self.entryRoom * count)
        self.salts = salts[...]
        self.known = known
        self.askedAt = askedAt
        self.log = log
        rows.reserveCapacity(count)
        kept.reserveCapacity(count)
        fresh.reserveCapacity(count)
    }

    /// Seals events of the ledger's own, those that the log does not have, each once. Gives the position of each.
    mutating func add(own events: [ApprovalEvent]) throws -> [LeafIndex] {
        try events.map { event in
            try known[event.identity] ?? fresh[event.identity].map { LeafIndex(first.value + UInt64($0)) }
                ?? seal(event, caller: Self.own)
        }
    }

    mutating func judge(_ ticket: Ticket) throws -> [Answer] {
        if ticket.isWhole { return try judgeWhole(ticket) }
        return try ticket.events.map { event in
            let answer = try judge(event, caller: ticket.caller)
            if case .failure(.conflict) = answer { try noteConflict(event, caller: ticket.caller) }
            return answer
        }
    }

    /// All or nothing: what was sealed is taken back where not every event came in.
    private mutating func judgeWhole(_ ticket: Ticket) throws -> [Answer] {
        let before = entries.count
        let answers = try ticket.events.map { try judge($0, caller: ticket.caller) }
        let refusals = answers.compactMap { answer -> SubmissionRefusal? in
            if case .failure(let refusal) = answer { refusal } else { nil }
        }
        guard let refusal = refusals.first else { return answers }
        for row in rows[before...] { fresh[row.identity] = nil }
        entries.cut(to: before)
        rows.removeSubrange(before...)
        kept.removeSubrange(before...)
        for (event, answer) in zip(ticket.events, answers) {
            guard case .failure(.conflict) = answer else { continue }
            try noteConflict(event, caller: ticket.caller)
        }
        let end = LeafIndex(first.value + UInt64(before))
        return answers.map { answer in
            switch answer {
            case .success: .failure(refusal.among(below: end))
            case .failure(let refusal): .failure(refusal.among(below: end))
            }
        }
    }

    private mutating func judge(_ event: ApprovalEvent, caller: Text) throws -> Answer {
        let identity = event.identity
        if let index = known[identity] {
            return Self.answer(try log.compare(index, event), index)
        }
        if let position = fresh[identity] {
            let index = LeafIndex(first.value + UInt64(position))
            let sealed = try LedgerEntry(parsing: entries.entry(position))
            let resend = sealed.compare(event, disclosing: kept[position])
            return Self.answer(resend, index)
        }
        do {
            return .success(.sealed(try seal(event, caller: caller)))
        } catch is EventRefusal {
            return .failure(.tooLarge)
        }
    }

    private static func answer(_ resend: Resend, _ index: LeafIndex) -> Answer {
        switch resend {
        case .same: .success(.resent(index))
        case .undecidable: .failure(.contentErased(index))
        case .different: .failure(.conflict(index))
        }
    }

    @discardableResult
    private mutating func seal(_ event: ApprovalEvent, caller: Text) throws -> LeafIndex {
        let salt = try takeSalt()
        let position = entries.count
        try entries.append { output throws(EventRefusal) in
            try LedgerEntry.seal(event, time: time, caller: caller, salt: salt, onto: &output)
        }
        let index = LeafIndex(first.value + UInt64(position))
        fresh[event.identity] = position
        kept.append(event.disclosures)
        rows.append(IndexRow(index: index, event: event, ledgerTime: time, askedAt: askedAt))
        return index
    }

    private mutating func takeSalt() throws -> ArraySlice<UInt8> {
        guard salts.count >= Self.saltBytes else { return try SecureRandom.bytes(Self.saltBytes)[...] }
        let salt = salts.suffix(Self.saltBytes)
        salts = salts.dropLast(Self.saltBytes)
        return salt
    }

    /// One `ledger.conflict` for each caller, event and hour. Its own id says which, so that the log's identities
    /// make it one, over restarts as well.
    private mutating func noteConflict(_ event: ApprovalEvent, caller: Text) throws {
        let note = try ConflictNote(identity: event.identity, caller: caller, time: time)
        guard known[note.identity] == nil, fresh[note.identity] == nil else { return }
        if let index = try log.position(note.identity) {
            known[note.identity] = index
            return
        }
        try seal(note.event, caller: Self.own)
    }
}

extension SubmissionRefusal {
    /// What is said of it where nothing stands from `end` on: what the event was compared with was taken back too.
    fileprivate func among(below end: LeafIndex) -> SubmissionRefusal {
        switch self {
        case .conflict(let index?) where index >= end: .conflict(nil)
        case .contentErased(let index) where index >= end: .conflict(nil)
        default: self
        }
    }
}

/// The `ledger.conflict` of one caller, event and hour.
struct ConflictNote {
    let identity: EventIdentity
    let event: ApprovalEvent

    init(identity: EventIdentity, caller: Text, time: Timestamp) throws {
        let hour = Timestamp(milliseconds: time.milliseconds - time.milliseconds % 3_600_000)
        var name: [UInt8] = []
        for part in [caller, identity.source, identity.id] {
            name.append(contentsOf: part.utf8)
            name.append(0)
        }
        let id = Text("conflict/\(hour.ledgerForm.string)/\(Digest.sha256(name).hex)")
        let payload = LedgerConflict(source: identity.source, id: identity.id, caller: caller)
        event = try ApprovalEvent.ledger(.ledgerConflict(payload), id: id, time: time)
        self.identity = event.identity
    }
}

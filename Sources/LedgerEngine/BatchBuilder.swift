import ApprovalEvents
import LedgerCrypto
import MerkleTree

/// Judges the events of a batch and seals those that are new: the sequencer's decisions, without its effects.
///
/// Pure but for `compare`, which reads an older entry, and only where somebody sends an event again.
struct BatchBuilder {
    typealias Answer = Ticket.Answer

    private static let own: Text = "ledger"

    let time: Timestamp
    let first: LeafIndex
    private(set) var entries: [LedgerEntry] = []
    private(set) var rows: [IndexRow] = []
    private(set) var disclosures: [Disclosure] = []
    private(set) var conflicts = 0

    private var salts: [UInt8]
    private let known: [EventIdentity: LeafIndex]
    private let askedAt: TreeSize
    private var fresh: [EventIdentity: Int] = [:]
    /// What each sealed event disclosed.
    private(set) var kept: [[Disclosure]] = []
    private let compare: (LeafIndex, ApprovalEvent) throws -> Resend

    /// `salts` holds 16 random bytes for each entry that may be sealed; `known` has the position of each event of
    /// the batch that is in the log, and `askedAt` is how far the index had the log, at least, when it was asked for them.
    init(
        time: Timestamp, first: LeafIndex, salts: [UInt8], known: [EventIdentity: LeafIndex], askedAt: TreeSize,
        compare: @escaping (LeafIndex, ApprovalEvent) throws -> Resend
    ) {
        self.time = time
        self.first = first
        self.salts = salts
        self.known = known
        self.askedAt = askedAt
        self.compare = compare
    }

    /// Seals events of the ledger's own, those that the log does not have, each once. Gives the position of each.
    mutating func add(own events: [ApprovalEvent]) throws -> [LeafIndex] {
        try events.map { event in
            try known[event.identity] ?? fresh[event.identity].map { LeafIndex(first.value + UInt64($0)) }
                ?? seal(event, caller: Self.own)
        }
    }

    mutating func judge(_ ticket: Ticket) throws -> [Answer] {
        ticket.isWhole ? try judgeWhole(ticket) : try ticket.events.map { try judge($0, caller: ticket.caller) }
    }

    /// All or nothing: a copy of the batch is judged, and kept only where every event came in.
    private mutating func judgeWhole(_ ticket: Ticket) throws -> [Answer] {
        var trial = self
        let answers = try ticket.events.map { try trial.judge($0, caller: ticket.caller) }
        let refusals = answers.compactMap { answer -> SubmissionRefusal? in
            if case .failure(let refusal) = answer { refusal } else { nil }
        }
        guard let refusal = refusals.first else {
            self = trial
            return answers
        }
        for (event, answer) in zip(ticket.events, answers) {
            guard case .failure(.conflict) = answer else { continue }
            try noteConflict(event, caller: ticket.caller)
        }
        return answers.map { answer in
            if case .failure = answer { answer } else { .failure(refusal) }
        }
    }

    private mutating func judge(_ event: ApprovalEvent, caller: Text) throws -> Answer {
        let identity = event.identity
        if let index = known[identity] {
            return try answer(try compare(index, event), index, event, caller: caller)
        }
        if let position = fresh[identity] {
            let index = LeafIndex(first.value + UInt64(position))
            let resend = entries[position].compare(event, disclosing: kept[position])
            return try answer(resend, index, event, caller: caller)
        }
        do {
            return .success(.sealed(try seal(event, caller: caller)))
        } catch is EventRefusal {
            return .failure(.tooLarge)
        }
    }

    private mutating func answer(
        _ resend: Resend, _ index: LeafIndex, _ event: ApprovalEvent, caller: Text
    ) throws -> Answer {
        switch resend {
        case .same: return .success(.resent(index))
        case .undecidable: return .failure(.contentErased(index))
        case .different:
            try noteConflict(event, caller: caller)
            return .failure(.conflict(index))
        }
    }

    @discardableResult
    private mutating func seal(_ event: ApprovalEvent, caller: Text) throws -> LeafIndex {
        let entry = try LedgerEntry.seal(event, time: time, caller: caller, salt: takeSalt())
        let index = LeafIndex(first.value + UInt64(entries.count))
        fresh[event.identity] = entries.count
        kept.append(event.disclosures)
        entries.append(entry)
        rows.append(IndexRow(index: index, event: event, ledgerTime: time, askedAt: askedAt))
        disclosures.append(contentsOf: event.disclosures)
        return index
    }

    private mutating func takeSalt() throws -> [UInt8] {
        guard salts.count >= 16 else { return try SecureRandom.bytes(16) }
        defer { salts.removeLast(16) }
        return Array(salts.suffix(16))
    }

    /// One `ledger.conflict` for each caller, event and hour. Its own id says which, so that the log's identities
    /// make it one, over restarts as well.
    private mutating func noteConflict(_ event: ApprovalEvent, caller: Text) throws {
        let note = try ConflictNote(identity: event.identity, caller: caller, time: time)
        guard known[note.identity] == nil, fresh[note.identity] == nil else { return }
        conflicts += 1
        try seal(note.event, caller: Self.own)
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

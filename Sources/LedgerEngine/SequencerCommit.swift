import ApprovalEvents
import LedgerCrypto
import MerkleTree

/// One commit: judge, seal, keep disclosures, write, sign, publish, answer.
///
/// What a crash leaves behind, step by step: before the store's commit, nothing but disclosures that no entry
/// names. Inside it, an unfinished batch that recovery cuts, or a whole one that recovery signs; nobody was
/// answered, and a resend finds it. After it, everything: the index is behind and is brought up at the start.
extension Sequencer {
    /// Takes what has gathered and commits it. What is still there afterwards gets a turn of its own, so that
    /// nothing else of the actor's waits for long.
    ///
    /// Where the index is late, it gets a moment to catch up: so a flood is slowed to what the index can take, and
    /// refused only where the index does not move.
    func commitGathered() {
        guard inbox.depth > 0 else { return }
        pending.wait(until: parts.limits.indexLag / 6)
        let tickets = inbox.take()
        guard !tickets.isEmpty else { return }
        commit(tickets)
        if inbox.depth > 0 { wake() }
    }

    private func commit(_ tickets: [Ticket]) {
        guard !isBroken else { return refuse(tickets, .storageTrouble) }
        guard pending.count < parts.limits.indexLag else { return refuse(tickets, .indexBehind) }
        do {
            try commit(tickets, own: [])
        } catch let refusal as SubmissionRefusal {
            refuse(tickets, refusal)
        } catch {
            refuse(tickets, .storageTrouble)
        }
    }

    /// Commits events of the ledger's own, with whatever is due before them. Returns their positions; an event
    /// whose identity is there already keeps the one it has.
    func commitOwn(_ events: [ApprovalEvent], at least: Int64 = .min) throws -> [LeafIndex] {
        guard !isBroken else { throw SubmissionRefusal.storageTrouble }
        return try commit([], own: events, at: least)
    }

    private func refuse(_ tickets: [Ticket], _ refusal: SubmissionRefusal) {
        for ticket in tickets { ticket.refuse(refusal) }
    }

    @discardableResult
    private func commit(_ tickets: [Ticket], own: [ApprovalEvent], at least: Int64 = .min) throws -> [LeafIndex] {
        let now = max(try ledgerTime(), least)
        let stamp = Timestamp(milliseconds: now)
        let due = try dueBefore(stamp)
        let own = due.events + own
        let known = try positions(of: own, and: tickets, at: stamp)
        let frontier = parts.storage.frontier
        let sum = tickets.reduce(own.count) { $0 + $1.events.count }
        var builder = BatchBuilder(
            time: stamp, first: LeafIndex(frontier.size.value), salts: try SecureRandom.bytes(16 * sum), known: known,
            compare: compare)
        var positions: [LeafIndex] = []
        for event in own {
            if let index = known[event.identity] {
                positions.append(index)
            } else {
                positions.append(LeafIndex(builder.first.value + UInt64(builder.entries.count)))
                try builder.add(own: event)
            }
        }
        let answers = try tickets.map { try builder.judge($0) }
        var batch: CommittedBatch?
        if !builder.entries.isEmpty {
            batch = try write(builder, after: frontier)
            time.sealed(at: now)
            owed.removeAll()
            counts.subtract(due.counted)
            if due.closesCounts { countsSince = stamp }
        }
        for (ticket, answers) in zip(tickets, answers) {
            ticket.reply(SubmissionReply(answers: answers, batch: batch))
        }
        return Array(positions.suffix(positions.count - due.events.count))
    }

    private func write(_ builder: BatchBuilder, after frontier: Frontier) throws -> CommittedBatch {
        let plan = BatchPlan(appending: builder.entries.lazy.map(\.bytes), to: frontier)
        if !builder.disclosures.isEmpty { try parts.disclosures.put(builder.disclosures) }
        let batch: CommittedBatch
        do {
            let published = try parts.storage.commit(plan, sign: parts.signer.sign)
            batch = try CommittedBatch(plan: plan, disclosures: builder.kept, published: published)
        } catch StorageError.notCommitted(let what) {
            throw StorageError.notCommitted(what)
        } catch {
            breakDown(error)
            throw error
        }
        pending.add(PendingRows.Batch(rows: builder.rows, head: batch.published.head))
        wakeFollower.yield()
        board.update { status in
            status.condition = status.condition == .shuttingDown ? .shuttingDown : .running
            status.head = batch.published.head
            status.newest = builder.time
            status.commits += 1
            status.sealed += UInt64(plan.count)
            status.bytes += UInt64(plan.data.count)
            status.conflicts += UInt64(builder.conflicts)
        }
        return batch
    }

    /// The effect of the last step is unknown: never guess, never retry on the same pages. The process has to end
    /// and to open the log again; until it does, everything is refused.
    func breakDown(_ error: any Error) {
        isBroken = true
        board.update { $0.condition = .failed("\(error)") }
        end.yield(error)
    }

    private func ledgerTime() throws -> Int64 {
        switch time.judge(parts.clock.now()) {
        case .time(let now): return now
        case .stopped(let reason):
            if !owed.contains(where: { $0.cause == .clock }) {
                owed.append(Recovered(cause: .clock, detail: Text(reason)))
            }
            board.update { $0.condition = .clockStopped(reason) }
            throw SubmissionRefusal.clockStopped
        }
    }

    /// Every identity of the batch that the log has, conflict notes included.
    private func positions(
        of own: [ApprovalEvent], and tickets: [Ticket], at stamp: Timestamp
    ) throws -> [EventIdentity: LeafIndex] {
        var asked = own.map(\.identity)
        for ticket in tickets { asked.append(contentsOf: ticket.events.map(\.event.identity)) }
        var known = try positions(of: asked)
        // Only what is known, or comes twice, can be a conflict; its note's own identity is asked for second,
        // and seldom.
        var seen: Set<EventIdentity> = []
        let repeated = Set(asked.filter { !seen.insert($0).inserted })
        var notes: [EventIdentity] = []
        for ticket in tickets {
            for identity in ticket.events.map(\.event.identity)
            where known[identity] != nil || repeated.contains(identity) {
                notes.append(try ConflictNote(identity: identity, caller: ticket.caller, time: stamp).identity)
            }
        }
        if !notes.isEmpty { known.merge(try positions(of: notes)) { first, _ in first } }
        return known
    }

    private func positions(of asked: [EventIdentity]) throws -> [EventIdentity: LeafIndex] {
        var known: [EventIdentity: LeafIndex] = [:]
        var unknown: [EventIdentity] = []
        for (identity, index) in zip(asked, pending.positions(of: asked)) {
            if let index { known[identity] = index } else { unknown.append(identity) }
        }
        if !unknown.isEmpty {
            for (identity, index) in zip(unknown, try parts.index.positions(of: unknown)) {
                if let index { known[identity] = index }
            }
        }
        return known
    }

    private func compare(_ index: LeafIndex, _ event: ApprovalEvent) throws -> Resend {
        let entry = try reader.entry(at: index)
        return entry.compare(event, disclosing: try reader.disclosures(of: entry))
    }
}

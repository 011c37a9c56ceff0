import ApprovalEvents
import LedgerCrypto
import MerkleTree

/// One commit: judge, seal, keep disclosures, write. `HeadStage` signs, publishes and answers.
///
/// What a crash leaves behind, step by step: before the store's commit, nothing but disclosures that no entry
/// names. Inside it, an unfinished batch that recovery cuts. After it, a whole one that the next start signs, where no
/// head covers it yet; nobody was answered, and a resend finds it. After the head, everything: the index is behind and
/// is brought up at the start.
extension Sequencer {
    /// Takes what has gathered and commits it. What is still there afterwards gets a turn of its own, so that
    /// nothing else of the actor's waits for long.
    ///
    /// Where the index is late, it gets a moment to catch up: so a flood is slowed to what the index can take, and
    /// refused only where the index does not move. Where too much waits for a head, nothing is taken until there is
    /// room again; the inbox fills, and says so.
    func commitGathered() {
        guard inbox.depth > 0, heads.hasRoom(orElse: { self.wake() }) else { return }
        pending.wait(until: parts.limits.indexLagUnhurried)
        let tickets = inbox.take()
        guard !tickets.isEmpty else { return }
        commit(tickets)
        if inbox.depth > 0 { wake() }
    }

    private func commit(_ tickets: [Ticket]) {
        guard !breakdown.isOver else { return refuse(tickets, .storageTrouble) }
        guard !isHeld else { return refuse(tickets, .awaitingWitnesses) }
        guard pending.count < parts.limits.indexLag else { return refuse(tickets, .indexBehind) }
        do {
            try commit(tickets, own: [])
        } catch let refusal as SubmissionRefusal {
            refuse(tickets, refusal)
        } catch {
            refuse(tickets, .storageTrouble)
        }
    }

    /// Commits events of the ledger's own, with whatever is due before them. `then` gets their positions when a head
    /// covers them, where this does not throw; an event whose identity is there already keeps the one it has.
    func commitOwn(
        _ events: [ApprovalEvent], at least: Int64 = .min, then: DurableTurn.Then? = nil
    ) throws {
        guard !breakdown.isOver else { throw SubmissionRefusal.storageTrouble }
        guard !isHeld else { throw SubmissionRefusal.awaitingWitnesses }
        try commit([], own: events, at: least, then: then)
    }

    private func refuse(_ tickets: [Ticket], _ refusal: SubmissionRefusal) {
        for ticket in tickets { ticket.refuse(refusal) }
    }

    private func commit(
        _ tickets: [Ticket], own: [ApprovalEvent], at least: Int64 = .min, then: DurableTurn.Then? = nil
    ) throws {
        let now = max(try ledgerTime(), least)
        let stamp = Timestamp(milliseconds: now)
        let due = try dueBefore(stamp)
        let own = due.events + own
        let frontier = parts.storage.frontier
        let askedAt = pending.first.map { TreeSize($0.value) } ?? frontier.size
        var asked = own.map(\.identity)
        var bytes = own.reduce(0) { $0 + $1.canonicalSubmission.count }
        for ticket in tickets {
            for event in ticket.events { asked.append(event.identity) }
            bytes += ticket.size
        }
        var builder = BatchBuilder(
            time: stamp, first: LeafIndex(frontier.size.value),
            salts: try SecureRandom.bytes(BatchBuilder.saltBytes * asked.count), bytes: bytes,
            known: try known(of: asked), askedAt: askedAt,
            log: BatchBuilder.Log(compare: compare, position: { try self.known(of: [$0])[$0] }))
        let positions = try Array(builder.add(own: own).dropFirst(due.events.count))
        let answers = try tickets.map { try builder.judge($0) }
        var plan: BatchPlan?
        if builder.entries.count > 0 {
            plan = try write(builder, after: frontier)
            time.sealed(at: now)
            owed.removeAll()
            counts.subtract(due.counted)
            if due.closesCounts { countsSince = stamp }
        }
        heads.add(
            DurableTurn(
                batch: plan.map { ($0, builder.kept) }, head: plan?.head ?? frontier.head, time: stamp,
                tickets: tickets, answers: answers, own: positions, then: then))
    }

    private func write(_ builder: BatchBuilder, after frontier: Frontier) throws -> BatchPlan {
        let plan = BatchPlan(appending: builder.entries, to: frontier)
        let disclosures = Array(builder.kept.joined())
        if !disclosures.isEmpty { try parts.disclosures.put(disclosures) }
        do {
            try parts.storage.commit(plan)
        } catch StorageError.notCommitted(let what) {
            throw StorageError.notCommitted(what)
        } catch {
            breakdown.happen(error)
            throw error
        }
        pending.add(PendingRows.Batch(rows: builder.rows, head: plan.head))
        board.update { status in
            switch status.condition {
            case .running, .clockStopped: status.condition = .running
            // Said by somebody else meanwhile, and it stays.
            case .shuttingDown, .failed, .awaitingWitnesses: break
            }
            status.commits += 1
            status.sealed += UInt64(plan.count)
            status.bytes += UInt64(plan.data.count)
        }
        return plan
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

    /// The positions of the identities that the log has.
    private func known(of asked: [EventIdentity]) throws -> [EventIdentity: LeafIndex] {
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
        // First what no head covers yet: whatever is not there any more is published.
        if let (bytes, disclosures) = heads.entry(at: index) {
            return try LedgerEntry(parsing: bytes).compare(event, disclosing: disclosures)
        }
        let entry = try reader.entry(at: index)
        return entry.compare(event, disclosing: try reader.disclosures(of: entry))
    }
}

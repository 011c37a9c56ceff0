import ApprovalEvents
import MerkleTree

/// The sequencer's life: running, keeping time, its own entries, the end.
extension Sequencer {
    /// Keeps the ledger going until `shutDown` or a failure: marks and counts in time, the index behind the log,
    /// the watermark. Throws what broke the store; the process must then end and recover.
    public nonisolated func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.follow() }
            group.addTask { await self.keepTime() }
            for await ending in endings {
                group.cancelAll()
                if let ending { throw ending }
                return
            }
            group.cancelAll()
        }
    }

    /// The index is brought up after a commit, and then left in peace until many rows wait for it, or for 300 ms: small
    /// commits in quick succession cost it one transaction together. No commit waits for that: the rest is over before.
    private nonisolated func follow() async {
        let enough = min(IndexFollower.enough, parts.limits.indexLagUnhurried)
        for await _ in followerCalls {
            while await !follower.catchUp() {
                guard (try? await Task.sleep(for: .seconds(1))) != nil else { return }
            }
            let end = ContinuousClock.now + .milliseconds(300)
            while pending.count < enough, .now < end {
                guard (try? await Task.sleep(for: .milliseconds(25))) != nil else { return }
            }
        }
    }

    private nonisolated func keepTime() async {
        var beats = 0
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            await tick()
            beats += 1
            if beats % 3 == 0 { await settle() }
        }
    }

    /// Seals what has come due: marks, hourly counts, what was recovered from.
    public func tick() {
        guard !breakdown.isOver, !isHeld, board.current.condition != .shuttingDown else { return }
        guard case .time(let now) = time.judge(parts.clock.now()) else {
            try? commitOwn([])
            return
        }
        let due = try? dueBefore(Timestamp(milliseconds: now))
        if due?.events.isEmpty == false { try? commitOwn([]) }
    }

    /// Flushes what commits leave unflushed and moves the watermark (`LogStorage.settle`).
    public func settle() {
        guard !breakdown.isOver, board.current.condition != .shuttingDown else { return }
        do { try parts.storage.settle() } catch { breakdown.happen(error) }
    }

    func dueBefore(_ now: Timestamp) throws -> DueEvents {
        var due = DueEvents()
        try due.addMarks(parts.marks, after: Timestamp(milliseconds: time.newest), at: now)
        try due.addRecovered(owed, at: now)
        let isLast = board.current.condition == .shuttingDown
        if isLast || OwnEvents.hourEnded(from: countsSince, to: now) {
            try due.addCounts(counts, from: countsSince, at: now)
        }
        return due
    }

    // MARK: The ledger's own entries

    /// Appends a mark for an extract and returns its position: the entry is the first one whose `ledgertime` is
    /// not before the mark's `at`, so an extract that ends here has a provable end.
    public func markForExtract() async -> Result<LeafIndex, SubmissionRefusal> {
        await sealed { ledger, then in
            // The mark is a millisecond after the newest entry, for an entry of the same millisecond may stand before
            // it; and what is due by then goes first, in a commit of its own.
            var now = max(ledger.parts.clock.now().wall, ledger.time.newest + 1)
            while try !ledger.dueBefore(Timestamp(milliseconds: now)).events.isEmpty {
                try ledger.commitOwn([], at: now)
                now = max(ledger.parts.clock.now().wall, ledger.time.newest + 1)
            }
            let at = Timestamp(milliseconds: now)
            try ledger.commitOwn([try OwnEvents.mark(at: at, cause: .extract, time: at)], at: now, then: then)
        }
    }

    /// Appends an event of the ledger's own (a caller created, a setting changed …). The same identity again
    /// returns the position it has. Check its form first: what is sealed stays.
    public func record(_ event: ApprovalEvent) async -> Result<LeafIndex, SubmissionRefusal> {
        await sealed { ledger, then in try ledger.commitOwn([event], then: then) }
    }

    /// Seals the erasure, then destroys the disclosures. A crash in between is made up for at the next start,
    /// when every erasure in the log is carried out again.
    public func erase(_ event: ApprovalEvent) async -> Result<LeafIndex, SubmissionRefusal> {
        guard case .recordErased(let erased) = event.payload else { return .failure(.storageTrouble) }
        let sealed = await record(event)
        guard case .success = sealed else { return sealed }
        do {
            try parts.disclosures.erase(erased.digests)
            return sealed
        } catch {
            return .failure(.storageTrouble)
        }
    }

    /// Waits until what `commit` made durable is under a published head.
    private func sealed(
        _ commit: (isolated Sequencer, @escaping DurableTurn.Then) throws -> Void
    ) async -> Result<LeafIndex, SubmissionRefusal> {
        guard board.current.condition != .shuttingDown else { return .failure(.shuttingDown) }
        return await withCheckedContinuation { continuation in
            do {
                try commit(self) { sealed in
                    let last = sealed.flatMap { $0.last.map { .success($0) } ?? .failure(.storageTrouble) }
                    continuation.resume(returning: last)
                }
            } catch let refusal as SubmissionRefusal {
                continuation.resume(returning: .failure(refusal))
            } catch is EventRefusal {
                continuation.resume(returning: .failure(.tooLarge))
            } catch {
                continuation.resume(returning: .failure(.storageTrouble))
            }
        }
    }

    // MARK: The end

    /// Takes nothing more, commits and signs what waits, seals the last counts, brings the index up, closes the store.
    /// `run` returns after it.
    public nonisolated func shutDown() async {
        inbox.close()
        while inbox.depth > 0 {
            await commitGathered()
            await heads.settled()
        }
        await finish()
        await heads.settled()
        wakeFollower.finish()
        _ = await follower.catchUp()
        await closeStore()
        end.yield(nil)
        end.finish()
    }

    private func finish() {
        board.update { if [.running, .awaitingWitnesses].contains($0.condition) { $0.condition = .shuttingDown } }
        if !breakdown.isOver { try? commitOwn([]) }
    }

    private func closeStore() {
        guard !breakdown.isOver else { return }
        breakdown.close()
        do { try parts.storage.close() } catch { breakdown.happen(error) }
    }
}

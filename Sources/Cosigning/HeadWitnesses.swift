import LedgerEngine
import MerkleTree
import SignedNotes
import Synchronization

/// Has the heads of a log cosigned by its witnesses, and knows which newest one is.
///
/// ```swift
/// let witnesses = try HeadWitnesses(plan, reader: sequencer.reader, store: file, surroundings: …)
/// try await witnesses.run()          // until cancelled; throws `ForkClaim`
/// ```
/// Heads come in by `published`; the newest is asked for, never each. Nothing here holds up a commit: each witness has a
/// task of its own, with a limit for each answer, and longer pauses the longer it fails. What a witness says is checked
/// before it is kept, and kept before it is shown.
public final class HeadWitnesses: HeadObserver {
    /// What the witnesses need of the process around them.
    public struct Surroundings: Sendable {
        public var exchange: WitnessExchange
        /// Every key that the log has or had, as of now.
        public var logKeys: @Sendable () -> [VerifierKey]
        /// Makes every head that is published survive a power cut. Called before a witness sees one: else it could know
        /// a head that a recovery does not find again.
        public var makeHeadsDurable: @Sendable () throws -> Void
        /// For the operator's log: a sentence.
        public var note: @Sendable (String) -> Void

        public init(
            exchange: @escaping WitnessExchange, logKeys: @escaping @Sendable () -> [VerifierKey],
            makeHeadsDurable: @escaping @Sendable () throws -> Void,
            note: @escaping @Sendable (String) -> Void
        ) {
            self.exchange = exchange
            self.logKeys = logKeys
            self.makeHeadsDurable = makeHeadsDurable
            self.note = note
        }
    }

    public let plan: WitnessPlan
    private let reader: LedgerReader
    private let limits: CosigningLimits
    private let surroundings: Surroundings
    private let keeper: HeadKeeper
    private let rounds: Mutex<CosigningRounds>
    private let calls: [AsyncStream<Void>]
    private let wakes: [AsyncStream<Void>.Continuation]
    private let forks: AsyncStream<ForkClaim>
    private let fork: AsyncStream<ForkClaim>.Continuation
    /// Finished when new heads may be signed, or nothing is cosigned any more.
    private let openings: AsyncStream<Void>
    private let opening: AsyncStream<Void>.Continuation

    /// Begins with the newest stored head. Asks nobody before `run`.
    ///
    /// Throws where what was kept is not of this log.
    ///
    /// - Parameter isRestored: the log's files are a backup's: until it is open, only those witnesses count that knew the
    ///   log before they were asked, and all are heard.
    public init(
        _ plan: WitnessPlan, reader: LedgerReader, store: any CosignatureStore, surroundings: Surroundings,
        isRestored: Bool = false, limits: CosigningLimits = CosigningLimits()
    ) throws {
        self.plan = plan
        self.reader = reader
        self.limits = limits
        self.surroundings = surroundings
        keeper = HeadKeeper(store: store, makeHeadsDurable: surroundings.makeHeadsDurable)
        let kept = try plan.kept(in: store, of: reader)
        rounds = Mutex(
            CosigningRounds(
                plan, stored: reader.published, kept: kept, isRestored: isRestored, limits: limits,
                now: ContinuousClock.now))
        let streams = plan.asked.map { _ in AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1)) }
        calls = streams.map(\.stream)
        wakes = streams.map(\.continuation)
        (forks, fork) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
        (openings, opening) = AsyncStream.makeStream()
        if !plan.needsQuorum { opening.finish() }
    }

    // MARK: Looking

    /// The newest head that was cosigned as the policy asks, with every cosignature that came; nil before the first.
    public var cosigned: PublishedHead? { rounds.withLock { $0.cosigned } }

    /// Whether the head that stood at the start was cosigned, so that new ones may be signed.
    public var isOpen: Bool { rounds.withLock { $0.isOpen } }

    /// Waits for that, for as long as it takes; false where this process has no more heads cosigned, or the task is
    /// cancelled. For one task.
    public func opened() async -> Bool {
        for await _ in openings {}
        return isOpen && !Task.isCancelled
    }

    public var statuses: [WitnessStatus] { rounds.withLock { $0.statuses } }

    // MARK: Heads

    /// Takes note of a head that was just published. Cheap, from any thread.
    public func published(_ head: PublishedHead) {
        carryOut(rounds.withLock { $0.published(head, at: .now) })
    }

    /// Why a head was not cosigned in time.
    public enum NotCosigned: Error, Hashable, Sendable {
        /// The quorum has not answered. It may come later; what was recorded stays.
        case late
        /// This process has no more heads cosigned.
        case stopped
    }

    /// Calls `reply` once, when a head of `size` entries or more is cosigned as the policy asks, or after `limit`.
    ///
    /// `reply` is called from a thread that must not be held up.
    public func wait(
        for size: TreeSize, limit: Duration, reply: @escaping @Sendable (Result<PublishedHead, NotCosigned>) -> Void
    ) {
        let wait = CosigningWait(size: size, deadline: .now + limit) { result in
            reply(result.mapError { $0 == .late ? .late : .stopped })
        }
        carryOut(rounds.withLock { $0.wait(wait, at: .now) })
    }

    /// The same as a value.
    public func cosigned(_ size: TreeSize, within limit: Duration) async throws(NotCosigned) -> PublishedHead {
        let result = await withCheckedContinuation { continuation in
            wait(for: size, limit: limit) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    // MARK: Running

    /// Asks until it is cancelled. Throws a `ForkClaim` where a witness knows another history: then nothing more may
    /// be signed.
    public func run() async throws {
        defer { stop() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for place in plan.asked.indices { group.addTask { await self.serve(place) } }
            group.addTask {
                while (try? await Task.sleep(for: .milliseconds(50))) != nil {
                    self.carryOut(self.rounds.withLock { $0.tick(at: .now) })
                }
            }
            group.addTask { for await claim in self.forks { throw claim } }
            for wake in wakes { wake.yield() }
            try await group.next()
            group.cancelAll()
        }
    }

    /// One witness's task.
    private func serve(_ place: Int) async {
        var client = WitnessClient(
            plan.asked[place], of: plan, reader: reader, surroundings: surroundings, timeLimit: limits.answer)
        for await _ in calls[place] {
            while let round = rounds.withLock({ $0.begin(place, at: .now) }) {
                let outcome = await ask(&client, round)
                guard !Task.isCancelled else { return }
                let effects = rounds.withLock { $0.heard(outcome, from: place, in: round, at: .now) }
                carryOut(effects)
                if let keep = effects.keep { await self.keep(keep.head, of: keep.round) }
            }
        }
    }

    private func ask(
        _ client: inout WitnessClient, _ round: CosigningRounds.Round
    ) async -> WitnessClient.Outcome {
        do {
            try await keeper.makeDurable(round.head)
        } catch {
            return .failed("is not asked: the head could not be made durable: \(error)")
        }
        return await client.ask(for: round.head, mustKnow: round.mustKnow)
    }

    /// What cannot be kept counts all the same: the caller's receipt holds it, and the next start asks again.
    private func keep(_ head: PublishedHead, of round: Int) async {
        do {
            try await keeper.keep(head)
        } catch {
            surroundings.note("the cosignatures of size \(head.size) could not be kept: \(error)")
        }
        carryOut(rounds.withLock { $0.kept(head, of: round, at: .now) })
    }

    private func carryOut(_ effects: CosigningRounds.Effects) {
        for note in effects.notes { surroundings.note(note) }
        for (reply, result) in effects.replies { reply(result) }
        if let claim = effects.fork { fork.yield(claim) }
        if effects.opens { opening.finish() }
        for place in effects.wake { wakes[place].yield() }
    }

    private func stop() {
        var effects = CosigningRounds.Effects()
        rounds.withLock { $0.end(.stopped, &effects) }
        carryOut(effects)
        opening.finish()
    }
}

/// Writes for the witnesses, on a thread of its own: it blocks on the disk.
private actor HeadKeeper {
    private let store: any CosignatureStore
    private let makeHeadsDurable: @Sendable () throws -> Void
    private var durable = TreeSize.zero
    private let thread = SerialThread(label: "countersign.cosigning")
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(store: any CosignatureStore, makeHeadsDurable: @escaping @Sendable () throws -> Void) {
        self.store = store
        self.makeHeadsDurable = makeHeadsDurable
    }

    func makeDurable(_ head: PublishedHead) throws {
        guard head.size > durable else { return }
        try makeHeadsDurable()
        durable = head.size
    }

    func keep(_ head: PublishedHead) throws { try store.keep(head) }
}

extension WitnessPlan {
    /// The newest head that was kept, if this policy still takes it.
    fileprivate func kept(in store: any CosignatureStore, of reader: LedgerReader) throws -> PublishedHead? {
        guard let kept = try store.newest() else { return nil }
        guard kept.size <= reader.published.size, try reader.head(at: kept.size) == kept.head else {
            throw StorageError.corrupt(
                "a cosigned head of \(kept.size) entries was kept, and it is not one of this log, which has "
                    + "\(reader.published.size)")
        }
        return accepts(kept) ? kept : nil
    }
}

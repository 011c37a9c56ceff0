import ApprovalEvents
import MerkleTree
import Synchronization

/// What one turn of the sequencer made durable, and whom it owes an answer once a signed head covers it.
struct DurableTurn: Sendable {
    /// The entries that it sealed, and what each disclosed; nil where all that it took was there already.
    let batch: (plan: BatchPlan, disclosures: [[Disclosure]])?
    /// The head after it.
    let head: TreeHead
    let time: Timestamp
    let tickets: [Ticket]
    /// Each ticket's answers.
    let answers: [[Ticket.Answer]]
    /// Where the turn was for the ledger itself: the positions of its own events.
    let own: [LeafIndex]
    let then: Then?

    typealias Then = @Sendable (Result<[LeafIndex], SubmissionRefusal>) -> Void

    func refuse(_ refusal: SubmissionRefusal) {
        for ticket in tickets { ticket.refuse(refusal) }
        then?(.failure(refusal))
    }
}

/// Behind the commits: signs the newest durable head, publishes it, and answers whoever it covers.
///
/// While a head is signed, commits go on, and the next head covers all of them; so heads come in order, one root to a
/// size, and a key that takes its time costs waiting but no throughput. A key that is quick signs on the sequencer's own
/// thread, right after the commit: to hand a batch over would cost more than its signature.
///
/// What a crash leaves: entries that are durable and not signed. Nobody was answered for them, a resend finds them, and
/// the next start has them signed.
final class HeadStage: Sendable {
    /// A head that takes longer is made on the stage's own thread.
    private static let quick = Duration.milliseconds(1)

    private struct State {
        /// Durable, and waiting for a head; the oldest first.
        var waiting: [DurableTurn] = []
        /// Those whose head is being signed.
        var covered: [DurableTurn] = []
        var entries = 0
        var bytes = 0
        var isRunning = false
        var isQuick = true
        var hasFailed = false
        var signer: HeadSigner
        /// How often the signer was replaced: what one took says nothing of the next.
        var generation = 0
        /// To be told once there is room again, and once nothing waits.
        var forRoom: [@Sendable () -> Void] = []
        var forIdle: [@Sendable () -> Void] = []
    }

    private let storage: any LogStorage
    private let limits: SequencerLimits
    let exit: HeadExit
    private let onFailure: @Sendable (any Error) -> Void
    private let state: Mutex<State>
    private let thread = SerialThread(label: "countersign.heads")

    init(
        storage: any LogStorage, signer: HeadSigner, limits: SequencerLimits, exit: HeadExit,
        onFailure: @escaping @Sendable (any Error) -> Void
    ) {
        self.storage = storage
        state = Mutex(State(signer: signer))
        self.limits = limits
        self.exit = exit
        self.onFailure = onFailure
    }

    // MARK: What waits

    /// Takes a turn over. Called by the sequencer alone, in the order of the commits.
    func add(_ turn: DurableTurn) {
        enum Next { case none, sign, handOver, refuse }
        let next = state.withLock { state -> Next in
            if state.hasFailed { return .refuse }
            state.waiting.append(turn)
            state.entries += turn.batch?.plan.count ?? 0
            state.bytes += turn.batch?.plan.data.count ?? 0
            if state.isRunning { return .none }
            state.isRunning = true
            return state.isQuick ? .sign : .handOver
        }
        switch next {
        case .none: break
        case .sign: run()
        case .handOver: thread.run { self.run() }
        case .refuse: turn.refuse(.storageTrouble)
        }
    }

    /// Entries that are durable and not published.
    var unpublished: Int { state.withLock { $0.entries } }

    /// Whether more may be committed. If not, `waker` is called as soon as it may.
    func hasRoom(orElse waker: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            if state.hasFailed || (state.entries < limits.unpublishedEvents && state.bytes < limits.unpublishedBytes) {
                return true
            }
            state.forRoom.append(waker)
            return false
        }
    }

    /// Returns when nothing waits for a head any more.
    func settled() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if !state.isRunning { return true }
                state.forIdle.append { continuation.resume() }
                return false
            }
            if isIdle { continuation.resume() }
        }
    }

    /// An entry that no reader sees yet, with what it disclosed; nil for one that is published.
    func entry(at index: LeafIndex) -> (bytes: [UInt8], disclosures: [Disclosure])? {
        state.withLock { state in
            for turn in state.covered + state.waiting {
                guard let (plan, disclosures) = turn.batch, index >= plan.first, index.value < plan.after.size.value
                else { continue }
                let position = Int(index.value - plan.first.value)
                return (plan.entries.entry(position), disclosures[position])
            }
            return nil
        }
    }

    /// Signs no head after the one that is being signed: what waits is refused.
    func halt() {
        let turns = state.withLock { state in
            state.hasFailed = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for turn in turns { turn.refuse(.storageTrouble) }
    }

    // MARK: Signing

    /// Heads that are begun from now on are signed by `signer`.
    func replace(signer: HeadSigner) {
        state.withLock { state in
            state.signer = signer
            state.generation += 1
            // How long it takes is not known.
            state.isQuick = false
        }
    }

    /// Makes heads until nothing waits.
    private func run() {
        while let turns = take() {
            let start = ContinuousClock.now
            do {
                let (signer, generation) = state.withLock { ($0.signer, $0.generation) }
                let published = try publish(turns, by: signer)
                let took = ContinuousClock.now - start
                exit.show(published, turns)
                let wakers = finish(isQuick: took < Self.quick, generation)
                exit.answer(turns, under: published)
                for wake in wakers { wake() }
            } catch {
                return fail(error)
            }
        }
    }

    private func take() -> [DurableTurn]? {
        let (turns, wakers) = state.withLock { state -> ([DurableTurn]?, [@Sendable () -> Void]) in
            if state.waiting.isEmpty {
                state.isRunning = false
                defer { state.forIdle = [] }
                return (nil, state.forIdle)
            }
            swap(&state.waiting, &state.covered)
            return (state.covered, [])
        }
        for wake in wakers { wake() }
        return turns
    }

    /// The newest turn's head, signed and stored. Where it is published already, nothing is signed again.
    private func publish(_ turns: [DurableTurn], by signer: HeadSigner) throws -> PublishedHead {
        let head = turns[turns.count - 1].head
        if let published = storage.published, published.head == head { return published }
        let note: [UInt8]
        do { note = try signer.sign(head) } catch { throw SigningFailure(size: head.size, reason: "\(error)") }
        let published = PublishedHead(head: head, note: note)
        try storage.publish(published)
        return published
    }

    private func finish(isQuick: Bool, _ generation: Int) -> [@Sendable () -> Void] {
        state.withLock { state in
            if state.generation == generation { state.isQuick = isQuick }
            for turn in state.covered {
                state.entries -= turn.batch?.plan.count ?? 0
                state.bytes -= turn.batch?.plan.data.count ?? 0
            }
            state.covered.removeAll(keepingCapacity: true)
            defer { state.forRoom = [] }
            return state.forRoom
        }
    }

    /// The effect is unknown, or the key is gone: nobody is told that his entries are in. They are durable; the process
    /// ends, and its next start signs them.
    private func fail(_ error: any Error) {
        onFailure(error)
        let (turns, wakers) = state.withLock { state in
            state.hasFailed = true
            state.isRunning = false
            defer {
                state.covered = []
                state.waiting = []
                state.forRoom = []
                state.forIdle = []
            }
            return (state.covered + state.waiting, state.forRoom + state.forIdle)
        }
        for turn in turns { turn.refuse(.storageTrouble) }
        for wake in wakers { wake() }
    }
}

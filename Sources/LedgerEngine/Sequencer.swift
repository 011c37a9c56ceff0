import ApprovalEvents
import LedgerCrypto
import MerkleTree

/// Everything that a running ledger is made of.
public struct LedgerParts: Sendable {
    public var storage: any LogStorage
    public var index: any EventIndex
    public var disclosures: any DisclosureStore
    public var clock: any LedgerClock
    public var signer: HeadSigner
    public var marks: MarkSchedule
    public var limits: SequencerLimits
    /// Told of every published head.
    public var observers: [any HeadObserver] = []
    /// Whether nothing may be sealed or signed before `Sequencer.release`.
    public var isHeld = false

    public init(
        storage: any LogStorage, index: any EventIndex, disclosures: any DisclosureStore, clock: any LedgerClock,
        signer: HeadSigner, marks: MarkSchedule = MarkSchedule(), limits: SequencerLimits = SequencerLimits()
    ) {
        self.storage = storage
        self.index = index
        self.disclosures = disclosures
        self.clock = clock
        self.signer = signer
        self.marks = marks
        self.limits = limits
    }
}

/// Gives events their positions: the one writer of the log.
///
/// Submitters put their events into the inbox from their own threads. Whoever finds it empty wakes the actor, which
/// takes everything that has gathered by then; what comes while that is committed waits for the next turn. That is
/// group commit without a timer and without a fixed batch. A commit is synchronous: nothing interleaves between
/// reading the frontier and replacing it. Behind it, `HeadStage` signs and answers.
///
/// An answer of `.sealed` or `.resent` means: durable, and inside a signed, published checkpoint.
public actor Sequencer {
    nonisolated let inbox: Inbox
    nonisolated let counts = IntakeCounts()
    nonisolated let pending: PendingRows
    nonisolated let board: StatusBoard
    nonisolated let follower: IndexFollower
    nonisolated let wakeFollower: AsyncStream<Void>.Continuation
    nonisolated let followerCalls: AsyncStream<Void>
    nonisolated let endings: AsyncStream<(any Error)?>
    nonisolated let end: AsyncStream<(any Error)?>.Continuation
    nonisolated let breakdown: Breakdown
    nonisolated let heads: HeadStage
    /// Reads what is published. For every reader of the process.
    public nonisolated let reader: LedgerReader

    let parts: LedgerParts
    var time: TimeKeeper
    var countsSince: Timestamp
    /// What the ledger recovered from and has not sealed yet: it goes in with the next commit.
    var owed: [Recovered] = []
    /// Nothing is sealed or signed: the newest stored head has to be confirmed first.
    public internal(set) var isHeld = false
    private let thread = SerialThread(label: "countersign.sequencer")
    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Made by `open`, which has read the log and knows that it holds.
    init(parts: LedgerParts, reader: LedgerReader, newest: Timestamp) {
        self.parts = parts
        self.reader = reader
        inbox = Inbox(limits: parts.limits)
        pending = PendingRows()
        follower = IndexFollower(index: parts.index, pending: pending)
        board = StatusBoard(SequencerStatus(head: reader.published.head, newest: newest))
        let now = parts.clock.now()
        time = TimeKeeper(anchor: now, newest: newest.milliseconds)
        countsSince = max(newest, Timestamp(milliseconds: now.wall))
        (followerCalls, wakeFollower) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (endings, end) = AsyncStream.makeStream()
        let breakdown = Breakdown(board: board, end: end)
        self.breakdown = breakdown
        let exit = HeadExit(
            pending: pending, board: board, wakeFollower: wakeFollower, observers: parts.observers)
        heads = HeadStage(
            storage: parts.storage, signer: parts.signer, limits: parts.limits, exit: exit,
            onFailure: breakdown.happen)
    }

    // MARK: Submitting

    /// Submits events that stand each for itself, or of which all come in or none (`isWhole`: a CloudEvents batch).
    /// The answers are in the order of the events.
    ///
    /// At most `SequencerLimits.callerShare` events at once. The events of one call get neighbouring positions in
    /// their order, those that are new. `reply` is called exactly once, from a thread that must not be held up. Not where
    /// `onlyIfRoom` is asked for and the inbox is full: then nothing happens, and false is returned.
    ///
    /// Who has more to submit at once hands in `after`: it gets the call that wakes the sequencer, and must make it, soon; until
    /// then, what is in the inbox waits.
    @discardableResult
    public nonisolated func submit(
        _ events: [ApprovalEvent], caller: Text, isWhole: Bool = false, onlyIfRoom: Bool = false,
        after: (@escaping @Sendable () -> Void) -> Void = { $0() },
        reply: @escaping @Sendable (SubmissionReply) -> Void
    ) -> Bool {
        guard !events.isEmpty else {
            reply(SubmissionReply(answers: [], batch: nil))
            return true
        }
        let ticket = Ticket(caller: caller, events: events, isWhole: isWhole) { given in
            self.count(given.answers, caller: caller)
            reply(given)
        }
        switch inbox.offer(ticket) {
        case .refused(.inboxFull) where onlyIfRoom: return false
        case .refused(let refusal): ticket.refuse(refusal)
        case .waits(isFirst: true): after { self.wake() }
        case .waits(isFirst: false): break
        }
        return true
    }

    /// Submits events that stand each for itself, and waits.
    public nonisolated func submit(
        _ events: [ApprovalEvent], caller: Text
    ) async -> [Result<SubmissionOutcome, SubmissionRefusal>] {
        await withCheckedContinuation { continuation in
            submit(events, caller: caller) { continuation.resume(returning: $0.answers) }
        }
    }

    /// Submits events of which all come in, or none, and waits. On failure the answer is the first refusal.
    public nonisolated func submitAll(
        _ events: [ApprovalEvent], caller: Text
    ) async -> Result<[SubmissionOutcome], SubmissionRefusal> {
        let reply = await withCheckedContinuation { continuation in
            submit(events, caller: caller, isWhole: true) { continuation.resume(returning: $0) }
        }
        return Result { () throws(SubmissionRefusal) in
            var outcomes: [SubmissionOutcome] = []
            for answer in reply.answers { outcomes.append(try answer.get()) }
            return outcomes
        }
    }

    /// Events of one caller that may wait; also the most that one call can bring.
    public nonisolated var callerShare: Int { parts.limits.callerShare }

    /// Whether it is worth while to read what this caller submits: false while everything would be refused with
    /// `inboxFull`. Asked before a body is parsed, so that a refusal costs less than an event. Promises nothing.
    public nonisolated func hasRoom(for caller: Text) -> Bool { inbox.hasRoom(for: caller) }

    /// Has the actor take what has gathered, in its turn.
    nonisolated func wake() {
        thread.run { self.assumeIsolated { $0.commitGathered() } }
    }

    private nonisolated func count(_ answers: [Ticket.Answer], caller: Text) {
        var sealed = 0
        var resent = 0
        var refused: [Text: Int] = [:]
        for answer in answers {
            switch answer {
            case .success(.sealed): sealed += 1
            case .success(.resent): resent += 1
            case .failure(let refusal): refused[refusal.problem, default: 0] += 1
            }
        }
        counts.add(accepted: sealed, resent: resent, caller: caller)
        for (problem, times) in refused { noteRefusal(problem: problem, times: times, caller: caller) }
        if resent > 0 { board.update { $0.resent += UInt64(resent) } }
    }

    /// Counts deliveries that were refused before they reached the sequencer (`ledger.intake_counted`).
    /// `problem` is the last segment of the problem's type. The sequencer's own refusals are counted already.
    public nonisolated func noteRefusal(problem: Text, times: Int = 1, caller: Text) {
        counts.add(refused: problem, times: times, caller: caller)
        board.update { $0.refused[problem, default: 0] += UInt64(times) }
    }

    /// Has heads signed by other keys from the next one on: what a caller submits after this returns stands under them.
    public nonisolated func replace(signer: HeadSigner) { heads.replace(signer: signer) }

    // MARK: Looking

    /// How the ledger is at this moment.
    public nonisolated var status: SequencerStatus {
        var status = board.current
        status.waiting = inbox.depth
        status.unpublished = heads.unpublished
        status.indexLag = pending.count
        status.indexTrouble = pending.trouble
        return status
    }

    /// Where an event stands: what is not yet indexed first, the index second. It may be durable and not published yet.
    public nonisolated func position(of identity: EventIdentity) throws -> LeafIndex? {
        try pending.position(of: identity) ?? parts.index.positions(of: [identity]).first ?? nil
    }
}

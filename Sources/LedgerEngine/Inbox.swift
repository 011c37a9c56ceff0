import ApprovalEvents
import Synchronization

/// Events that wait for their commit together, and whom to tell what became of them.
struct Ticket: Sendable {
    typealias Answer = Result<SubmissionOutcome, SubmissionRefusal>

    let caller: Text
    let events: [ApprovalEvent]
    /// All of them or none (a CloudEvents batch), instead of each for itself.
    let isWhole: Bool
    let size: Int
    /// Called exactly once, from whichever thread knows the answer. It must not block.
    let reply: @Sendable (SubmissionReply) -> Void

    init(
        caller: Text, events: [ApprovalEvent], isWhole: Bool, reply: @escaping @Sendable (SubmissionReply) -> Void
    ) {
        self.caller = caller
        self.events = events
        self.isWhole = isWhole
        self.reply = reply
        size = events.reduce(0) { $0 + $1.canonicalSubmission.count }
    }

    func refuse(_ refusal: SubmissionRefusal) {
        reply(SubmissionReply(answers: Array(repeating: .failure(refusal), count: events.count), batch: nil))
    }
}

/// Where submissions wait while the last commit runs. Bounded in events and bytes, with a share for each caller,
/// so that one of them cannot keep the others out.
final class Inbox: Sendable {
    private struct State {
        var waiting: [Ticket] = []
        var events = 0
        var bytes = 0
        var shares: [Text: Int] = [:]
        var isClosed = false
    }

    private let limits: SequencerLimits
    private let state = Mutex(State())

    init(limits: SequencerLimits) {
        self.limits = limits
    }

    var depth: Int { state.withLock { $0.events } }

    enum Admission {
        /// It waits. Whoever finds the inbox empty has to see to it that it is emptied.
        case waits(isFirst: Bool)
        case refused(SubmissionRefusal)
    }

    /// Whether the smallest ticket of this caller would be taken in at this moment; true of a closed inbox, for that is another
    /// refusal. What `offer` says counts.
    func hasRoom(for caller: Text) -> Bool {
        state.withLock { state in
            state.isClosed
                || state.shares[caller, default: 0] < limits.callerShare && state.events < limits.inboxEvents
                    && state.bytes < limits.inboxBytes
        }
    }

    /// Takes the ticket in, or says why not.
    func offer(_ ticket: Ticket) -> Admission {
        state.withLock { state in
            if state.isClosed { return .refused(.shuttingDown) }
            let count = ticket.events.count
            let share = state.shares[ticket.caller, default: 0] + count
            guard share <= limits.callerShare, state.events + count <= limits.inboxEvents,
                state.bytes + ticket.size <= limits.inboxBytes
            else { return .refused(.inboxFull) }
            state.shares[ticket.caller] = share
            state.events += count
            state.bytes += ticket.size
            state.waiting.append(ticket)
            return .waits(isFirst: state.waiting.count == 1)
        }
    }

    /// The tickets that waited longest, up to a batch's worth, at least one.
    func take() -> [Ticket] {
        state.withLock { state in
            var taken = 0
            var events = 0
            var bytes = 0
            for ticket in state.waiting {
                let fits =
                    events + ticket.events.count <= limits.batchEvents && bytes + ticket.size <= limits.batchBytes
                guard fits || taken == 0 else { break }
                taken += 1
                events += ticket.events.count
                bytes += ticket.size
                let share = state.shares[ticket.caller, default: 0] - ticket.events.count
                state.shares[ticket.caller] = share > 0 ? share : nil
            }
            let tickets = Array(state.waiting[..<taken])
            state.waiting.removeFirst(taken)
            state.events -= events
            state.bytes -= bytes
            return tickets
        }
    }

    func close() {
        state.withLock { $0.isClosed = true }
    }
}

/// How much the sequencer holds at once. The defaults suit a machine with a gigabyte to spare.
public struct SequencerLimits: Hashable, Sendable {
    /// Events that may wait in all.
    public var inboxEvents = 16_384
    /// Bytes of canonical submissions that may wait in all.
    public var inboxBytes = 64 << 20
    /// Events of one caller that may wait; also the most that one call can bring.
    public var callerShare = 4_096
    /// Events and bytes of one commit. A single call's events are never divided.
    public var batchEvents = 8_192
    public var batchBytes = 16 << 20
    /// Entries that the index may be late.
    public var indexLag = 100_000
    /// Where it is later than this, commits give it a moment.
    var indexLagUnhurried: Int { indexLag / 6 }
    /// Entries, and bytes of them, that may be durable and wait for a signed head. Then commits wait, and the inbox
    /// fills. They are kept in memory until they are published.
    public var unpublishedEvents = 65_536
    public var unpublishedBytes = 64 << 20

    public init() {}
}

import ApprovalEvents
import MerkleTree

/// Somebody who is told of every head that is published: a client of witnesses, a timestamper.
public protocol HeadObserver: Sendable {
    /// Called with each published head, in order, on a thread apart from commits and signatures. At the start of the
    /// ledger it is called with the newest head that is there. One call at a time: whoever takes long keeps the next
    /// ones waiting, and nobody else.
    func published(_ head: PublishedHead)
}

/// What follows a published head: readers, index and observers hear of it, and those it covers are answered.
struct HeadExit: Sendable {
    let pending: PendingRows
    let board: StatusBoard
    let wakeFollower: AsyncStream<Void>.Continuation
    let observers: [any HeadObserver]
    private let thread = SerialThread(label: "countersign.observers")

    init(
        pending: PendingRows, board: StatusBoard, wakeFollower: AsyncStream<Void>.Continuation,
        observers: [any HeadObserver]
    ) {
        self.pending = pending
        self.board = board
        self.wakeFollower = wakeFollower
        self.observers = observers
    }

    func show(_ published: PublishedHead, _ turns: [DurableTurn]) {
        pending.publish(published.size)
        wakeFollower.yield()
        board.update { status in
            status.head = published.head
            for turn in turns where turn.batch != nil { status.newest = turn.time }
        }
        notify(published)
    }

    func notify(_ published: PublishedHead) {
        guard !observers.isEmpty else { return }
        thread.run { for observer in observers { observer.published(published) } }
    }

    /// The one place where answers leave that stand under a head.
    func answer(_ turns: [DurableTurn], under published: PublishedHead) {
        let plans = turns.compactMap { $0.batch?.plan }
        var covered = plans[...]
        for turn in turns {
            do {
                var batch: CommittedBatch?
                if let sealed = turn.batch {
                    batch = try CommittedBatch(plans: covered, disclosures: sealed.disclosures, published: published)
                    covered = covered.dropFirst()
                }
                for (ticket, answers) in zip(turn.tickets, turn.answers) {
                    ticket.reply(SubmissionReply(answers: answers, batch: batch))
                }
                turn.then?(.success(turn.own))
            } catch {
                turn.refuse(.storageTrouble)
            }
        }
    }
}

/// The log's key did not sign. The entries under the head are durable; the next start signs them.
struct SigningFailure: Error, CustomStringConvertible {
    let size: TreeSize
    let reason: String

    var description: String { "the log's key does not sign the head of size \(size): \(reason)" }
}

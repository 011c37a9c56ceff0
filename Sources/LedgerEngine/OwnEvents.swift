import ApprovalEvents
import MerkleTree

/// Something that the ledger got over, and still has to say in the log.
struct Recovered: Hashable, Sendable {
    let cause: RecoveryCause
    let detail: Text
}

/// The ledger's own events that have to stand before anything else in a batch.
struct DueEvents {
    var events: [ApprovalEvent] = []
    /// The intake counts among them, to be taken off once they are sealed.
    var counted: [(caller: Text, count: IntakeCounts.Count)] = []
    var closesCounts = false

    /// Marks of the boundaries in `(newest, now]`: each is the first entry whose `ledgertime` is not before it.
    mutating func addMarks(_ schedule: MarkSchedule, after newest: Timestamp, at now: Timestamp) throws {
        for boundary in schedule.boundaries(after: newest, through: now) {
            events.append(try OwnEvents.mark(at: boundary, cause: .midnight, time: now))
        }
    }

    mutating func addRecovered(_ owed: [Recovered], at now: Timestamp) throws {
        for (number, recovered) in owed.enumerated() {
            let payload = LedgerRecovered(cause: recovered.cause, detail: recovered.detail)
            let id = Text("recovered/\(now.ledgerForm.string)/\(number)")
            events.append(try ApprovalEvent.ledger(.ledgerRecovered(payload), id: id, time: now))
        }
    }

    mutating func addCounts(_ counts: IntakeCounts, from start: Timestamp, at now: Timestamp) throws {
        closesCounts = true
        counted = counts.current()
        for (number, (caller, count)) in counted.enumerated() {
            var refused = JSONObject()
            for (problem, times) in count.refused.sorted(by: { $0.key < $1.key }) {
                refused[problem] = .number(JSONNumber(times))
            }
            let payload = LedgerIntakeCounted(
                from: start, to: now, caller: caller, accepted: count.accepted, resent: count.resent,
                refused: .object(refused))
            let id = Text("intake/\(now.ledgerForm.string)/\(number)")
            events.append(try ApprovalEvent.ledger(.ledgerIntakeCounted(payload), id: id, time: now))
        }
    }
}

enum OwnEvents {
    static let erasedType: Text = "dev.countersign.record.erased.v1"
    private static let hour: Int64 = 3_600_000

    static func mark(at boundary: Timestamp, cause: MarkCause, time: Timestamp) throws -> ApprovalEvent {
        let id = Text("mark/\(boundary.ledgerForm.string)")
        return try ApprovalEvent.ledger(.ledgerMarked(LedgerMarked(at: boundary, cause: cause)), id: id, time: time)
    }

    /// Whether a full hour of the clock ended between the two.
    static func hourEnded(from start: Timestamp, to now: Timestamp) -> Bool {
        now.milliseconds / hour > start.milliseconds / hour
    }
}

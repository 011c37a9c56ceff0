import ApprovalEvents
import MerkleTree

/// Brings the index up behind the log, on an executor of its own: commits wait for it only where it is late.
actor IndexFollower {
    /// So many rows are worth a transaction. Fewer take less memory and are slower in bulk (notes of `SQLiteIndex`).
    static let enough = 8_192
    /// Rows of one transaction at most, a single batch excepted: what has gathered by the time they are enough fits in.
    private static let most = 16_384
    /// Rows of one transaction when the index is made anew.
    private static let rebuilt = 4_096

    private let index: any EventIndex
    private let pending: PendingRows
    private let thread = SerialThread(label: "countersign.index")
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(index: any EventIndex, pending: PendingRows) {
        self.index = index
        self.pending = pending
    }

    /// Applies everything that waits at this moment. What comes meanwhile is left for the next time, or transactions would
    /// follow one another, each smaller than the last. Returns false where the index failed; the rows stay and are tried
    /// again.
    func catchUp() -> Bool {
        var left = pending.count
        while left > 0 {
            let batches = pending.oldest(limit: Self.most)
            guard let head = batches.last?.head else { return true }
            let rows = batches.flatMap(\.rows)
            do {
                try index.apply(rows, head: head)
            } catch {
                pending.note(trouble: "\(error)")
                return false
            }
            pending.remove(batches)
            left -= rows.count
        }
        return true
    }

    /// Makes the index one of this log, up to the published head, before the ledger accepts anything: an index
    /// that is missing, newer than the log, or of another root is made anew.
    ///
    /// Reads the entries once, in order; `progress` gets how many of how many are indexed.
    static func rebuild(
        _ index: any EventIndex, from log: LedgerReader, progress: (UInt64, UInt64) -> Void
    ) throws {
        let size = log.published.size
        var start: UInt64 = 0
        if let applied = try index.applied() {
            if applied.size <= size, try log.head(at: applied.size) == applied {
                start = applied.size.value
            } else {
                try index.reset()
            }
        } else {
            try index.reset()
        }
        while start < size.value {
            let end = min(size.value, start + UInt64(rebuilt))
            var rows: [IndexRow] = []
            try log.forEachEntry(in: start..<end) { position, bytes in
                rows.append(IndexRow(index: position, entry: try LedgerEntry(parsing: bytes)))
            }
            let head = try log.head(at: TreeSize(end))
            do {
                try index.apply(rows, head: head)
            } catch {
                guard let once = try? identifiedOnce(rows, in: index), !once.isEmpty else { throw error }
                try index.apply(once, head: head)
            }
            start = end
            progress(start, size.value)
        }
    }

    /// The rows where each identity stands once, at its first position; empty if it does already.
    ///
    /// The ledger seals no event twice. If a log has one twice nevertheless, its entries are the truth all the same and it
    /// must open; a later one is found by everything but its identity.
    private static func identifiedOnce(_ rows: [IndexRow], in index: any EventIndex) throws -> [IndexRow] {
        var repeats = 0
        var seen: Set<EventIdentity> = []
        let known = try index.positions(of: rows.map(\.identity))
        let once = zip(rows, known).map { row, position in
            if seen.insert(row.identity).inserted, position == nil { return row }
            repeats += 1
            // No event has an empty source.
            let instead = EventIdentity(source: "", id: Text("repeated/\(row.index.value)"))
            return IndexRow(
                index: row.index, identity: instead, type: row.type, subject: row.subject, actors: row.actors,
                approvers: row.approvers, time: row.time, ledgerTime: row.ledgerTime)
        }
        return repeats > 0 ? once : []
    }
}

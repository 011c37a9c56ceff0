import ApprovalEvents
import Dispatch
import MerkleTree
import Synchronization

/// Entries that are durable and not yet in the index: between them, the two know every identity.
///
/// The index gets rows once they are published, never before. A reader must ask here first and the index second: a row
/// leaves here only after the index has it.
final class PendingRows: Sendable {
    struct Batch: Sendable {
        let rows: [IndexRow]
        let head: TreeHead
    }

    private struct State {
        var batches: [Batch] = []
        var positions: [EventIdentity: LeafIndex] = [:]
        var trouble: String?
        /// How many of the batches the index may have: they are published.
        var published = 0
        /// Rows in those.
        var late = 0
    }

    private let state = Mutex(State())
    /// Signalled whenever rows leave.
    private let progress = DispatchSemaphore(value: 0)
    /// How long a commit may be held up for the index.
    private static let patience = DispatchTimeInterval.milliseconds(50)

    /// Published entries that the index does not have.
    var count: Int { state.withLock { $0.late } }
    var trouble: String? { state.withLock { $0.trouble } }

    /// The oldest entry that the index may not have; nil where it has all.
    var first: LeafIndex? { state.withLock { $0.batches.first?.rows.first?.index } }

    func position(of identity: EventIdentity) -> LeafIndex? {
        state.withLock { $0.positions[identity] }
    }

    func positions(of identities: [EventIdentity]) -> [LeafIndex?] {
        state.withLock { state in identities.map { state.positions[$0] } }
    }

    func add(_ batch: Batch) {
        state.withLock { state in
            state.batches.append(batch)
            for row in batch.rows { state.positions[row.identity] = row.index }
        }
    }

    /// Everything up to `size` is published: the index may have it.
    func publish(_ size: TreeSize) {
        state.withLock { state in
            while state.published < state.batches.count, state.batches[state.published].head.size <= size {
                state.late += state.batches[state.published].rows.count
                state.published += 1
            }
        }
    }

    /// The oldest published batches, up to about `limit` rows, at least one batch; none when nothing waits.
    func oldest(limit: Int) -> [Batch] {
        state.withLock { state in
            var rows = 0
            let taken = state.batches.prefix(state.published).prefix { batch in
                defer { rows += batch.rows.count }
                return rows == 0 || rows + batch.rows.count <= limit
            }
            return Array(taken)
        }
    }

    func remove(_ batches: [Batch]) {
        state.withLock { state in
            state.trouble = nil
            state.batches.removeFirst(batches.count)
            state.published -= batches.count
            for batch in batches {
                state.late -= batch.rows.count
                for row in batch.rows { state.positions[row.identity] = nil }
            }
        }
        progress.signal()
    }

    /// Returns when at most `limit` rows wait for the index, or when it was given time enough.
    func wait(until limit: Int) {
        let deadline = DispatchTime.now() + Self.patience
        while count > limit, progress.wait(timeout: deadline) == .success {}
    }

    func note(trouble: String) {
        state.withLock { $0.trouble = trouble }
    }
}

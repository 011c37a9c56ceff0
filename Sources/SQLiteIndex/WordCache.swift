import ApprovalEvents
import Synchronization

/// The numbers of words that the file holds, so that a source or type is looked up once and not in every row.
///
/// It only ever knows words of committed rows. It is emptied when it grows over its bound: principals may be
/// many, and it is a cache.
final class WordCache: Sendable {
    private let numbers = Mutex<[Text: Int64]>([:])
    private let bound = 65_536

    /// What it knows now.
    var known: [Text: Int64] { numbers.withLock { $0 } }

    func remember(_ learnt: [Text: Int64]) {
        guard !learnt.isEmpty else { return }
        numbers.withLock { numbers in
            if numbers.count + learnt.count > bound { numbers.removeAll() }
            numbers.merge(learnt) { old, _ in old }
        }
    }

    func forget() {
        numbers.withLock { $0.removeAll() }
    }
}

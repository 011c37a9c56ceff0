import LedgerCrypto
import LedgerEngine
import MerkleTree
import Synchronization

/// The signed heads of a log, appended in the order of their sizes, beside the commits that run meanwhile.
///
/// What a crash leaves, going on where a commit ends:
/// 5. head signed and appended, unflushed: recovery finds it, or has the same root signed again.
/// 6. published: nothing is left to do.
final class HeadLog: Sendable {
    let file: OpenFile
    private let breakage: Breakage

    private struct State {
        var end: UInt64
        var published: TreeHead?
        /// What commits led to since, ascending: the only heads that may come next.
        var owed: [TreeHead]
    }

    private let state: Mutex<State>

    /// - Parameter durable: the head of the entries that are there; nil where there are none.
    init(_ file: OpenFile, end: UInt64, published: TreeHead?, durable: TreeHead?, breakage: Breakage) {
        self.file = file
        self.breakage = breakage
        let owed = durable == published ? [] : durable.map { [$0] } ?? []
        state = Mutex(State(end: end, published: published, owed: owed))
    }

    /// Bytes that were appended in all.
    var end: UInt64 { state.withLock { $0.end } }

    /// The entries below `head` are durable, and their nodes can be read.
    func owe(_ head: TreeHead) {
        state.withLock { $0.owed.append(head) }
    }

    func flush() throws {
        try breakage.check()
        do { try file.flush() } catch { throw breakage.happens(error) }
    }

    func append(_ published: PublishedHead) throws {
        try breakage.check()
        try state.withLock { state in
            guard published.head == state.published || state.owed.contains(published.head) else {
                throw StorageError.outOfRange("the log has no head of size \(published.size) to be published")
            }
            let record = HeadRecord(
                size: published.size.value, root: published.head.root, note: published.note
            ).encoded
            do { try file.write(record, at: state.end) } catch { throw breakage.happens(error) }
            state.end += UInt64(record.count)
            state.published = published.head
            state.owed.removeAll { $0.size <= published.size }
        }
    }
}

/// Why nothing more is written, once something failed whose effect is unknown: one for all who write a log.
final class Breakage: Sendable {
    private let state = Mutex<String?>(nil)

    var reason: String? { state.withLock { $0 } }

    func check() throws {
        if let reason { throw StorageError.broken(reason) }
    }

    /// The first reason stays.
    func happens(_ error: any Error) -> StorageError {
        state.withLock { $0 = $0 ?? "\(error)" }
        return .broken("\(error)")
    }

    func close() {
        state.withLock { $0 = $0 ?? "closed" }
    }
}

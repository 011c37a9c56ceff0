import Cosigning
import LedgerEngine
import MerkleTree
import Synchronization

/// The heads of a log that its witnesses have cosigned, in the file `cosigned`: records as in `heads`, appended and
/// flushed one by one, ascending by size. Of one size the last holds: it has the most cosignatures.
///
/// Nothing is lost with it that could not be asked for again; but what it holds was seen by witnesses, so a log that is
/// shorter was rolled back.
public final class CosignedHeads: CosignatureStore {
    private struct State {
        let file: OpenFile
        var end: UInt64
        var newest: PublishedHead?
        /// Why nothing more is written: after a failed flush the same pages may lie.
        var broken: String?
    }

    private let state: Mutex<State>

    /// For the one process that writes the log. A record that a crash left unfinished is cut.
    public init(_ directory: String, in system: any FileSystem = DiskFileSystem()) throws {
        let layout = Layout(root: directory)
        let file = try OpenFile(layout.cosigned, for: .creating, in: system)
        let newest = try HeadScan(file).newestPlace()
        let end = newest?.next ?? 0
        try file.truncate(to: end)
        try file.flush()
        try system.flushDirectory(directory)
        state = Mutex(State(file: file, end: end, newest: newest.map { PublishedHead($0.record) }))
    }

    /// The newest cosigned head in a directory that another process may be writing; nil where there is none.
    public static func newest(in directory: String, system: any FileSystem = DiskFileSystem()) throws -> PublishedHead?
    {
        let path = Layout(root: directory).cosigned
        guard try system.list(directory).contains("cosigned") else { return nil }
        return try HeadScan(OpenFile(path, for: .reading, in: system)).newest().map { PublishedHead($0) }
    }

    public func newest() throws -> PublishedHead? { state.withLock { $0.newest } }

    public func keep(_ head: PublishedHead) throws {
        try state.withLock { state in
            if let broken = state.broken { throw StorageError.broken(broken) }
            if let newest = state.newest, head.size < newest.size || head == newest || head.isPart(of: newest) {
                return
            }
            let record = HeadRecord(size: head.size.value, root: head.head.root, note: head.note).encoded
            do {
                try state.file.write(record, at: state.end)
                try state.file.flush()
            } catch {
                state.broken = "\(error)"
                throw error
            }
            state.end += UInt64(record.count)
            state.newest = head
        }
    }
}

extension PublishedHead {
    init(_ record: HeadRecord) {
        let parts = record.parts
        self.init(head: TreeHead(size: TreeSize(parts.size), root: parts.root), note: parts.note)
    }
}

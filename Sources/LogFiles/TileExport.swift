import Glibc
import LedgerEngine
import MerkleTree
import SignedNotes

/// Writes the log as a static tree of files (C2SP tlog-tiles) that any web server may publish: hash tiles, entry
/// bundles, and the checkpoint last, so that a tree that a reader sees is whole.
///
/// It goes on where an earlier export ended: what its checkpoint covers is left alone if it is there, any other file if
/// it is there with its bytes. Files appear by a rename, made durable before; the checkpoint moves when all of them are
/// there for good. So a run that ends at any moment leaves a folder that verifies under its own checkpoint, and the
/// next run completes it.
///
/// A partial tile stays as long as its full one is new: a reader may still hold the checkpoint before. The export
/// after that takes it away (tlog-tiles allows it: readers cut the full tile).
///
/// Timestamps of heads come after the checkpoint that covers them: `timestamps/<size>.tsr`, and `<size>.txt`, the text
/// that was stamped, for tools that know nothing of trees.
///
/// Hash tiles and the checkpoint are for everybody whom the process's umask lets in. Entries are not: `tile/entries`
/// is made for its owner alone, and is the one gate before them; whoever opens it by `chmod` or `chgrp` does so once,
/// for a folder that is there keeps its mode.
public struct TileExport {
    private let reader: LedgerReader
    private let timestamps: (any HeadTimestamps)?
    private let folder: String
    private let system: any FileSystem

    /// What an export did.
    public struct Summary: Hashable, Sendable {
        public var head: TreeHead
        /// Files that are new, the checkpoint apart.
        public var written = 0
        /// Files that were there.
        public var kept = 0
        /// Bytes of those that are new.
        public var byteCount: UInt64 = 0
    }

    public init(
        _ reader: LedgerReader, timestamps: (any HeadTimestamps)? = nil, to folder: String,
        in system: any FileSystem = DiskFileSystem()
    ) {
        self.reader = reader
        self.timestamps = timestamps
        self.folder = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        self.system = system
    }

    /// Exports the published head's tree; `progress` gets how many entries of how many are done.
    ///
    /// Throws `StorageError.occupied` for a folder of another log, of another history or of more entries, and
    /// `StorageError.locked` while another process exports into it.
    public func run(progress: (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }) throws -> Summary {
        let published = reader.published
        try system.makeFolder(folder, isPublic: true)
        let lock = try OpenFile("\(folder)/.lock", for: .creating, in: system)
        guard try lock.lock() else { throw StorageError.locked("another process exports into \(folder)") }
        // A run that was killed may have left a checkpoint that a power cut would still take back.
        try system.flushDirectory(folder)
        var run = TileExportRun(
            reader: reader, folder: folder, system: system, size: published.size, before: try exportedSize(),
            files: StagedFiles(beside: lock, in: system), summary: Summary(head: published.head))
        try run.writeTiles(progress: progress)
        try publish(published.note, lock)
        try writeTimestamps(published, lock, &run.summary)
        try run.removeSuperseded()
        return run.summary
    }

    /// Lets the checkpoint say what is there. Everything that it covers is durable before, names included.
    private func publish(_ note: [UInt8], _ lock: OpenFile) throws {
        let path = "\(folder)/checkpoint"
        guard try system.contents(of: path) != note else { return }
        try lock.flushAll()
        var checkpoint = StagedFiles(beside: lock, in: system)
        try checkpoint.write(note, to: path)
        try checkpoint.publish()
        try system.flushDirectory(folder)
    }

    /// Writes the timestamps that are not there yet, of heads that the checkpoint covers.
    private func writeTimestamps(_ published: PublishedHead, _ lock: OpenFile, _ summary: inout Summary) throws {
        let sizes = try timestamps?.sizes().filter { $0 <= published.size } ?? []
        guard let timestamps, !sizes.isEmpty else { return }
        let origin = try Checkpoint(parsing: try SignedNote(parsing: published.note).text).origin
        var files = StagedFiles(beside: lock, in: system)
        for size in sizes {
            let target = "\(folder)/timestamps/\(size)"
            guard let answer = try timestamps.answer(for: size) else { continue }
            let text = try Checkpoint(origin: origin, head: reader.head(at: size)).formatted
            for (suffix, bytes) in [(".txt", text), (TimestampFolder.suffix, answer)] {
                if try system.contents(of: target + suffix) == bytes {
                    summary.kept += 1
                } else {
                    try files.write(bytes, to: target + suffix)
                    summary.written += 1
                    summary.byteCount += UInt64(bytes.count)
                }
            }
        }
        try files.publish()
        try lock.flushAll()
    }

    /// The size of the checkpoint that is in the folder already, once it is known to be of this log; else zero.
    private func exportedSize() throws -> TreeSize {
        let path = "\(folder)/checkpoint"
        guard let note = try system.contents(of: path) else { return .zero }
        let theirs: Checkpoint
        do {
            theirs = try Checkpoint(parsing: try SignedNote(parsing: note).text)
        } catch {
            throw StorageError.occupied("\(path) is no checkpoint: \(error)")
        }
        let ours = try Checkpoint(parsing: try SignedNote(parsing: reader.published.note).text)
        guard theirs.origin == ours.origin else { throw StorageError.occupied("\(path) is of another log") }
        guard theirs.head.size <= ours.head.size else {
            throw StorageError.occupied("\(path) has \(theirs.head.size) entries, this log has \(ours.head.size)")
        }
        guard try reader.head(at: theirs.head.size) == theirs.head else {
            throw StorageError.occupied("\(path) has another root than this log at size \(theirs.head.size)")
        }
        return theirs.head.size
    }
}

extension FileSystem {
    /// A file's bytes, nil where there is none.
    func contents(of path: String) throws(FileFault) -> [UInt8]? {
        do {
            let file = try OpenFile(path, for: .reading, in: self)
            return try file.read(Int(file.length()), at: 0)
        } catch {
            guard error.code == ENOENT else { throw error }
            return nil
        }
    }
}

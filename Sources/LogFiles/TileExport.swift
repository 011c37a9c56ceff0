import Glibc
import LedgerEngine
import MerkleTree
import SignedNotes

/// Writes the log as a static tree of files (C2SP tlog-tiles) that any web server may publish: hash tiles, entry
/// bundles, and the checkpoint last, so that a tree that a reader sees is whole.
///
/// It goes on where an earlier export ended: a file below the folder's checkpoint is left alone if it is there with
/// its length, any other one if it is there with its bytes. Every file appears by a rename, flushed before; a crash
/// leaves files that are whole or not there. Partial tiles of earlier exports stay, for their checkpoints may be in
/// use. A folder that holds another log, or more of it, is refused.
public struct TileExport {
    private let reader: LedgerReader
    private let folder: String
    private let system: any FileSystem

    /// What an export did.
    public struct Summary: Hashable, Sendable {
        public var head: TreeHead
        public var written = 0
        public var kept = 0
    }

    public init(_ reader: LedgerReader, to folder: String, in system: any FileSystem = DiskFileSystem()) {
        self.reader = reader
        self.folder = folder
        self.system = system
    }

    /// Exports the published head's tree; `progress` gets how many entries of how many are done.
    public func run(progress: (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }) throws -> Summary {
        let published = reader.published
        var summary = Summary(head: published.head)
        var made: Set<String> = []
        try makeFolders(folder, &made)
        let before = try exportedSize()
        for tile in TileAddress.all(for: published.size) {
            let isOld = tile.isComplete(in: before)
            let path = TilePath.format(tile)
            try write(path, isOld ? tile.width * 32 : nil, &summary, &made) { try reader.tile(tile) }
            guard tile.level == 0 else { continue }
            let entries = TilePath.format(entries: tile.index, width: tile.width)
            try write(entries, nil, &summary, &made) { try reader.bundle(tile.index, width: tile.width) }
            progress(tile.index * 256 + UInt64(tile.width), published.size.value)
        }
        // The folders' names before the checkpoint that needs them.
        for folder in made { try system.flushDirectory(folder) }
        try replace("\(folder)/checkpoint", with: published.note)
        try system.flushDirectory(folder)
        return summary
    }

    /// The size of the checkpoint that is in the folder already, once it is known to be of this log; else zero.
    private func exportedSize() throws -> TreeSize {
        let path = "\(folder)/checkpoint"
        guard let note = try bytes(of: path) else { return .zero }
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

    /// - Parameter byteCount: what a file that is known to be this log's has; nil where its bytes are compared.
    private func write(
        _ path: String, _ byteCount: Int?, _ summary: inout Summary, _ made: inout Set<String>,
        content: () throws -> [UInt8]?
    ) throws {
        let target = "\(folder)/\(path)"
        if let byteCount, try length(of: target) == UInt64(byteCount) {
            summary.kept += 1
            return
        }
        guard let bytes = try content() else { throw StorageError.corrupt("\(path) is not in the published tree") }
        if try length(of: target) == UInt64(bytes.count), try self.bytes(of: target) == bytes {
            summary.kept += 1
            return
        }
        try makeFolders(String(target[..<(target.lastIndex(of: "/") ?? target.startIndex)]), &made)
        try replace(target, with: bytes)
        summary.written += 1
    }

    private func bytes(of path: String) throws -> [UInt8]? {
        guard let length = try length(of: path) else { return nil }
        return try OpenFile(path, for: .reading, in: system).read(Int(length), at: 0)
    }

    private func length(of path: String) throws -> UInt64? {
        do {
            return try OpenFile(path, for: .reading, in: system).length()
        } catch {
            guard error.code == ENOENT else { throw error }
            return nil
        }
    }

    /// The file is there whole, under its name, or not at all.
    private func replace(_ target: String, with bytes: [UInt8]) throws {
        let temporary = "\(target).partial"
        let file = try OpenFile(temporary, for: .creating, in: system)
        try file.truncate(to: 0)
        try file.write(bytes, at: 0)
        try file.flush()
        try system.rename(temporary, to: target)
    }

    private func makeFolders(_ path: String, _ made: inout Set<String>) throws {
        guard !path.isEmpty, made.insert(path).inserted else { return }
        if let slash = path.lastIndex(of: "/") { try makeFolders(String(path[..<slash]), &made) }
        try system.makeDirectory(path)
    }
}

import Foundation
import LedgerCrypto
import MerkleTree
import SignedNotes
import Synchronization

/// The folder of a mirror: a C2SP tlog-tiles tree whose files are whole or not there.
///
/// A file's name appears by a rename. Nothing is flushed until all of a run's files are there; then all of them are,
/// and their folders, and only then does the checkpoint appear. So what lies below the checkpoint is durable, and what
/// lies beyond it is verified again by the next run before it is kept.
///
/// As in an export, hash tiles and the checkpoint are for everybody whom the umask lets in, and entries stand behind
/// `tile/entries`, which is made for its owner alone and keeps the mode that he gives it.
final class MirrorFolder: Sendable {
    let path: String
    private let lock: Int32
    /// Files that are not flushed yet, below the folder.
    private let unflushed = Mutex<Set<String>>([])

    /// Throws while another process mirrors into the folder.
    init(_ path: String) throws {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        try Self.makePublicFolder(self.path, below: "")
        lock = open(self.path + "/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw MirrorFolder.failure("open", self.path + "/.lock") }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw CommandFailure.usage("another process mirrors into \(path)")
        }
    }

    deinit { close(lock) }

    /// The size of a file, nil where there is none.
    func byteCount(_ name: String) -> Int? {
        var status = stat()
        return stat("\(path)/\(name)", &status) == 0 ? Int(status.st_size) : nil
    }

    func read(_ name: String) throws -> [UInt8]? {
        byteCount(name) == nil ? nil : try Files.read("\(path)/\(name)")
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        let target = "\(path)/\(name)"
        if name.hasPrefix("tile/entries/") {
            try Self.makePublicFolder(path + "/tile", below: path)
            try Files.makeFolder(path + "/tile/entries")
        }
        try Self.makePublicFolder(String(target[..<(target.lastIndex(of: "/") ?? target.endIndex)]), below: path)
        let temporary = target + ".partial"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw MirrorFolder.failure("make", temporary) }
        defer { close(file) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw MirrorFolder.failure("write", temporary) }
            written += count
        }
        guard rename(temporary, target) == 0 else { throw MirrorFolder.failure("rename", temporary) }
        willFlush(name)
    }

    /// Makes the folders of `path` that are not there, for everybody whom the umask lets in.
    private static func makePublicFolder(_ path: String, below root: String) throws {
        guard path.utf8.count > root.utf8.count, mkdir(path, 0o777) != 0, errno != EEXIST else { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
            throw failure("make", path)
        }
        try makePublicFolder(String(path[..<slash]), below: root)
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw failure("make", path) }
    }

    /// A file that is there belongs to this run.
    func willFlush(_ name: String) { unflushed.withLock { _ = $0.insert(name) } }

    /// Up to which size the entries are here and durable: less than the checkpoint's while there was no token.
    func entriesHeld() throws -> TreeSize {
        guard let line = try read(".entries") else { return .zero }
        guard let size = TreeSize(canonicalBytes: line.dropLast()) else {
            throw CommandFailure.usage("\(path)/.entries is not a mirror's; without it, every file is looked at again")
        }
        return size
    }

    /// Flushes everything that was written, then lets the checkpoint say so.
    func publish(_ note: [UInt8], entries: TreeSize) throws {
        let names = unflushed.withLock { names in
            defer { names = [] }
            return names.sorted()
        }
        var folders: Set<String> = [path]
        for name in names {
            try flush("\(path)/\(name)")
            var above = name[...]
            while let slash = above.lastIndex(of: "/") {
                above = above[..<slash]
                folders.insert("\(path)/\(above)")
            }
        }
        for folder in folders { try flush(folder) }
        try Files.write(note, to: path + "/checkpoint", mode: 0o666)
        try Files.write(Array("\(entries)\n".utf8), to: path + "/.entries")
        try flush(path)
    }

    private func flush(_ path: String) throws {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw MirrorFolder.failure("open", path) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw MirrorFolder.failure("flush", path) }
    }

    private static func failure(_ operation: String, _ path: String) -> CommandFailure {
        CommandFailure.failed("cannot \(operation) \(path): \(String(cString: strerror(errno)))")
    }
}

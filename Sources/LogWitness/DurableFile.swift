import Glibc

/// A file operation that did not work.
struct FileFailure: Error, CustomStringConvertible {
    let description: String
    let code: Int32

    init(_ operation: String, _ path: String, code: Int32 = errno) {
        description = "cannot \(operation) \(path): \(String(cString: strerror(code)))"
        self.code = code
    }
}

/// Small files that are there whole or not at all, private to their owner.
enum DurableFile {
    /// The content, nil where there is no such file.
    static func read(_ path: String) throws(FileFailure) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        if file < 0, errno == ENOENT { return nil }
        guard file >= 0 else { throw FileFailure("open", path) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileFailure("read", path) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }

    /// Puts `bytes` under the name `path`; when this returns, they survive a power cut.
    ///
    /// Written beside, flushed, renamed, and the folder flushed: a crash before the rename leaves the old content, one
    /// after it the new. After a throw either may be there, and nothing may be promised that depends on which.
    static func replace(_ path: String, with bytes: [UInt8]) throws(FileFailure) {
        let temporary = path + ".partial"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode_t(0o600))
        guard file >= 0 else { throw FileFailure("make", temporary) }
        defer { close(file) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                pwrite(file, $0.baseAddress.map { $0 + written }, bytes.count - written, off_t(written))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileFailure("write", temporary) }
            written += count
        }
        guard fsync(file) == 0 else { throw FileFailure("flush", temporary) }
        guard rename(temporary, path) == 0 else { throw FileFailure("rename", temporary) }
        try flushFolder(of: path)
    }

    /// Makes a folder for its owner alone; one that is there already stays.
    static func makeFolder(_ path: String) throws(FileFailure) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw FileFailure("make", path) }
        try flushFolder(of: path)
    }

    static func flushFolder(of path: String) throws(FileFailure) {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let number = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw FileFailure("open", folder) }
        defer { close(number) }
        guard fsync(number) == 0 else { throw FileFailure("flush", folder) }
    }
}

/// Keeps a second process out for as long as it lives.
final class DirectoryLock: Sendable {
    private let file: Int32

    /// nil where another process holds it.
    init?(_ path: String) throws(FileFailure) {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode_t(0o600))
        guard file >= 0 else { throw FileFailure("open", path) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(file)
            guard code == EWOULDBLOCK else { throw FileFailure("lock", path, code: code) }
            return nil
        }
        self.file = file
    }

    deinit { close(file) }
}

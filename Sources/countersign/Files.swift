import Foundation
import LedgerCrypto

/// The files that commands read and write for people: whole, private to their owner, never half-written.
enum Files {
    static func read(_ path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var status = stat()
        if fstat(descriptor, &status) == 0 { bytes.reserveCapacity(Int(status.st_size) + 1) }
        // No larger than the file: a log has very many small ones.
        var piece = [UInt8](repeating: 0, count: min(1 << 20, max(4_096, Int(status.st_size) + 1)))
        while true {
            let count = piece.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(path) }
            if count == 0 { return bytes }
            bytes += piece[..<count]
        }
    }

    private static func unreadable(_ path: String) -> CommandFailure {
        .usage("cannot read \(path): \(String(cString: strerror(errno)))")
    }

    /// A bearer token: a file's first line.
    static func readToken(_ path: String) throws -> String {
        try readSecret(path, "no token: its first line must be what `token create` printed")
    }

    /// What opens the signing key: a file's first line.
    static func readPassphrase(_ path: String) throws -> [UInt8] {
        Array(try readSecret(path, "no passphrase: its first line must be one").utf8)
    }

    /// What opens a token: a file's first line.
    static func readPIN(_ path: String) throws -> [UInt8] {
        Array(try readSecret(path, "no PIN: its first line must be one").utf8)
    }

    private static func readSecret(_ path: String, _ lack: String) throws -> String {
        let line = try read(path).prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        guard !line.isEmpty, let text = String(validating: line, as: UTF8.self) else {
            throw CommandFailure.usage("\(path) holds \(lack)")
        }
        return text
    }

    /// Writes a whole file; see `NewFile`.
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o600) throws {
        let file = try NewFile(path, mode: mode)
        try file.append(bytes)
        try file.commit()
    }

    static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw CommandFailure.failed("cannot make the folder \(path): \(reason(error))")
        }
    }

    /// When this returns, the names in the folder survive a power cut.
    static func flush(folder: String) throws {
        let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw CommandFailure.failed("cannot flush \(folder): \(String(cString: strerror(errno)))")
        }
    }

    private static func reason(_ error: any Error) -> String {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        guard let code = underlying?.code, underlying?.domain == NSPOSIXErrorDomain else {
            return error.localizedDescription
        }
        return String(cString: strerror(Int32(code)))
    }
}

/// A file that is written beside its target and takes its place when it is whole: the target is there whole or not at
/// all. What was not committed goes with its last reference.
final class NewFile {
    private let path: String
    private let temporary: String
    private var descriptor: Int32
    private var hash = SHA256()

    /// - Parameter mode: who may read it, less the umask; its owner alone unless something else is said.
    init(_ path: String, mode: mode_t = 0o600) throws {
        self.path = path
        temporary = "\(path).\(getpid()).partial"
        // Left by a process of this number that was killed: in a container, the same number every time.
        unlink(temporary)
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure() }
    }

    func append(_ bytes: [UInt8]) throws {
        hash.update(bytes)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure() }
            written += count
        }
    }

    /// Flushes and renames.
    ///
    /// - Returns: the SHA-256 of what was written.
    @discardableResult
    func commit() throws -> Digest {
        guard fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw failure() }
        close(descriptor)
        descriptor = -1
        return hash.finalize()
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(temporary)
    }

    private func failure() -> CommandFailure {
        .failed("cannot write \(path): \(String(cString: strerror(errno)))")
    }
}

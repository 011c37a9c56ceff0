import ApprovalEvents
import Foundation
import Glibc
import LedgerCrypto
import Synchronization

/// The callers of one ledger: who a token belongs to, kept as one private file a caller.
///
/// Lookups read a snapshot in memory, so a request is authenticated without touching the disk or
/// waiting for an actor. Changes are made by one process, the one that holds the ledger's lock; they
/// are durable before they return. A revoked caller's file stays, so that its id is never given again.
public final class CallerRegistry: Sendable {
    private struct State {
        var callers: [CallerID: Caller] = [:]
        var byKeyID: [String: CallerID] = [:]
        /// Ids that somebody is making a caller of at this moment.
        var claimed: Set<CallerID> = []
    }

    /// A file in `callers/` that is not a caller's.
    public struct UnreadableCaller: Error, CustomStringConvertible {
        public let file: String
        public var description: String {
            "\(file): this is no caller record of this version; restore it from a backup, or remove it and revoke the caller"
        }
    }

    private let directory: URL
    private let state: Mutex<State>

    /// Reads every caller of `directory` (made at mode 0700 if it is missing).
    ///
    /// - Throws: `UnreadableCaller` for a file that cannot be understood: a server that forgot a
    ///   revocation would be worse than one that does not start.
    public init(directory path: String) throws {
        directory = URL(fileURLWithPath: path, isDirectory: true)
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        var state = State()
        for name in try FileManager.default.contentsOfDirectory(atPath: path).sorted() where name.hasSuffix(".json") {
            let bytes = [UInt8](try Data(contentsOf: directory.appendingPathComponent(name)))
            guard let caller = CallerFile.parse(bytes), name == "\(caller.id).json" else {
                throw UnreadableCaller(file: directory.appendingPathComponent(name).path)
            }
            state.callers[caller.id] = caller
            state.byKeyID[caller.keyID] = caller.id
        }
        self.state = Mutex(state)
    }

    /// Whom a token belongs to, if it is a current one.
    ///
    /// The record is found by the token's public key id; the digests are compared in constant time,
    /// and an unknown key id costs the same hash and comparison.
    public func caller(showing token: BearerToken, at time: Timestamp) -> Caller? {
        let caller = state.withLock { state in state.byKeyID[token.keyID].flatMap { state.callers[$0] } }
        let expected = caller?.tokenDigest.bytes ?? [UInt8](repeating: 0, count: Digest.byteCount)
        let isRight = constantTimeEqual(token.digest.bytes, expected)
        guard let caller, isRight else { return nil }
        return Self.isCurrent(caller, at: time) ? caller : nil
    }

    /// The caller as it is now, if a token of this digest, which was shown before, is still a current one of it.
    func caller(_ id: CallerID, whoseTokenHas digest: Digest, at time: Timestamp) -> Caller? {
        guard let caller = self[id], caller.tokenDigest == digest else { return nil }
        return Self.isCurrent(caller, at: time) ? caller : nil
    }

    private static func isCurrent(_ caller: Caller, at time: Timestamp) -> Bool {
        guard caller.revoked == nil else { return false }
        return caller.notAfter.map { time < $0 } ?? true
    }

    /// Every caller that ever was, in the order of their ids.
    public var all: [Caller] {
        state.withLock { Array($0.callers.values) }.sorted { $0.id.text < $1.id.text }
    }

    public subscript(_ id: CallerID) -> Caller? {
        state.withLock { $0.callers[id] }
    }

    /// Speaks for an id, so that two orders for it at the same moment make one caller. False if it is taken.
    func claim(_ id: CallerID) -> Bool {
        state.withLock { $0.callers[id] == nil && $0.claimed.insert(id).inserted }
    }

    /// Ends a claim, whatever came of it.
    func release(_ id: CallerID) {
        state.withLock { _ = $0.claimed.remove(id) }
    }

    /// Stores a caller, new or changed. Durable when this returns.
    func store(_ caller: Caller) throws {
        let name = directory.appendingPathComponent("\(caller.id).json").path
        try PrivateFile.replace(name, with: CallerFile.format(caller))
        state.withLock {
            $0.callers[caller.id] = caller
            $0.byKeyID[caller.keyID] = caller.id
        }
    }
}

/// Small private files that are there whole or not at all.
enum PrivateFile {
    struct Failure: Error, CustomStringConvertible {
        let path: String
        let step: String
        let code: Int32
        var description: String { "\(path): \(step): \(String(cString: strerror(code)))" }
    }

    /// Writes beside the file, flushes, renames over it, flushes the directory. Mode 0600.
    static func replace(_ path: String, with bytes: [UInt8]) throws {
        let temporary = path + ".new"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw Failure(path: temporary, step: "open", code: errno) }
        do {
            defer { close(file) }
            guard fchmod(file, 0o600) == 0 else { throw Failure(path: temporary, step: "chmod", code: errno) }
            var written = 0
            while written < bytes.count {
                let count = bytes[written...].withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
                guard count > 0 else { throw Failure(path: temporary, step: "write", code: errno) }
                written += count
            }
            guard fsync(file) == 0 else { throw Failure(path: temporary, step: "flush", code: errno) }
        }
        guard rename(temporary, path) == 0 else { throw Failure(path: path, step: "rename", code: errno) }
        let directory = open(
            URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw Failure(path: path, step: "open the directory", code: errno) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw Failure(path: path, step: "flush the directory", code: errno) }
    }
}

import Foundation
import LedgerCrypto
import LedgerEngine
import SignedNotes
import Synchronization

/// The log's keys as a process that signs has them: the list in `keys/signers`, and the opened keys.
///
/// Changed by one process, the one that holds the ledger's lock, and by one order at a time.
public final class KeyRing: Sendable {
    /// Opens a key: a file with the passphrase that the process was started with, or a token.
    public typealias Opener = @Sendable (KeyReference) throws -> PrivateKey

    /// Why a key cannot be used.
    public struct Unusable: Error, CustomStringConvertible {
        public let description: String
    }

    private struct State {
        var list: KeyList
        var opened: [VerifierKey: PrivateKey] = [:]
        var isChanging = false
    }

    private let directory: String
    private let opener: Opener
    private let state: Mutex<State>

    /// - Parameter directory: the ledger's data directory.
    public init(directory: String, open opener: @escaping Opener) throws {
        self.directory = directory
        self.opener = opener
        state = Mutex(State(list: try Self.list(in: directory)))
    }

    /// Begins a ledger's keys: writes the list, the newest key's vkey, and a first trust file.
    public static func make(_ list: KeyList, in directory: String) throws {
        try write(list, in: directory)
    }

    /// The list alone: for commands that only look.
    public static func list(in directory: String) throws -> KeyList {
        let path = listFile(directory)
        do {
            return try KeyList(parsing: [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
        } catch {
            throw Unusable(description: "\(path) cannot be used: \(error)")
        }
    }

    static func listFile(_ directory: String) -> String { directory + "/keys/signers" }

    public var list: KeyList { state.withLock { $0.list } }

    /// Signs with every key of the list that is to sign.
    public func signer() throws -> HeadSigner { try signer(list) }

    func signer(_ list: KeyList) throws -> HeadSigner {
        let signers = try list.signing.map { key in
            try NoteSigner(name: key.verifier.name, key: try open(key))
        }
        guard let origin = list.newest?.verifier.name else { throw Unusable(description: "the log has no key") }
        return HeadSigner(origin: origin, signers: signers)
    }

    /// The private half, opened once. Tries it: a key that does not sign would end the ledger at its next head.
    @discardableResult
    func open(_ key: LogKey) throws -> PrivateKey {
        if let opened = state.withLock({ $0.opened[key.verifier] }) { return opened }
        guard let reference = key.reference else { throw Unusable(description: "the key \(key.id) is retired") }
        let opened: PrivateKey
        do { opened = try opener(reference) } catch {
            throw Unusable(description: "cannot use the key \(key.id), \(reference): \(error)")
        }
        guard opened.publicKey == key.verifier.key else {
            throw Unusable(description: "\(reference) is not the key \(key.id) that the list names")
        }
        let probe = Array("countersign: is this key the one it should be?\n".utf8)
        guard opened.publicKey.isValid(signature: try opened.sign(probe), for: probe) else {
            throw Unusable(description: "\(reference) signs with another key than \(key.id)")
        }
        state.withLock { $0.opened[key.verifier] = opened }
        return opened
    }

    /// Runs one order at a time. Returns nil where another one is under way.
    func changing<Value: Sendable, Failure: Error>(
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value? {
        let isFree = state.withLock { state in
            defer { state.isChanging = true }
            return !state.isChanging
        }
        guard isFree else { return nil }
        defer { state.withLock { $0.isChanging = false } }
        return try await body()
    }

    /// Makes `list` the one that holds. Durable when this returns; what follows from it is written after it, and again
    /// at the next start.
    func store(_ list: KeyList) throws {
        try Self.write(list, in: directory)
        state.withLock { state in
            state.list = list
            state.opened = state.opened.filter { key, _ in list.signing.contains { $0.verifier == key } }
        }
    }

    /// Writes `keys/log.vkey` and the trust file again where they are not what the list says.
    func refresh() throws { try Self.write(list, in: directory) }

    private static func write(_ list: KeyList, in directory: String) throws {
        try replace(listFile(directory), with: list.formatted)
        if let newest = list.newest {
            try replace(directory + "/keys/log.vkey", with: newest.verifier.formatted + [UInt8(ascii: "\n")])
        }
        try issueTrust(list, at: directory + "/trust")
    }

    /// The trust file with the keys of now; witnesses, groups and quorum stay as the operator has them.
    private static func issueTrust(_ list: KeyList, at path: String) throws {
        let old: TLogPolicy?
        do {
            old = try read(path).map { bytes in try TLogPolicy(parsing: bytes) }
        } catch {
            throw Unusable(description: "\(path) is no trust file, so the log's keys cannot be put into it: \(error)")
        }
        if let old, old.logs.map(\.key) == list.trusted { return }
        let url = old?.logs.first?.url
        let new = try TLogPolicy(
            logs: list.trusted.map { TLogPolicy.Log(key: $0, url: url) }, witnesses: old?.witnesses ?? [],
            groups: old?.groups ?? [], quorum: old?.quorum)
        try replace(path, with: new.formatted)
    }

    private static func replace(_ path: String, with bytes: [UInt8]) throws {
        if try read(path) != bytes { try PrivateFile.replace(path, with: bytes) }
    }

    private static func read(_ path: String) throws -> [UInt8]? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }
}

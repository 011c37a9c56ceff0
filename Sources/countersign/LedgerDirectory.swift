import ApprovalEvents
import Foundation
import LedgerCrypto
import LedgerEngine
import LedgerHTTP
import LogFiles
import MerkleTree
import SQLiteIndex
import SignedNotes

/// A ledger's directory: what stands where in it, and how its parts are put together.
struct LedgerDirectory {
    let path: String

    var keysFolder: String { path + "/keys" }
    /// The newest key of the trust file: its name is the origin.
    var verifierKeyFile: String { path + "/keys/log.vkey" }
    var trustFile: String { path + "/trust" }
    var settingsFile: String { path + "/settings.json" }
    var callersFolder: String { path + "/callers" }
    var indexFile: String { path + "/index.db" }
    var disclosuresFile: String { path + "/private/disclosures.db" }
    var controlSocket: String { path + "/control.sock" }

    init(path: String) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    func requireLedger() throws {
        guard FileManager.default.fileExists(atPath: verifierKeyFile) else {
            throw CommandFailure.usage(
                "\(path) is not a ledger's directory; `countersign init --data \(path) --origin NAME` makes one")
        }
    }

    /// The key under which the log's heads verify.
    func verifierKey() throws -> VerifierKey {
        try requireLedger()
        let line = try Files.read(verifierKeyFile).prefix { $0 != UInt8(ascii: "\n") }
        do {
            return try VerifierKey(parsing: Array(line))
        } catch {
            throw CommandFailure.failed("\(verifierKeyFile) holds no verifier key: \(error)")
        }
    }

    /// The trust file that `init` wrote.
    func trust() throws -> TLogPolicy { try Self.trust(file: trustFile) }

    static func trust(file: String) throws -> TLogPolicy {
        do {
            return try TLogPolicy(parsing: Files.read(file))
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure.usage("\(file) is no trust file: \(error)")
        }
    }

    /// Every key that the log ever had.
    func keyList() throws -> KeyList {
        try requireLedger()
        do { return try KeyRing.list(in: path) } catch { throw CommandFailure.failed("\(error)") }
    }

    /// The log's keys, to sign with: files opened by `passphrase`, tokens by the PIN in the file that their URI names.
    func keyRing(passphrase: [UInt8]?) throws -> KeyRing {
        try requireLedger()
        do {
            return try KeyRing(directory: path) { try openKey($0, passphrase: passphrase) }
        } catch {
            throw CommandFailure.failed("\(error)")
        }
    }

    func openKey(_ reference: KeyReference, passphrase: [UInt8]?) throws -> PrivateKey {
        switch reference {
        case .file(let name): try PrivateKey(pem: Files.read("\(keysFolder)/\(name)"), passphrase: passphrase)
        case .token(let uri): try PrivateKey(token: uri, pin: try uri.pinFile.map { try Files.readPIN($0) })
        }
    }

    /// Opens for writing. One process at a time; recovers what a crash left; rebuilds the index where it must.
    func open(
        passphrase: [UInt8]?, limits: SequencerLimits = SequencerLimits()
    ) async throws -> (ledger: OpenedLedger, settings: Settings) {
        let keys = try keyRing(passphrase: passphrase)
        let settings = try Settings(file: settingsFile)
        do {
            let signer = try keys.signer()
            let index = try SQLiteIndex(path: indexFile)
            let seen = try index.applied().map { [SeenHead(by: "index.db", size: $0.size)] } ?? []
            let storage = try LogFiles.open(path, origin: signer.origin, seen: seen)
            let clock = SystemClock()
            let parts = LedgerParts(
                storage: storage, index: index, disclosures: try DisclosureFile(path: disclosuresFile), clock: clock,
                signer: signer, marks: settings.marks, limits: limits)
            var progress = ProgressLine("rebuilding the index: entries read")
            let sequencer = try await Sequencer.open(parts) { done, _ in progress.show(Int(done)) }
            progress.finish()
            let callers = try CallerRegistry(directory: callersFolder)
            let opened = OpenedLedger(
                sequencer: sequencer, index: index, callers: callers, clock: clock, keys: keys)
            return (opened, settings)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure.failed("\(path): \(error)")
        }
    }
}

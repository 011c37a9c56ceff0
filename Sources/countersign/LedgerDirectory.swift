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

    var keyFile: String { path + "/keys/log.pem" }
    /// The log's verifier key: its name is the origin.
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

    func signer(passphrase: [UInt8]?) throws -> HeadSigner {
        let verifier = try verifierKey()
        do {
            let key = try PrivateKey(pem: Files.read(keyFile), passphrase: passphrase)
            guard key.publicKey == verifier.key else {
                throw CommandFailure.failed("\(keyFile) is not the key that \(verifierKeyFile) names")
            }
            return HeadSigner(origin: verifier.name, signers: [try NoteSigner(name: verifier.name, key: key)])
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure.failed("cannot use \(keyFile): \(error)")
        }
    }

    /// Opens for writing. One process at a time; recovers what a crash left; rebuilds the index where it must.
    func open(
        passphrase: [UInt8]?, limits: SequencerLimits = SequencerLimits()
    ) async throws -> (ledger: OpenedLedger, settings: Settings) {
        let signer = try signer(passphrase: passphrase)
        let settings = try Settings(file: settingsFile)
        do {
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
            return (OpenedLedger(sequencer: sequencer, index: index, callers: callers, clock: clock), settings)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure.failed("\(path): \(error)")
        }
    }
}

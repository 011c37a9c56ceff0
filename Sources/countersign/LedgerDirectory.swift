import ApprovalEvents
import Cosigning
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
    /// By which policy its heads are cosigned (`WitnessSetting`).
    var witnessesFile: String { path + "/witnesses" }
    /// Says that the directory was restored, until the log says it (`RestoredMark`).
    var restoredFile: String { path + "/restored" }

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

    /// Opens for writing, for one administrative change. One process at a time; recovers what a crash left; rebuilds the
    /// index where it must; and where witnesses cosign the log, has its newest head confirmed before anything is signed.
    func open(passphrase: [UInt8]?) async throws -> (ledger: OpenedLedger, settings: Settings) {
        let (ledger, settings) = try await openHeld(passphrase: passphrase)
        guard let witnesses = ledger.witnesses else { return (ledger, settings) }
        try await WitnessVisit(witnesses, self).confirm()
        do { try await ledger.sequencer.release() } catch { throw CommandFailure.failed("\(path): \(error)") }
        return (ledger, settings)
    }

    /// Has the newest head cosigned, where witnesses are asked, so that what was just recorded can be shown under it.
    func confirmNewestHead(passphrase: [UInt8]?) async throws {
        let (ledger, _) = try await openHeld(passphrase: passphrase)
        if let witnesses = ledger.witnesses { try await WitnessVisit(witnesses, self).confirm() }
        await ledger.sequencer.shutDown()
    }

    /// The same for a server: what witnesses have to confirm before new heads are signed is left to it.
    ///
    /// - Parameter witnessing: a change of whom to ask, taken up when nothing stands in the way any more; nil: no change.
    func openHeld(
        passphrase: [UInt8]?, witnessing change: WitnessSetting? = nil, limits: SequencerLimits = SequencerLimits(),
        note: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> (ledger: OpenedLedger, settings: Settings) {
        try BackupManifest.requireNone(in: self)
        let keys = try keyRing(passphrase: passphrase)
        let settings = try Settings(file: settingsFile)
        let witnessing = try change ?? WitnessSetting(of: self)
        // Heads under retired keys are the log's too.
        let plan = try witnessing?.plan(logKeys: keys.list.keys.map(\.verifier))
        try RestoredMark.requireServable(self, hasQuorum: plan?.needsQuorum ?? false)
        do {
            let signer = try keys.signer()
            let index = try SQLiteIndex(path: indexFile)
            let storage = try LogFiles.open(path, origin: signer.origin, seen: try seen(by: index))
            // Under the log's lock: no other process serves by it.
            try change?.takeUp(in: self)
            let clock = SystemClock()
            let witnesses = try plan.map { try self.witnesses($0, of: storage, keys, note: note) }
            var parts = LedgerParts(
                storage: storage, index: index, disclosures: try DisclosureFile(path: disclosuresFile), clock: clock,
                signer: signer, marks: settings.marks, limits: limits)
            parts.isHeld = witnesses?.plan.needsQuorum ?? false
            parts.observers = witnesses.map { [$0] } ?? []
            var progress = ProgressLine("rebuilding the index: entries read")
            let sequencer = try await Sequencer.open(parts) { done, _ in progress.show(Int(done)) }
            progress.finish()
            var ledger = OpenedLedger(
                sequencer: sequencer, index: index, callers: try CallerRegistry(directory: callersFolder), clock: clock,
                keys: keys, witnesses: witnesses)
            ledger.announcements = try announcements(witnessing, at: Timestamp(milliseconds: clock.now().wall))
            return (ledger, settings)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure.failed("\(path): \(error)")
        }
    }

    /// Who has seen the log at what size: it may not be shorter.
    private func seen(by index: SQLiteIndex) throws -> [SeenHead] {
        let indexed = try index.applied().map { SeenHead(by: "index.db", size: $0.size) }
        let cosigned = try CosignedHeads.newest(in: path).map {
            SeenHead(by: "a head that witnesses cosigned", size: $0.size)
        }
        return [indexed, cosigned].compactMap { $0 }
    }

    private func witnesses(
        _ plan: WitnessPlan, of storage: LogFiles, _ keys: KeyRing, note: @escaping @Sendable (String) -> Void
    ) throws -> HeadWitnesses {
        try HeadWitnesses(
            plan, reader: LedgerReader(storage), store: CosignedHeads(path),
            surroundings: HeadWitnesses.Surroundings(
                exchange: WitnessHTTP.exchange, logKeys: { keys.list.keys.map(\.verifier) },
                makeHeadsDurable: storage.flushHeads, note: note),
            isRestored: try RestoredMark(of: self).map { $0.answeredFor == nil } ?? false)
    }

    /// What was decided outside the log and has to stand in it.
    private func announcements(_ witnessing: WitnessSetting?, at time: Timestamp) throws -> [OpenedLedger.Announcement]
    {
        let setting = try witnessing.map {
            OpenedLedger.Announcement(try $0.event(by: try OperatorOptions.systemUser(), at: time))
        }
        return [try RestoredMark(of: self)?.announcement(at: time), setting].compactMap { $0 }
    }

    /// What others may read of the log, the server running or not: up to the newest head that has its quorum, where the
    /// ledger asks for one.
    func publishedLog() throws -> PublishedLog {
        let plan = try WitnessSetting(of: self)?.plan(logKeys: keyList().keys.map(\.verifier))
        guard let plan, plan.needsQuorum else { return try PublishedLog(path) }
        guard let cosigned = try CosignedHeads.newest(in: path), plan.accepts(cosigned) else {
            throw StorageError.outOfRange(
                "no head was cosigned yet by the quorum of witnesses that the ledger asks for")
        }
        return try PublishedLog(path, at: cosigned)
    }
}

import ApprovalEvents
import ArgumentParser
import Foundation
import LedgerCrypto
import LedgerEngine
import LedgerHTTP
import LogFiles
import SignedNotes

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a ledger: its signing keys, its store, entry 0, and a first trust file.",
        discussion: """
            The origin names the log for ever and stands in every signed head; a host name of yours that nobody else \
            uses is a good one. The trust file DIR/trust is what auditors need; give them the fingerprint that is \
            printed here by another way, so that they can compare.

            Every head is signed with the first key and with those of further algorithms beside it. With --key the key is \
            one that a token holds (an HSM, SoftHSM): its pkcs11: URI names the file with the PIN, never the PIN.

            Example:

              countersign init --data ledger --origin approvals.example.com
              countersign init --data ledger --origin approvals.example.com \\
                --algorithm ed25519 --algorithm ecdsa-p256
              countersign init --data ledger --origin approvals.example.com \\
                --key 'pkcs11:token=ledger;object=log?pin-source=file:/run/pin'
            """
    )

    @OptionGroup var ledger: LedgerOptions

    @Option(help: ArgumentHelp("The log's name, in every signed head.", valueName: "NAME"))
    var origin: String

    @Option(help: "Make a key of this algorithm: ed25519 (the default) or ecdsa-p256 (repeats).")
    var algorithm: [String] = []

    @Option(help: ArgumentHelp("Sign with a key that a token holds (repeats).", valueName: "PKCS11-URI"))
    var key: [String] = []

    @Option(help: ArgumentHelp("Also mark midnight in this zone (repeats).", valueName: "ZONE"))
    var zone: [String] = []

    @Flag(help: "Record event types outside dev.countersign. too, as they are.")
    var foreignTypes = false

    @Option(
        help: ArgumentHelp(
            "Cite the last head of the log in this directory (a ledger's, or a backup of one) as the predecessor's.",
            valueName: "OLD"))
    var predecessor: String?

    @OptionGroup var orderedBy: OperatorOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let directory = ledger.directory
        let settings = try Settings(zones: zone, foreignTypes: foreignTypes)
        let principal = try orderedBy.resolved()
        let passphrase = try ledger.passphrase()
        let made = try newKeys(in: directory)
        let list = try KeyList(made.map(\.entry))
        try Self.requireEmpty(directory.path)
        for (key, entry) in made {
            guard case .file(let name)? = entry.reference else { continue }
            try Files.write(try key.pem(passphrase: passphrase), to: "\(directory.keysFolder)/\(name)")
        }
        try KeyRing.make(list, in: directory.path)
        try Files.write(try settings.formatted, to: directory.settingsFile)
        let signer = try directory.keyRing(passphrase: passphrase).signer()
        let storage = try LogFiles.create(directory.path, origin: signer.origin)
        _ = try founding(by: principal).found(storage, signer: signer, clock: SystemClock())
        try storage.close()
        try await record(settings, by: principal, in: directory, passphrase)
        try say(list, directory)
    }

    private func say(_ list: KeyList, _ directory: LedgerDirectory) throws {
        let (first, others) = (try directory.verifierKey(), list.keys.dropFirst().map(\.verifier))
        output.print(
            [
                "origin": .text(origin), "data": .text(directory.path), "trust": .text(directory.trustFile),
                "vkey": .text(String(decoding: first.formatted, as: UTF8.self)),
                "fingerprint": .text("\(first.fingerprint)"),
            ],
            or: """
                made the ledger \(origin) in \(directory.path)
                log key fingerprint: \(first.fingerprint)
                \(others.map { "    and beside it:   \($0.fingerprint)\n" }.joined())\
                trust file:          \(directory.trustFile)
                """)
    }

    /// The keys that were asked for: those of tokens first. The first is the log's, the others sign beside it.
    private func newKeys(in directory: LedgerDirectory) throws -> [(key: PrivateKey, entry: LogKey)] {
        var keys: [(PrivateKey, KeyReference)] = []
        for text in key {
            let reference = try KeyOptions.reference(text)
            do { keys.append((try directory.openKey(reference, passphrase: nil), reference)) } catch {
                throw CommandFailure.failed("cannot use \(text): \(error)")
            }
        }
        for name in algorithm.isEmpty && key.isEmpty ? ["ed25519"] : algorithm {
            let new = try PrivateKey(generating: try KeyOptions.algorithm(name))
            let file = keys.isEmpty ? "log" : try verifierKey(of: new).keyIDText
            keys.append((new, .file("\(file).pem")))
        }
        guard Set(keys.map(\.0.algorithm)).count == keys.count else {
            throw CommandFailure.usage(
                "a log begins with one key of an algorithm; key rotate lets another one follow it")
        }
        return try keys.enumerated().map { number, key in
            let role = number == 0 ? LogKey.Role.log : .beside
            return (key.0, LogKey(role: role, verifier: try verifierKey(of: key.0), reference: key.1))
        }
    }

    /// Who begins the log, and which one it follows.
    private func founding(by principal: Principal) throws -> LedgerFounding {
        guard let predecessor else { return LedgerFounding(createdBy: principal) }
        let old = try LastHead(of: LedgerDirectory(path: predecessor))
        guard old.origin != origin else {
            throw CommandFailure.usage("a log that follows \(origin) has another origin: an origin is one history")
        }
        return LedgerFounding(
            createdBy: principal, predecessorOrigin: Text(old.origin), predecessorNote: Text(old.note))
    }

    /// An earlier ledger is never overwritten; what a broken-off `init` left is named, not guessed at.
    private static func requireEmpty(_ path: String) throws {
        let found = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        guard found.isEmpty else {
            throw CommandFailure.usage(
                "\(path) is not empty (\(found.sorted().prefix(3).joined(separator: ", "))): a ledger is made in a new directory"
            )
        }
        try Files.makeFolder(path)
        try Files.makeFolder(path + "/keys")
    }

    private func verifierKey(of key: PrivateKey) throws -> VerifierKey {
        do throws(NoteError) {
            return try VerifierKey(name: Array(origin.utf8), key: key.publicKey)
        } catch {
            throw CommandFailure.usage("--origin \(origin) cannot name a log: \(error)")
        }
    }

    private func record(
        _ settings: Settings, by principal: Principal, in directory: LedgerDirectory, _ passphrase: [UInt8]?
    ) async throws {
        let (ledger, _) = try await directory.open(passphrase: passphrase)
        let now = Timestamp(milliseconds: SystemClock().now().wall)
        for change in try settings.changes(by: principal, at: now) {
            if case .failure(let refusal) = await ledger.sequencer.record(change) {
                throw CommandFailure.failed("cannot record a setting: \(refusal)")
            }
        }
        await ledger.sequencer.shutDown()
    }
}

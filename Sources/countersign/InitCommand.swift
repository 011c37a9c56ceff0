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
        abstract: "Make a ledger: its signing key, its store, entry 0, and a first trust file.",
        discussion: """
            The origin names the log for ever and stands in every signed head; a host name of yours that nobody else \
            uses is a good one. The trust file DIR/trust is what auditors need; give them the fingerprint that is \
            printed here by another way, so that they can compare.

            Example:

              countersign init --data ledger --origin approvals.example.com
            """
    )

    @OptionGroup var ledger: LedgerOptions

    @Option(help: ArgumentHelp("The log's name, in every signed head.", valueName: "NAME"))
    var origin: String

    @Option(help: "Signature algorithm: ed25519 or ecdsa-p256.")
    var algorithm = "ed25519"

    @Option(help: ArgumentHelp("Also mark midnight in this zone (repeats).", valueName: "ZONE"))
    var zone: [String] = []

    @Flag(help: "Record event types outside dev.countersign. too, as they are.")
    var foreignTypes = false

    @OptionGroup var orderedBy: OperatorOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let directory = ledger.directory
        guard let algorithm = SignatureAlgorithm(rawValue: algorithm) else {
            throw CommandFailure.usage("--algorithm is ed25519 or ecdsa-p256, not \(algorithm)")
        }
        let settings = try Settings(zones: zone, foreignTypes: foreignTypes)
        let principal = try orderedBy.resolved()
        let passphrase = try ledger.passphrase()
        let key = try PrivateKey(generating: algorithm)
        let verifier = try verifierKey(of: key)
        try Self.requireEmpty(directory.path)
        try Files.write(try key.pem(passphrase: passphrase), to: directory.keyFile)
        try Files.write(verifier.formatted + [UInt8(ascii: "\n")], to: directory.verifierKeyFile)
        try Files.write(try settings.formatted, to: directory.settingsFile)
        let signer = try directory.signer(passphrase: passphrase)
        let storage = try LogFiles.create(directory.path, origin: signer.origin)
        _ = try LedgerFounding(createdBy: principal).found(storage, signer: signer, clock: SystemClock())
        try storage.close()
        try await record(settings, by: principal, in: directory, passphrase)
        let trust = try TLogPolicy(logs: [TLogPolicy.Log(key: verifier)]).formatted
        try Files.write(trust, to: directory.trustFile)
        output.print(
            [
                "origin": .text(origin), "data": .text(directory.path), "trust": .text(directory.trustFile),
                "vkey": .text(String(decoding: verifier.formatted, as: UTF8.self)),
                "fingerprint": .text("\(verifier.fingerprint)"),
            ],
            or: """
                made the ledger \(origin) in \(directory.path)
                log key fingerprint: \(verifier.fingerprint)
                trust file:          \(directory.trustFile)
                """)
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

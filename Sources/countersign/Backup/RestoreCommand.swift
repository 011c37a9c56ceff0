import ApprovalEvents
import ArgumentParser
import Foundation
import LedgerCrypto
import LedgerEngine
import LedgerHTTP
import LogFiles
import MerkleTree
import SQLiteIndex
import SignedNotes

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Make a ledger of a backup, or a new log that cites it.",
        discussion: """
            A backup that is older than what was signed since must never be signed on: the log would have two \
            histories. So a restored ledger is served only after a quorum of its witnesses has cosigned its newest head, \
            which they do only if nothing came after it. Where no quorum is asked for, somebody has to answer for \
            that by name: --is-newest; it stands in the log.

            If entries after the backup are lost for good, --new-log begins another log with another origin and a key \
            of its own; its entry 0 cites the old log's last head. The old entries stay where they are; callers are \
            made anew. The folder may then also be a ledger's directory.

            Erasures that the log holds are carried out again on the disclosures that are restored.

            Example:

              countersign restore backup --data restored --keys ledger/keys
              countersign restore backup --data successor \\
                --new-log approvals-2.example.com
            """
    )

    @Argument(help: "Folder that `countersign backup` made.")
    var backup: String

    @Option(help: ArgumentHelp("The ledger's directory to make; it must not be there.", valueName: "DIR"))
    var data: String

    @Option(
        help: ArgumentHelp(
            "Folder with the log's private keys (*.pem, as in DIR/keys), where the backup has them not.",
            valueName: "FOLDER"))
    var keys: String?

    @Option(help: ArgumentHelp("What `backup --disclosures` wrote.", valueName: "FILE"))
    var disclosures: String?

    @Flag(help: "Answer for that nothing was signed after the backup, where no quorum of witnesses can say so.")
    var isNewest = false

    @Option(help: ArgumentHelp("Begin a new log of this name that cites the backup's last head.", valueName: "ORIGIN"))
    var newLog: String?

    @OptionGroup var orderedBy: OperatorOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let source = LedgerDirectory(path: backup)
        try source.requireLedger()
        if let newLog { return try await begin(newLog, after: source) }
        guard let manifest = try BackupManifest(in: backup) else {
            throw CommandFailure.usage("\(backup) is no backup: `countersign backup` makes one")
        }
        let principal = try orderedBy.resolved()
        let target = LedgerDirectory(path: data)
        let copy = LedgerCopy(source: source, target: target, withKeys: true)
        let head = try copy.make("restore") { folder, head in
            guard head.size.value == manifest.size, Text(head.head.root.hex) == manifest.root else {
                throw CommandFailure.failed("\(backup) is not what its \(BackupManifest.name) says: another head")
            }
            try restoreKeys(in: folder)
            try restoreDisclosures(in: folder)
            try RestoredMark.make(manifest, answeredFor: isNewest ? principal.id : nil, in: folder)
        }
        output.print(
            [
                "data": .text(data), "origin": .string(manifest.origin), "size": .count(head.size.value),
                "root": .text(head.head.root.hex),
            ],
            or: "\(data): \(head.size) entries restored and verified; root \(head.head.root)")
        let missing = try target.keyList().signing.compactMap(\.reference).compactMap { reference -> String? in
            guard case .file(let name) = reference else { return nil }
            let path = "\(target.keysFolder)/\(name)"
            return FileManager.default.fileExists(atPath: path) ? nil : path
        }
        if !missing.isEmpty {
            Terminal.note(
                "private keys are missing; before \(data) is served, put there: \(missing.joined(separator: ", "))")
        }
    }

    private func restoreKeys(in folder: LedgerDirectory) throws {
        guard let keys else { return }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: keys) else {
            throw CommandFailure.usage("--keys takes a folder with the log's private keys; \(keys) cannot be read")
        }
        for name in names.sorted() where name.hasSuffix(".pem") {
            try Files.write(try Files.read("\(keys)/\(name)"), to: "\(folder.keysFolder)/\(name)")
        }
        try Files.flush(folder: folder.keysFolder)
    }

    /// Erasures first of all: nothing that was destroyed comes back, not even until the first start.
    private func restoreDisclosures(in folder: LedgerDirectory) throws {
        guard let disclosures else { return }
        try Files.makeFolder(folder.path + "/private")
        do {
            try DisclosureFile.copy(disclosures, to: folder.disclosuresFile)
            let store = try DisclosureFile(path: folder.disclosuresFile)
            let log = try LedgerReader(PublishedLog(folder.path))
            let type = Array("\"dev.countersign.record.erased.v1\"".utf8)
            try log.forEachEntry(in: 0..<log.published.size.value) { _, bytes in
                guard bytes.firstRange(of: type) != nil,
                    case .recordErased(let erased) = try LedgerEntry(parsing: bytes).payload
                else { return }
                try store.erase(erased.digests)
            }
            try store.close()
            try Files.flush(folder: folder.path + "/private")
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure.failed("\(disclosures): \(error)")
        }
    }

    /// As `init` makes it, with the old one's settings.
    private func begin(_ origin: String, after source: LedgerDirectory) async throws {
        guard keys == nil, disclosures == nil, !isNewest else {
            throw CommandFailure.usage("--new-log makes keys of its own and takes over no disclosures")
        }
        let settings = try Settings(file: source.settingsFile)
        var arguments = ["--data", data, "--origin", origin, "--predecessor", source.path]
        for zone in settings.zones { arguments += ["--zone", zone] }
        if settings.foreignTypes { arguments.append("--foreign-types") }
        if let principal = orderedBy.principal { arguments += ["--as", principal] }
        if output.json { arguments.append("--json") }
        try await InitCommand.parse(arguments).run()
    }
}

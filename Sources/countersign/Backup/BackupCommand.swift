import ApprovalEvents
import ArgumentParser
import Foundation
import LedgerCrypto
import LedgerEngine
import MerkleTree
import SQLiteIndex
import SignedNotes

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy a ledger as it is now, the server running or not, and verify the copy.",
        discussion: """
            The copy ends at the head that is published when it begins, and every entry, commit, head and signature \
            of it is read again before the folder gets its name. It holds the log, settings, callers, the trust file \
            and the policy for witnesses. Two things have terms of their own and come only when they are asked for: \
            the private keys (--with-keys; whoever has them can sign as this log), and what entries concealed \
            (--disclosures; keep such a file no longer than what it holds may be kept).

            A backup is never served: countersign restore makes a ledger of it.

            Example:

              countersign backup --data ledger --out backup
              countersign backup --data ledger --out backup-2 \\
                --disclosures disclosures.backup
            """
    )

    @Option(help: ArgumentHelp("The ledger's directory.", valueName: "DIR"))
    var data: String

    @Option(name: .shortAndLong, help: ArgumentHelp("Folder to make; it must not be there.", valueName: "FOLDER"))
    var out: String

    @Flag(help: "Also copy the log's private keys, as they are: with a passphrase where they have one.")
    var withKeys = false

    @Option(
        help: ArgumentHelp(
            "Also write what entries concealed, and was not erased, to this new file.", valueName: "FILE"))
    var disclosures: String?

    @OptionGroup var output: OutputOptions

    func run() throws {
        let directory = LedgerDirectory(path: data)
        try directory.requireLedger()
        if let disclosures, FileManager.default.fileExists(atPath: disclosures) {
            throw CommandFailure.usage("\(disclosures) is there already: name a file that is not")
        }
        let origin = String(decoding: try directory.verifierKey().name, as: UTF8.self)
        let made = Timestamp(milliseconds: SystemClock().now().wall)
        let copy = LedgerCopy(source: directory, target: LedgerDirectory(path: out), withKeys: withKeys)
        let head = try copy.make("backup") { folder, head in
            let manifest = BackupManifest(origin: Text(origin), head: head.head, made: made, hasKeys: withKeys)
            try Files.write(manifest.formatted, to: "\(folder.path)/\(BackupManifest.name)")
        }
        // After the log: what its entries concealed was kept before them.
        try disclosures.map { try Self.copyDisclosures(of: directory, to: $0) }
        var object: JSONObject = [
            "folder": .text(out), "origin": .text(origin), "size": .count(head.size.value),
            "root": .text(head.head.root.hex), "keys": .bool(withKeys),
        ]
        object["disclosures"] = disclosures.map { .text($0) }
        output.print(object, or: "\(out): \(head.size) entries copied and verified; root \(head.head.root)")
    }

    /// Whole under its name, or not there.
    static func copyDisclosures(of directory: LedgerDirectory, to path: String) throws {
        let partial = "\(path).\(getpid()).partial"
        unlink(partial)
        do {
            try DisclosureFile.copy(directory.disclosuresFile, to: partial)
            guard rename(partial, path) == 0 else {
                throw CommandFailure.failed("cannot make \(path): \(String(cString: strerror(errno)))")
            }
        } catch {
            unlink(partial)
            guard !(error is CommandFailure) else { throw error }
            throw CommandFailure.failed("\(directory.disclosuresFile): \(error)")
        }
    }
}

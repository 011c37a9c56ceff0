import ApprovalEvents
import ArgumentParser
import Foundation
import LedgerCrypto
import LedgerHTTP

struct KeySetPassphraseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set-passphrase",
        abstract: "Protect the files of the signing keys by another passphrase, or by none.",
        discussion: """
            Each file is replaced whole; run it again if it was interrupted. A running server has its keys open and goes \
            on; its next start takes the new passphrase. Passphrases come from files, never from arguments or the \
            environment.

            Example:

              countersign key set-passphrase --data ledger --new-passphrase-file /run/new
            """
    )

    @OptionGroup var ledger: LedgerOptions

    @Option(help: ArgumentHelp("File whose first line is the new passphrase.", valueName: "FILE"))
    var newPassphraseFile: String?

    @Flag(help: "Leave the keys unprotected but by the files' mode.")
    var noPassphrase = false

    @OptionGroup var output: OutputOptions

    func run() async throws {
        guard noPassphrase == (newPassphraseFile == nil) else {
            throw CommandFailure.usage("say --new-passphrase-file FILE, or --no-passphrase")
        }
        let directory = ledger.directory
        let old = try ledger.passphrase()
        let new = try newPassphraseFile.map { try Files.readPassphrase($0) }
        let names = try directory.keyList().signing.compactMap { key -> String? in
            if case .file(let name)? = key.reference { name } else { nil }
        }
        guard !names.isEmpty else { throw CommandFailure.usage("no key of the log is in a file") }
        // All of them are opened before the first is written.
        let keys = try names.map { name in (name, try Self.open(directory, name, old, new)) }
        for (name, key) in keys {
            let path = "\(directory.keysFolder)/\(name)"
            let pem = try key.pem(passphrase: new)
            guard try PrivateKey(pem: pem, passphrase: new).publicKey == key.publicKey else {
                throw CommandFailure.failed("\(path) was not written: it could not be read back")
            }
            try Files.write(pem, to: path)
        }
        let words = names.joined(separator: ", ")
        output.print(
            ["files": .array(names.map { .text($0) }), "protected": .bool(new != nil)],
            or: new == nil ? "without passphrase now: \(words)" : "under the new passphrase now: \(words)")
    }

    /// A run that was interrupted left some files under the new passphrase.
    private static func open(
        _ directory: LedgerDirectory, _ name: String, _ old: [UInt8]?, _ new: [UInt8]?
    ) throws -> PrivateKey {
        do { return try directory.openKey(.file(name), passphrase: old) } catch {
            if let key = try? directory.openKey(.file(name), passphrase: new) { return key }
            throw CommandFailure.failed("cannot open \(directory.keysFolder)/\(name): \(error)")
        }
    }
}

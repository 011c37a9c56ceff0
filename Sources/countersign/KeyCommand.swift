import ApprovalEvents
import ArgumentParser
import Foundation
import LedgerCrypto
import LedgerEngine
import LedgerHTTP
import SignedNotes

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "List, add, change and retire the keys that sign the log's heads.",
        subcommands: [
            KeyListCommand.self, KeyVkeyCommand.self, KeyRotateCommand.self, KeyAddCommand.self, KeyRetireCommand.self,
            KeySetPassphraseCommand.self,
        ]
    )
}

struct KeyListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List every key that the log ever had, without anything secret.",
        discussion: """
            `log` keys stand in the trust file: one, or two while one follows the other. Keys `beside` them sign too. \
            `retired` keys sign no more. A `coming` key is being announced, or a crash kept that from being finished: \
            the next start finishes it.

            Example:

              countersign key list --data ledger
            """
    )

    @Option(help: ArgumentHelp("The ledger's directory.", valueName: "DIR"))
    var data: String

    @OptionGroup var output: OutputOptions

    func run() async throws {
        for key in try LedgerDirectory(path: data).keyList().keys { output.print(key.json, or: Self.words(key)) }
    }

    private static func words(_ key: LogKey) -> String {
        let algorithm = key.verifier.key?.algorithm.rawValue ?? "unknown"
        let place = key.reference.map { "; \($0)" } ?? ""
        return "\(key.id): \(key.role.rawValue); \(algorithm); \(key.verifier.fingerprint)\(place)"
    }
}

struct KeyVkeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vkey",
        abstract: "Print the verifier keys of the trust file, one a line: what witnesses and verifiers are given.",
        discussion: """
            Example:

              countersign key vkey --data ledger
            """
    )

    @Option(help: ArgumentHelp("The ledger's directory.", valueName: "DIR"))
    var data: String

    @Option(help: ArgumentHelp("Only this key, by the id that `key list` shows.", valueName: "ID"))
    var key: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let list = try LedgerDirectory(path: data).keyList()
        let keys = list.keys.filter { item in key.map { item.id == $0 } ?? list.trusted.contains(item.verifier) }
        guard !keys.isEmpty else { throw CommandFailure.usage("the log has no key '\(key ?? "")': see key list") }
        for key in keys {
            let vkey = String(decoding: key.verifier.formatted, as: UTF8.self)
            output.print(["key": .text(key.id), "vkey": .text(vkey)], or: vkey)
        }
    }
}

struct KeyRetireCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retire",
        abstract:
            "End a change of keys: the old key signs no more, by an entry of the log; the trust file lists the new.",
        discussion: """
            Give everybody the trust file with both keys first, and time to take it up: who has only the old key cannot \
            verify later heads. What was signed with the old key stays verifiable, under the new one by a consistency \
            proof. Works beside a running server and without one. The old key's file is left where it is: destroy it.

            Example:

              countersign key retire --data ledger
            """
    )

    @OptionGroup var ledger: LedgerOptions

    @Option(help: ArgumentHelp("The key to retire. Default: the older of the two log keys.", valueName: "ID"))
    var key: String?

    @OptionGroup var orderedBy: OperatorOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let principal = try orderedBy.resolved()
        let list = try ledger.directory.keyList()
        let logs = list.logKeys
        guard let id = key ?? (logs.count > 1 ? logs[0].id : nil) else {
            throw CommandFailure.usage("no key follows another: name the key to retire with --key (see key list)")
        }
        let path = ledger.directory.keysFolder
        let file = list.keys.first { $0.id == id }.flatMap { key -> String? in
            if case .file(let name)? = key.reference { "\(path)/\(name)" } else { nil }
        }
        let retired = try await ledger.changingKeys { control in
            try await control.post("/admin/keys/\(id)/retire", orderedBy.order)
        } alone: { administration in
            try await administration.retire(id, by: principal).json
        }
        let rest = file.map { "; destroy \($0), nothing needs it any more" } ?? ""
        output.print(retired, or: "retired \(id)\(rest)")
    }
}

extension LedgerOptions {
    /// Orders a change through the running server, or makes it with the ledger opened here.
    func changingKeys(
        through control: (ControlClient) async throws -> JSONObject,
        alone change: (Administration) async throws -> JSONObject
    ) async throws -> JSONObject {
        if let client = ControlClient(directory) { return try await control(client) }
        do {
            let (opened, _) = try await directory.open(passphrase: passphrase())
            let administration = Administration(opened)
            do {
                let answer = try await change(administration)
                await opened.sequencer.shutDown()
                return answer
            } catch {
                await opened.sequencer.shutDown()
                throw error
            }
        } catch let problem as Problem {
            throw CommandFailure(problem)
        }
    }
}

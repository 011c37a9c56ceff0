import ArgumentParser
import Foundation
import LedgerCrypto
import LedgerHTTP
import LogWitness
import Logging
import SignedNotes

struct WitnessCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "witness",
        abstract: "Cosign the heads of other people's logs (C2SP tlog-witness).",
        discussion: """
            A witness remembers the newest head of each log and cosigns the next one only if it continues it. It needs
            no ledger, reads no entries, and serves any log of this kind. Run it apart from the logs it witnesses.

              countersign witness init --state witness --name witness.example.com/w1
              countersign witness add-log --state witness --vkey "$(cat ledger/keys/log.vkey)"
              countersign witness serve --state witness --listen 127.0.0.1:8441
            """,
        subcommands: [
            WitnessInitCommand.self, WitnessKeyCommand.self, WitnessAddLogCommand.self, WitnessServeCommand.self,
        ]
    )
}

/// Where a witness keeps its key and its newest heads.
struct WitnessOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The witness's directory.", valueName: "DIR"))
    var state: String

    var directory: WitnessDirectory { WitnessDirectory(state) }

    /// Turns what the directory says into the command's exit codes.
    static func reporting<Result>(_ work: () throws -> Result) throws -> Result {
        do {
            return try work()
        } catch let error as WitnessDirectoryError {
            switch error {
            case .unsuitable(let what): throw CommandFailure.usage(what)
            case .damaged(let what), .file(let what): throw CommandFailure.failed(what)
            }
        }
    }

    static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

struct WitnessPassphrase: ParsableArguments {
    @Option(
        help: ArgumentHelp("File whose first line opens the key, where it has a passphrase.", valueName: "FILE")
    )
    var passphraseFile: String?

    func read() throws -> [UInt8]? { try passphraseFile.map(Files.readPassphrase) }
}

struct WitnessInitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a witness: a directory with an Ed25519 key of its own.",
        discussion: """
            Prints the verifier key that logs and verifiers put into their policies. Never copy the directory to \
            a second machine and never restore it from a backup: a witness that has forgotten a head may cosign \
            another history. Make a new one instead.

            Example:

              countersign witness init --state witness \\
                --name witness.example.com/w1
            """
    )

    @OptionGroup var options: WitnessOptions

    @Option(help: ArgumentHelp("The witness's name, such as a URL without its scheme.", valueName: "NAME"))
    var name: String

    @OptionGroup var passphrase: WitnessPassphrase

    func run() throws {
        let secret = try passphrase.read()
        let key = try WitnessOptions.reporting {
            try options.directory.create(name: Array(name.utf8), passphrase: secret)
        }
        print(WitnessOptions.text(key.formatted))
        Terminal.note("made the witness \(name) in \(options.state); key fingerprint: \(key.fingerprint)")
    }
}

struct WitnessKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vkey", abstract: "Print the witness's verifier key.",
        discussion: """
            Example:

              countersign witness vkey --state witness
            """)

    @OptionGroup var options: WitnessOptions

    func run() throws {
        print(WitnessOptions.text(try WitnessOptions.reporting { try options.directory.verifierKey() }.formatted))
    }
}

struct WitnessAddLogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add-log",
        abstract: "Witness one more log, or a further key of one.",
        discussion: """
            A running server takes it up with the next request. A log that changes its key has both keys added; \
            heads that either signed continue one another.

            Example:

              countersign witness add-log --state witness \\
                --vkey "$(cat ledger/keys/log.vkey)"
            """
    )

    @OptionGroup var options: WitnessOptions

    @Option(help: ArgumentHelp("The log's verifier key.", valueName: "VKEY"))
    var vkey: String

    @Option(help: ArgumentHelp("The first line of the log's checkpoints, where it is not the key's name."))
    var origin: String?

    func run() throws {
        let key: VerifierKey
        do {
            key = try VerifierKey(parsing: Array(vkey.utf8))
        } catch {
            throw CommandFailure.usage("--vkey is no verifier key: \(error)")
        }
        let log = try WitnessOptions.reporting {
            try options.directory.add(key, of: origin.map { Array($0.utf8) } ?? key.name)
        }
        print("witnessing \(WitnessOptions.text(log.origin)) under \(log.originHash.hex)")
        print("key fingerprint: \(key.fingerprint)")
    }
}

struct WitnessServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a witness over HTTP until SIGTERM or Ctrl-C.",
        discussion: """
            POST /add-checkpoint and GET /<sha256 of the origin>/checkpoint, as C2SP tlog-witness has them; GET \
            / gives the verifier key. Nothing secret crosses the network and everything is signed, so that plain \
            HTTP is safe; clients may want HTTPS all the same: put a TLS proxy in front.

            Prints "listening on http://HOST:PORT" on standard output once it answers; logs go to standard \
            error. If the disk fails while a head is stored, it answers 503 and ends: start it again when the \
            disk is well.

            Example:

              countersign witness serve --state witness --listen 127.0.0.1:8441
            """
    )

    @OptionGroup var options: WitnessOptions
    @OptionGroup var passphrase: WitnessPassphrase

    @Option(help: ArgumentHelp("Address to listen on; port 0 picks one.", valueName: "HOST:PORT"))
    var listen = "127.0.0.1:8441"

    @Option(help: "What to log: debug, info, notice, warning, error.")
    var logLevel = "notice"

    func run() async throws {
        guard let address = ListenAddress(listen) else {
            throw CommandFailure.usage("--listen takes HOST:PORT, such as 127.0.0.1:8441, not \(listen)")
        }
        guard let level = Logger.Level(rawValue: logLevel) else {
            throw CommandFailure.usage("--log-level is debug, info, notice, warning or error, not \(logLevel)")
        }
        var logger = Logger(label: "countersign-witness") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = level
        let secret = try passphrase.read()
        let witness = try WitnessOptions.reporting {
            try Witness(options.directory, passphrase: secret) { UInt64(max(1, time(nil))) }
        }
        let server = WitnessServer(witness, host: address.host, port: address.port, logger: logger) { port in
            let line = "listening on http://\(address.bound(to: port))\n"
            FileHandle.standardOutput.write(Data(line.utf8))
        }
        do {
            try await server.run()
        } catch {
            throw CommandFailure.failed("the witness stopped: \(error)")
        }
    }
}

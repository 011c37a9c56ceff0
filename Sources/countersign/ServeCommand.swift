import ApprovalEvents
import ArgumentParser
import Cosigning
import Foundation
import LedgerEngine
import LedgerHTTP
import Logging
import NIOCore
import SignedNotes

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a ledger over HTTP until SIGTERM or Ctrl-C.",
        discussion: """
            Prints "listening on http://HOST:PORT" on standard output once it answers; logs go to standard error. \
            Port 0 picks a free one. Only loopback addresses are listened on without TLS: put a TLS proxy in front \
            and say --behind-tls for any other. With --json the line is {"listening":"http://HOST:PORT"}.

            With --witnesses, the witnesses of a policy (C2SP tlog-policy) cosign the log's heads. The ledger keeps \
            the policy: it holds for every later start and command until another is named, or `none`. At the start, \
            nothing is signed before the policy's quorum has cosigned the newest stored head; /readyz says so. If a \
            witness knows another history of this log, because these files are an old backup or a copy is being \
            served too, the server ends with 1 and says what to do.

            Example:

              countersign serve --data ledger --listen 127.0.0.1:8440
              countersign serve --data ledger --witnesses ledger.policy \\
                --acknowledge cosigned
            """
    )

    @OptionGroup var ledger: LedgerOptions

    @Option(help: ArgumentHelp("Address to listen on; port 0 picks one.", valueName: "HOST:PORT"))
    var listen = "127.0.0.1:8440"

    @Flag(help: "TLS ends in front of this server: listening beyond loopback is fine.")
    var behindTls = false

    @Flag(help: "Ask for the read role at the checkpoint, hash tiles and proofs too.")
    var privateTree = false

    @Option(
        help: ArgumentHelp(
            "How many events may wait for their commit; more are refused with 429. One caller may have a quarter.",
            valueName: "N"))
    var inbox = SequencerLimits().inboxEvents

    @OptionGroup var timestamps: TimestampOptions

    @Option(help: ArgumentHelp("Hours between two timestamps of the newest head.", valueName: "HOURS"))
    var timestampEvery = 24.0

    @Option(
        help: ArgumentHelp(
            "Have heads cosigned by the witnesses of this policy file, from now on; `none` asks nobody any more.",
            valueName: "POLICY"))
    var witnesses: String?

    @Option(
        help: ArgumentHelp(
            "When a submitter is answered: `published`, in a signed head, or `cosigned`, when the quorum has cosigned it.",
            valueName: "WHEN"))
    var acknowledge = Acknowledge.published

    @Option(
        help: ArgumentHelp("How many seconds a submitter waits for the quorum, at most.", valueName: "SECONDS"))
    var cosignLimit = 10

    @Option(help: "What to log: debug, info, notice, warning, error.")
    var logLevel = "notice"

    @OptionGroup var output: OutputOptions

    enum Acknowledge: String, ExpressibleByArgument, CaseIterable {
        case published, cosigned
    }

    func run() async throws {
        guard let address = ListenAddress(listen) else {
            throw CommandFailure.usage("--listen takes HOST:PORT, such as 127.0.0.1:8440, not \(listen)")
        }
        guard let level = Logger.Level(rawValue: logLevel) else {
            throw CommandFailure.usage("--log-level is debug, info, notice, warning or error, not \(logLevel)")
        }
        guard inbox > 0 else { throw CommandFailure.usage("--inbox takes a number from 1, not \(inbox)") }
        var limits = SequencerLimits()
        limits.inboxEvents = inbox
        limits.callerShare = max(1, inbox / 4)
        let directory = ledger.directory
        var configuration = ServerConfiguration(listen: address, controlSocket: directory.controlSocket)
        configuration.isBehindTLS = behindTls
        configuration.hasPublicTree = !privateTree
        configuration.timestamps = directory.timestamps
        let stamping = try timestamps.stamping(directory)
        guard timestampEvery > 0, timestampEvery <= 8_784 else {
            throw CommandFailure.usage("--timestamp-every takes hours, more than 0 and a year at most")
        }
        if let complaint = configuration.complaint { throw CommandFailure.usage(complaint) }
        var logger = Logger(label: "countersign") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = level
        let witnessing = try WitnessSetting(of: directory, changedTo: witnesses)
        configuration.acknowledgement = try acknowledgement(witnessing)
        let (opened, settings) = try await directory.openHeld(
            passphrase: ledger.passphrase(), witnessing: witnessing, limits: limits,
            note: { [logger] in logger.warning("\($0)") })
        configuration.rules = settings.rules
        OpenFileLimit.raise()
        let services = stamping.map { stamping in
            TimestampService(
                stamping: stamping, reader: { opened.sequencer.reader }, every: .seconds(timestampEvery * 3_600),
                logger: logger)
        }
        let server = try Server(
            ledger: opened, configuration: configuration, logger: logger, beside: services.map { [$0] } ?? []
        ) { address in
            let url = "http://\(address)"
            let line = output.json ? OutputOptions.line(["listening": .text(url)]) : "listening on \(url)"
            FileHandle.standardOutput.write(Data((line + "\n").utf8))
        }
        do {
            try await server.run()
        } catch let claim as ForkClaim {
            throw ForkEvidence.keep(claim, in: directory)
        } catch let error as IOError where error.errnoCode == EADDRINUSE || error.errnoCode == EADDRNOTAVAIL {
            throw CommandFailure.failed("cannot listen on \(address): \(ServerClient.words(error))")
        } catch {
            throw CommandFailure.failed("the server stopped: \(error)")
        }
    }

    private func acknowledgement(_ witnessing: WitnessSetting?) throws -> Acknowledgement {
        guard acknowledge == .cosigned else { return .published }
        guard witnessing?.policy?.quorum != nil else {
            throw CommandFailure.usage("--acknowledge cosigned needs a policy with a quorum: name it with --witnesses")
        }
        guard (1...600).contains(cosignLimit) else {
            throw CommandFailure.usage("--cosign-limit takes 1 to 600 seconds, not \(cosignLimit)")
        }
        return .cosigned(limit: .seconds(cosignLimit))
    }
}

import ArgumentParser
import Foundation
import Reporting

/// The operator's and the compliance team's command.
///
/// Exit codes: `0` done; `1` something was refused or failed, and the output says what; `2` it could not be asked
/// (usage, a missing file); `4` the server could not be reached: run again.
@main
struct Countersign: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "countersign",
        abstract: "An append-only ledger for approvals.",
        discussion: """
            A first ledger in four commands:

              countersign init --data ledger --origin approvals.example.com
              countersign serve --data ledger &
              countersign token create --data ledger --name gateway-eu-1 \\
                --role submit --role read --source /gateways/eu-1 \\
                --types 'dev.countersign.*' > gateway.token
              countersign submit events.ndjson --server http://127.0.0.1:8440 \\
                --token-file gateway.token

            `countersign-verify` is the auditor's half: it needs no server and trusts nobody but the trust file.

            Exit codes: 0 done; 1 something was refused or failed, and standard error says what; 2 it could not be asked \
            (usage, a missing file); 4 the server was not reached: run again.
            """,
        version: ComplianceReport.generator,
        subcommands: [
            InitCommand.self, ServeCommand.self, TokenCommand.self, KeyCommand.self, SubmitCommand.self,
            ReceiptCommand.self,
            ExportCommand.self, ReportCommand.self, CheckCommand.self, TilesCommand.self,
            TimestampCommand.self,
            BackupCommand.self, RestoreCommand.self,
            WitnessCommand.self, MirrorCommand.self, MonitorCommand.self,
        ]
    )

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            Terminal.note("countersign: \(failure.message)")
            Foundation.exit(failure.code)
        } catch let code as ExitCode {
            Foundation.exit(code.rawValue)
        } catch {
            leave(with: error)
        }
    }

    /// Help and version go to standard output with `0`; everything that could not be asked ends with `2`.
    private static func leave(with error: any Error) -> Never {
        let text = fullMessage(for: error)
        if exitCode(for: error) == .success {
            print(text)
            Foundation.exit(0)
        }
        Terminal.note(text)
        Foundation.exit(exitCode(for: error) == .validationFailure ? CommandFailure.usage : CommandFailure.failed)
    }
}

import ArgumentParser
import Glibc

/// The auditor's command. It reads files and nothing else: no server, no database, no network.
@main
struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "countersign-verify",
        abstract: "Checks what a Countersign ledger gave you, offline, under your own trust file.",
        discussion: """
            Every command prints first the fingerprint of the log key that you trust. Compare it once, by telephone or on \
            paper, with the operator's: everything else follows from it.

              countersign-verify receipt r.json --trust ledger.trust
              countersign-verify receipt r.json --trust ledger.trust --event submitted.json
              countersign-verify package evidence.zip --trust ledger.trust
              countersign-verify log ./tiles --trust ledger.trust --since last-year.checkpoint
              countersign-verify consistency old.note new.note --proof proof.txt --trust ledger.trust

            A trust file is a C2SP tlog-policy. The smallest names one log key and no witness:

              log example.com/ledger+5ad81ff3+AZ…
              quorum none

            Each check is one line: holds, FAILS, or not checked, and why.

            Exit codes: 0 everything asked holds; 1 something fails; 2 it could not be asked (usage, a missing file); 3 the \
            package reports exceptions, only with --fail-on-exceptions; 4 nothing fails, but something asked for could not \
            be checked. What your trust file leaves out (quorum none), or you with --hashes-only, is printed and does not \
            count.
            """,
        version: "0.1.0",
        subcommands: [VerifyReceipt.self, VerifyPackage.self, VerifyLog.self, VerifyConsistency.self])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let code as ExitCode {
            exit(code)
        } catch let error as InputError {
            Terminal.complain("countersign-verify: \(error.description)")
            exit(.usage)
        } catch {
            // The parser's own code for a mistake in the arguments is 64; this family of commands says 2.
            let isMistake = exitCode(for: error) != .success
            let text = fullMessage(for: error)
            if isMistake { Terminal.complain(text) } else { Terminal.say(text) }
            exit(isMistake ? .usage : .success)
        }
    }

    private static func exit(_ code: ExitCode) -> Never {
        Glibc.exit(code.rawValue)
    }
}

extension ExitCode {
    /// It could not be asked: usage, or a file that is not there.
    static let usage = ExitCode(2)
    static let exceptions = ExitCode(3)
    static let notChecked = ExitCode(4)
}

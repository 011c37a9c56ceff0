import ApprovalEvents
import ArgumentParser
import Foundation
import LedgerCrypto
import LedgerHTTP
import LogFiles
import MerkleTree
import SignedNotes

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Re-read and re-hash every entry of a ledger, and compare everything that was derived from them.",
        discussion: """
            Reads at the published head, the server running or not, and changes nothing. Each thing that is wrong is \
            named with its file, entry and offset; it goes on to the end whatever it finds.

            Example:

              countersign check --data ledger

            Exit codes: 0 nothing is wrong; 1 something is; 2 it could not be asked.
            """
    )

    @Option(help: ArgumentHelp("The ledger's directory.", valueName: "DIR"))
    var data: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let directory = LedgerDirectory(path: data)
        // Heads under retired keys are the log's too.
        let keys = try directory.keyList().keys.map(\.verifier)
        let origin = try directory.verifierKey().name
        var progress = ProgressLine("entries hashed")
        let summary: CheckSummary
        do {
            let check = try LogCheck(directory.path, origin: origin, keys: keys) { finding in
                output.print(Self.object(finding), or: "WRONG  \(finding)")
            } progress: {
                progress.show(Int($0))
            }
            summary = try check.run()
        } catch {
            throw CommandFailure.failed("\(directory.path): \(error)")
        }
        progress.finish()
        output.print(Self.object(summary), or: Self.sentence(summary))
        if summary.findings > 0 { throw ExitCode(CommandFailure.failed) }
    }

    private static func sentence(_ summary: CheckSummary) -> String {
        let read = "\(summary.entries) entries, \(summary.commits) commits and \(summary.heads) heads read and hashed"
        let head = summary.head.map { "; head: size \($0.size), root \($0.root)" } ?? ""
        let running = summary.writerIsRunning ? " (a server is running: checked up to what it has published)" : ""
        return summary.findings == 0
            ? "nothing is wrong: \(read)\(head)\(running)" : "\(summary.findings) wrong: \(read)\(running)"
    }

    private static func object(_ finding: CheckFinding) -> JSONObject {
        var object: JSONObject = ["file": .string(Text(finding.file)), "message": .string(Text(finding.message))]
        if let entry = finding.entry { object["entry"] = .count(entry.value) }
        if let offset = finding.offset { object["offset"] = .count(offset) }
        return object
    }

    private static func object(_ summary: CheckSummary) -> JSONObject {
        var object: JSONObject = [
            "commits": .count(summary.commits), "entries": .count(summary.entries), "heads": .count(summary.heads),
            "findings": .count(summary.findings), "writer_running": .bool(summary.writerIsRunning),
        ]
        if let head = summary.head { object["root"] = .string(Text(head.root.hex)) }
        return object
    }
}

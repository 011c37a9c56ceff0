import ApprovalEvents
import ArgumentParser
import Foundation
import LedgerEngine
import SignedNotes

struct MonitorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "monitor",
        abstract: "Follow a log, and notice when it does what a log must not.",
        discussion: """
            Each look checks the signed head against the last one (a consistency proof, made from the log's own \
            tiles), hashes every new entry and compares it with what was signed, and checks each entry's form \
            and the ledger's clock. The first look reads the whole log. One line an event goes to standard \
            output.

            What proves misbehaviour is kept in FILE.fork: both signed heads and the proof between them, so that \
            `countersign-verify consistency` convinces others. The state stays at the last head that was good.

            Entries are for those who may read: without a token that the log accepts, heads and hashes alone are \
            followed.

            Example:

              countersign monitor https://approvals.example.com --trust trust \\
                --state log.state --token-file auditor.token --once

            Exit codes: 0 the log is what it was, or grew; 1 it misbehaved; 2 it could not be asked; 4 not \
            reached, or the head has not the cosignatures that the trust file asks for: look again. Without \
            --once it goes on until the log misbehaves.
            """
    )

    @Argument(help: ArgumentHelp("Where the log is served: an address, or a folder of tiles.", valueName: "URL"))
    var source: String

    @Option(help: ArgumentHelp("Your trust file for the log.", valueName: "FILE"))
    var trust: String

    @Option(help: ArgumentHelp("What is remembered between looks.", valueName: "FILE"))
    var state: String

    @Option(help: ArgumentHelp("File whose first line is a bearer token with the role read.", valueName: "FILE"))
    var tokenFile: String?

    @Option(help: ArgumentHelp("Seconds between two looks.", valueName: "S"))
    var interval: UInt32 = 60

    @Flag(help: "Look once and end.")
    var once = false

    @Flag(help: "Print events as JSON, one a line.")
    var json = false

    func run() async throws {
        let policy = try LedgerDirectory.trust(file: trust)
        let token = try tokenFile.map(Files.readToken)
        guard interval > 0 else { throw CommandFailure.usage("--interval is a number of seconds, 1 at least") }
        let code = try await TileSource.with(source, token: token) { source in
            try await follow(
                Monitor(
                    source: source, trust: policy, evidenceFolder: state + ".fork", expectsEntries: token != nil))
        }
        if code != 0 { throw ExitCode(code) }
    }

    /// Looks until there is a reason to end; that reason's exit code.
    private func follow(_ monitor: Monitor) async throws -> Int32 {
        var known = try MonitorState(file: state)
        while true {
            var progress = ProgressLine("entries read")
            let sight = try await monitor.look(after: known) { done, _ in progress.show(Int(done)) }
            progress.finish()
            let now = Timestamp(milliseconds: SystemClock().now().wall)
            for event in sight.events where once || event.kind != .same {
                FileHandle.standardOutput.write(Data(((json ? event.json(at: now) : event.line(at: now)) + "\n").utf8))
            }
            // After the lines: a crash in between says them twice, never not at all.
            if let new = sight.state {
                if new.formatted != known?.formatted { try Files.write(new.formatted, to: state) }
                known = new
            }
            if sight.events.contains(where: \.isMisbehaviour) { return CommandFailure.failed }
            if once { return sight.events.allSatisfy(\.isChecked) ? 0 : CommandFailure.notReached }
            try await Task.sleep(for: .seconds(Int64(interval)))
        }
    }
}

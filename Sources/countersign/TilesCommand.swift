import ApprovalEvents
import ArgumentParser
import LedgerCrypto
import LedgerEngine
import LogFiles
import MerkleTree

struct TilesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tiles",
        abstract: "The log as a static tree of files (C2SP tlog-tiles).",
        subcommands: [TilesExportCommand.self]
    )
}

struct TilesExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the static tree: checkpoint, hash tiles and entry bundles.",
        discussion: """
            Reads at the published head, the server running or not. Run again, it adds what is new: full tiles never \
            change. The checkpoint comes last, so any web server may publish the folder while this runs, and a run \
            that was killed is completed by the next.

            Checkpoint and hash tiles are for everybody whom your umask lets in. The bundles hold the entries \
            themselves: tile/entries is made for its owner alone. Whoever may read entries is let in by chgrp and \
            chmod of that one folder, once: later runs leave its mode alone.

            Example:

              countersign tiles export tiles --data ledger
              countersign-verify log tiles --trust ledger/trust
            """
    )

    @Argument(help: "Folder to write to.")
    var folder: String

    @Option(help: ArgumentHelp("The ledger's directory.", valueName: "DIR"))
    var data: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let directory = LedgerDirectory(path: data)
        try directory.requireLedger()
        do {
            let export = TileExport(
                try LedgerReader(directory.publishedLog()), timestamps: directory.timestamps, to: folder)
            var progress = ProgressLine("entries exported")
            let summary = try export.run { done, _ in progress.show(Int(done)) }
            progress.finish()
            output.print(
                [
                    "folder": .text(folder), "size": .count(summary.head.size.value),
                    "root": .text(summary.head.root.hex), "written": .count(summary.written),
                    "kept": .count(summary.kept), "bytes": .count(summary.byteCount),
                ],
                or: "\(folder): size \(summary.head.size), \(summary.written) files written, \(summary.kept) kept")
        } catch {
            throw CommandFailure.failed("\(error)")
        }
    }
}

import ArgumentParser
import SignedNotes
import Verification

struct VerifyLog: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Re-hashes a whole log and compares every tile.",
        discussion: """
            DIR is a C2SP tlog-tiles tree: checkpoint, tile/entries/…, tile/0/… and so on, as `countersign tiles export` writes \
            it or as any mirror keeps it. What is wrong is named: file, tile and entry.

            Keep a checkpoint from time to time, in a mailbox of your own. With --since an old one shows that nothing before \
            it was rewritten.
            """)

    @Argument(help: "The folder of the tree.")
    var directory: String

    @OptionGroup var common: CommonOptions

    @Option(name: .long, help: "An older checkpoint of this log; the log must only have grown since.")
    var since: String?

    func run() throws {
        let trust = try common.readTrust()
        let earlier = try since.map { try Files.read($0) }
        guard try Files.isDirectory(directory) else { throw InputError(directory, "not a folder") }
        common.announce(trust)
        let root = directory
        let tree = LogTree { path in try Files.readIfPresent("\(root)/\(path)") }
        var progress = Progress("entries hashed")
        let verdict = try tree.verify(under: trust, since: earlier) { progress.tell($0, of: $1) }
        progress.end()
        let answer = Answer(policy: trust, report: verdict.report, what: "log")
        answer.print(asJSON: common.json)
        try answer.end()
    }
}

import ArgumentParser
import Glibc
import MerkleTree
import SignedNotes
import Verification

struct VerifyLog: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Re-hashes a whole log and compares every tile.",
        discussion: """
            DIR is a C2SP tlog-tiles tree: checkpoint, tile/entries/…, tile/0/… and so on, as `countersign tiles export` writes \
            it or as any mirror keeps it. What is wrong is named: file, tile and entry.

            Keep a checkpoint from time to time, in a mailbox of your own. With --since an old one shows that nothing before \
            it was rewritten.

            With --hashes-only every file is read and every hash compared, and nothing is said of what the entries hold: \
            whether each has the one canonical form, and whether the ledger's clock ever fell. These two are then printed as \
            not checked. They do not count, as you did not ask for them: exit code 0 says that the hashes hold, and no more.

            With --tsa-ca the heads in DIR/timestamps are checked too: each was stamped by a time authority under that file's \
            certificates, valid at the time that it states.

              countersign-verify log ./tiles --trust ledger.trust --since last-year.checkpoint
              countersign-verify log ./tiles --trust ledger.trust --hashes-only --jobs 2
            """)

    @Argument(help: "The folder of the tree.")
    var directory: String

    @OptionGroup var common: CommonOptions
    @OptionGroup var timestamps: TimestampReaderOptions

    @Option(name: .long, help: "An older checkpoint of this log; the log must only have grown since.")
    var since: String?

    @Flag(name: .long, help: "Check every hash, and not what the entries say.")
    var hashesOnly = false

    @Option(name: .long, help: "How many parts of the log to look at at once (default: one for each core).")
    var jobs: Int?

    func validate() throws {
        guard jobs.map({ (1...1024).contains($0) }) ?? true else {
            throw ValidationError("--jobs is a number from 1 to 1024.")
        }
    }

    func run() async throws {
        let trust = try common.readTrust()
        let roots = try timestamps.readRoots()
        let earlier = try since.map { try Files.read($0) }
        guard try Files.isDirectory(directory) else { throw InputError(directory, "not a folder") }
        common.announce(trust)
        let root = directory
        let tree = SharedLogTree { path in try Files.readIfPresent("\(root)/\(path)") }
        var progress = Progress("entries hashed")
        let verdict = try await tree.verify(
            under: trust, since: earlier, scope: hashesOnly ? .hashes : .everything, jobs: jobs ?? Self.cores
        ) { progress.tell($0, of: $1) }
        progress.end()
        var report = verdict.report
        let check = try LogTree(read: tree.read).checkTimestamps(readTimestamps(), under: roots, of: verdict)
        if let check { report.add(check) }
        let what = hashesOnly ? "hashes of the log" : "log"
        let answer = Answer(policy: trust, report: report, what: what)
        answer.print(asJSON: common.json)
        try answer.end()
    }

    /// The answers of time authorities in the folder, by the size of the head that they are said to stamp.
    private func readTimestamps() throws -> [TreeSize: [UInt8]] {
        let folder = "\(directory)/timestamps"
        guard (try? Files.isDirectory(folder)) == true else { return [:] }
        var answers: [TreeSize: [UInt8]] = [:]
        for name in try Files.tree(folder) where name.hasSuffix(".tsr") {
            guard let size = TreeSize(canonical: name.dropLast(4)) else { continue }
            answers[size] = try Files.read("\(folder)/\(name)")
        }
        return answers
    }

    private static var cores: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}

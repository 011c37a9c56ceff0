import ApprovalEvents
import ArgumentParser
import LedgerCrypto
import LedgerEngine
import LogFiles
import MerkleTree

struct TimestampCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "timestamp",
        abstract: "Have a time authority state when the newest head existed.",
        discussion: """
            Asks an RFC 3161 time authority for a timestamp of the newest signed head, checks the answer, and keeps it \
            beside the log (schemas/timestamps.md): whoever trusts the authority then knows that every entry up to \
            there existed at that time, whatever becomes of the log's key. A server does the same every some hours: \
            see serve --timestamp-authority. The server may run meanwhile.

            Example:

              countersign timestamp --data ledger \\
                --timestamp-authority http://tsa.example.com/tsr --timestamp-ca tsa-ca.pem

            Exit codes: 0 the head is stamped; 1 the authority gave no good timestamp; 2 it could not be asked; 4 \
            the authority was not reached: run again.
            """
    )

    @Option(help: ArgumentHelp("The ledger's directory.", valueName: "DIR"))
    var data: String

    @OptionGroup var options: TimestampOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let directory = LedgerDirectory(path: data)
        try directory.requireLedger()
        guard let stamping = try options.stamping(directory) else {
            throw CommandFailure.usage("--timestamp-authority is missing: who shall say what time it is?")
        }
        let stamped: HeadStamping.Stamped
        do {
            stamped = try await stamping.stampNewest(try LedgerReader(PublishedLog(directory.path)))
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure.failed("\(error)")
        }
        if stamping.authority.roots == nil {
            Terminal.note("without --timestamp-ca nobody judged whether an authority that is trusted signed the answer")
        }
        let file = "\(directory.path)/timestamps/\(stamped.head.size).tsr"
        let whose = stamped.token.authority.isEmpty ? "" : " by \(stamped.token.authority)"
        output.print(
            [
                "size": .count(stamped.head.size.value), "root": .text(stamped.head.root.hex),
                "time": .string(stamped.time.ledgerForm), "authority": .text(stamped.token.authority),
                "file": .text(file), "new": .bool(stamped.isNew),
            ],
            or: "size \(stamped.head.size) \(stamped.isNew ? "was" : "is already") stamped "
                + "\(stamped.time.ledgerForm)\(whose): \(file)")
    }
}

import ApprovalEvents
import ArgumentParser
import MerkleTree
import SignedNotes
import Verification

struct VerifyReceipt: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receipt", abstract: "Checks that an entry stands in the log, as the receipt says.",
        discussion: """
            With --event it also checks that the entry holds what you submitted, byte for byte in canonical form. FILE is the \
            receipt itself; a server's answer to a submission holds it in its member `receipt`:

              jq .receipt answer.json > r.json
              countersign-verify receipt r.json --trust ledger.trust --event submitted.json

            A receipt from before the log changed its key holds under the new trust file with a later head, and the proof \
            that the log only grew up to it:

              countersign-verify receipt r.json --trust new.trust --later checkpoint --proof proof.txt
            """)

    @Argument(help: "The receipt (countersign-receipt/1); - reads the standard input.")
    var file: String

    @OptionGroup var common: CommonOptions
    @OptionGroup var later: LaterOptions

    @Option(name: .long, help: "The CloudEvent that was submitted, as structured JSON.")
    var event: String?

    func run() throws {
        let trust = try common.readTrust()
        let bytes = try Files.read(file)
        let submitted = try event.map { try Files.read($0) }
        let later = try later.read()
        common.announce(trust)
        let receipt: Receipt
        do throws(ReceiptError) {
            receipt = try Receipt(parsing: bytes)
        } catch {
            let check = Check("form", "the file is a receipt", .fails(reason: error.description))
            let answer = Answer(policy: trust, report: VerificationReport([check]), what: "receipt")
            answer.print(asJSON: common.json)
            return try answer.end()
        }
        let verdict = receipt.verify(under: trust, through: later, submitted: submitted)
        var answer = Answer(policy: trust, report: verdict.report, what: "receipt")
        if let index = verdict.index { answer.details["index"] = .number(JSONNumber(Int64(clamping: index.value))) }
        if let entry = verdict.entry { answer.details["ledgertime"] = .string(entry.ledgerTime.ledgerForm) }
        answer.print(asJSON: common.json)
        try answer.end()
    }
}

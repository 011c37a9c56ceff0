import ArgumentParser
import SignedNotes
import Verification

struct VerifyConsistency: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consistency", abstract: "Checks that one signed head extends another.",
        discussion: """
            OLD and NEW are signed checkpoints of one log. The proof is text: each hash in base64 on a line of its own.

              countersign-verify consistency march.note june.note --proof proof.txt --trust ledger.trust
            """)

    @Argument(help: "The older checkpoint.")
    var old: String

    @Argument(help: "The newer checkpoint.")
    var new: String

    @Option(name: .long, help: "The consistency proof between the two.")
    var proof: String

    @OptionGroup var common: CommonOptions

    func run() throws {
        let trust = try common.readTrust()
        let (older, newer, proof) = (try Files.read(old), try Files.read(new), try Files.read(proof))
        common.announce(trust)
        let report = HeadConsistency.verify(older: older, newer: newer, proof: proof, under: trust)
        let answer = Answer(policy: trust, report: report, what: "consistency")
        answer.print(asJSON: common.json)
        try answer.end()
    }
}

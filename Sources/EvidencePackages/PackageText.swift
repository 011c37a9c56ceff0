import ApprovalEvents
import LedgerCrypto
import MerkleTree
import Reporting
import SignedNotes
import Verification

/// The package's texts for people.
enum PackageText {
    static func readme(_ report: ComplianceReport, _ scope: PackageScope) -> [UInt8] {
        let evidence = report.evidence
        let keys = evidence.head.keyIDs.joined(separator: ", ")
        let nonce = scope.nonce.map { "Made for the nonce: \(oneLine($0.string))\n" } ?? ""
        return Array(
            """
            Evidence of approvals
            =====================

            Log:      \(oneLine(evidence.scope.origin.string))
            Keys:     \(keys) (the ids of those that signed the head)
            Head:     \(evidence.head.head.size) entries, root \(evidence.head.head.root.hex)
            Period:   entries \(evidence.scope.first) up to, but not with, \(evidence.scope.end)
            \(nonce)
            This is the operator's own assertion, with tests that you can repeat. Open index.html.

            Three ways to check it, from the quickest to the most independent
            -----------------------------------------------------------------

            1. Nothing was changed since it was packed (any Unix):

                   sha256sum -c manifest-sha256.txt
                   sha256sum -c tagmanifest-sha256.txt

            2. Everything: the signature, the entries, the period, and every number made again from the entries:

                   countersign-verify package THIS-FILE.zip --trust TRUST

               TRUST is your own trust file. Compare the fingerprint that is printed first with what the operator
               told you by another way than this package.

            3. With your own program: data/10-ledger is specified in schemas/extract.md, in a page. You need SHA-256,
               Ed25519 and JSON. entries.jsonl holds one entry a line, exactly as it was sealed.

            Where what is
            -------------

            index.html             the report, for people
            data/00-scope          what this is about, controls, limits
            data/10-ledger         entries, signed head, proofs
            data/20-populations    what to draw samples from
            data/40-results        rules, exceptions, every number with its query and entries
            data/60-fedramp, data/70-soc2   the control matrix with results


            """.utf8)
    }

    static func limitations(_ report: ComplianceReport) -> [UInt8] {
        var text = "# What this package cannot show\n\n"
        for limit in ComplianceReport.limits { text += "- \(limit)\n" }
        for check in report.evidence.report.checks where check.id != "witnesses" {
            guard case .notChecked(let reason) = check.outcome else { continue }
            text += "- Not checked: \(check.claim): \(reason).\n"
        }
        return Array(text.utf8)
    }

    /// A text that an event or a configuration brought, on one line of a plain text file.
    private static func oneLine(_ text: String) -> String {
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            line.append(scalar.properties.generalCategory == .control || scalar.value == 0x2028 ? "\u{FFFD}" : scalar)
        }
        return String(line)
    }
}

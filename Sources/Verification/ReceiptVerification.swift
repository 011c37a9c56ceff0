import ApprovalEvents
import LedgerCrypto
import MerkleTree
import SignedNotes

/// What a receipt was found to be.
public struct ReceiptVerdict: Sendable {
    public let report: VerificationReport
    /// The head that the proof leads to; nil where no trusted key signed it.
    public let head: TrustedHead?
    /// The entry, where its bytes are one.
    public let entry: LedgerEntry?
    /// Where the entry stands: only where the inclusion proof holds.
    public let index: LeafIndex?
}

extension Receipt {
    /// Puts every question to the receipt (`schemas/receipt.md`, "Verification").
    ///
    /// - Parameters:
    ///   - trust: the reader's own statement of whom he trusts. Nothing inside the receipt adds to it.
    ///   - submitted: the CloudEvent that was sent, in the structured JSON form. Given, the receipt must be for it.
    ///   - later: for a receipt under a key that is retired by now: a head under a key of the trust file.
    public func verify(
        under trust: TLogPolicy, through later: LaterHead? = nil, submitted: [UInt8]? = nil
    ) -> ReceiptVerdict {
        var report = VerificationReport()
        let head = TrustedHead.read(proof.checkpoint, under: trust, through: later, into: &report)
        let (inclusion, index) = inclusion(in: head)
        report.add(inclusion)
        let (form, sealed) = form()
        report.add(form)
        report.add(disclosureCheck(sealed))
        if let submitted { report.add(submissionCheck(submitted, sealed)) }
        return ReceiptVerdict(report: report, head: head, entry: sealed, index: index)
    }

    private func inclusion(in trusted: TrustedHead?) -> (Check, LeafIndex?) {
        let claim = "the entry is the log's entry \(proof.index)"
        guard let trusted else {
            return (Check("inclusion", claim, .notChecked(reason: "there is no head to check it against")), nil)
        }
        do {
            // The size is the signed head's. A proof that carried its own size could hold for another position.
            try proof.proof.verify(leaf: TreeHash.leaf(entry), at: proof.index, in: trusted.head)
            return (Check("inclusion", claim, .holds), proof.index)
        } catch {
            return (Check("inclusion", claim, .fails(reason: "\(error)")), nil)
        }
    }

    private func form() -> (Check, LedgerEntry?) {
        let claim = "the entry is in the one canonical form and valid"
        do {
            let sealed = try LedgerEntry(parsing: entry)
            return (Check("entry-form", claim, .holds), sealed)
        } catch {
            return (Check("entry-form", claim, .fails(reason: "\(error)")), nil)
        }
    }

    private func disclosureCheck(_ sealed: LedgerEntry?) -> Check {
        let claim =
            disclosures.isEmpty
            ? "the receipt discloses nothing that the entry conceals"
            : "each of the \(disclosures.count) disclosures belongs to a digest in the entry"
        guard let sealed else {
            return Check("disclosures", claim, .notChecked(reason: "the entry could not be read"))
        }
        return Check("disclosures", claim, Concealment.outcome(of: disclosures, in: sealed))
    }

    private func submissionCheck(_ submitted: [UInt8], _ sealed: LedgerEntry?) -> Check {
        let claim = "the entry holds the event that was submitted"
        func check(_ outcome: Outcome) -> Check { Check("submission", claim, outcome) }
        guard let sealed else { return check(.notChecked(reason: "the entry could not be read")) }
        do {
            let event = try ApprovalEvent.parse(structured: submitted, rules: IntakeRules(allowsForeignTypes: true))
            return switch sealed.compare(event, disclosing: disclosures.compactMap { Disclosure($0) }) {
            case .same: check(.holds)
            case .different: check(.fails(reason: "the entry holds other content than the submitted event"))
            case .undecidable:
                check(.notChecked(reason: "the receipt lacks a disclosure, so a part of the entry cannot be compared"))
            }
        } catch {
            return check(.fails(reason: "the submitted event is not one that a ledger would take: \(error)"))
        }
    }
}

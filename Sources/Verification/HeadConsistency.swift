import LedgerCrypto
import MerkleTree
import SignedNotes

/// Whether one signed head extends another (`countersign-verify consistency`). A key of the trust file has to have signed
/// the newer one; the older may stand under a key that is retired by now.
public enum HeadConsistency {
    /// - Parameters:
    ///   - older, newer: signed notes.
    ///   - proof: the text of a consistency proof (see `ConsistencyProof.init(lines:)`).
    public static func verify(
        older: [UInt8], newer: [UInt8], proof: [UInt8], under trust: TLogPolicy
    ) -> VerificationReport {
        var report = VerificationReport()
        let first = ClaimedHead.read(older: older, "older", under: trust, into: &report)
        let second = readNewer(newer, under: trust, into: &report)
        let claim =
            if let first, let second {
                "the log only grew from \(first.head.size) to \(second.head.size) entries"
            } else {
                "the log only grew from the older head to the newer"
            }
        let outcome =
            if let first, let second {
                first.continued(by: ClaimedHead(head: second.head, origin: second.origin), proof: proof)
            } else {
                Outcome.notChecked(reason: "a head is not verified")
            }
        report.add("consistency", claim, outcome)
        return report
    }

    private static func readNewer(
        _ note: [UInt8], under trust: TLogPolicy, into report: inout VerificationReport
    ) -> TrustedHead? {
        var sub = VerificationReport()
        let head = TrustedHead.read(note, under: trust, into: &sub)
        for check in sub.checks {
            report.add("newer-\(check.id)", "newer: \(check.claim)", check.outcome, isAsked: check.isAsked)
        }
        return head
    }
}

extension ConsistencyProof {
    /// Reads a proof file: each hash in base64 on a line of its own, first to last, as a C2SP tlog-witness request
    /// carries it. At most 64 lines; an empty file is the proof between a head and itself.
    public init?(lines bytes: [UInt8]) {
        var hashes: [Digest] = []
        guard bytes.isEmpty || bytes.last == 0x0A else { return nil }
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() {
            guard hashes.count < 64, let raw = Base64.decode(line), let hash = Digest(raw) else { return nil }
            hashes.append(hash)
        }
        self.init(hashes: hashes)
    }

    /// The text that `init(lines:)` reads.
    public var lines: [UInt8] {
        hashes.flatMap { Array(Base64.encode($0.bytes)) + [0x0A] }
    }
}

import LedgerCrypto
import MerkleTree
import SignedNotes

/// Whether one signed head extends another (`countersign-verify consistency`).
public enum HeadConsistency {
    /// - Parameters:
    ///   - older, newer: signed notes.
    ///   - proof: the text of a consistency proof (see `ConsistencyProof.init(lines:)`).
    public static func verify(
        older: [UInt8], newer: [UInt8], proof: [UInt8], under trust: TLogPolicy
    ) -> VerificationReport {
        var report = VerificationReport()
        let first = read(older, "older", under: trust, into: &report)
        let second = read(newer, "newer", under: trust, into: &report)
        let claim =
            if let first, let second {
                "the log only grew from \(first.head.size) to \(second.head.size) entries"
            } else {
                "the log only grew from the older head to the newer"
            }
        report.add("consistency", claim, outcome(first, second, proof))
        return report
    }

    private static func read(
        _ note: [UInt8], _ name: String, under trust: TLogPolicy, into report: inout VerificationReport
    ) -> TrustedHead? {
        var sub = VerificationReport()
        let head = TrustedHead.read(note, under: trust, into: &sub)
        for check in sub.checks {
            report.add("\(name)-\(check.id)", "\(name): \(check.claim)", check.outcome, isAsked: check.isAsked)
        }
        return head
    }

    private static func outcome(_ first: TrustedHead?, _ second: TrustedHead?, _ proof: [UInt8]) -> Outcome {
        guard let first, let second else { return .notChecked(reason: "a head is not verified") }
        guard first.origin == second.origin else { return .fails(reason: "the heads are of two different logs") }
        guard first.head.size <= second.head.size else { return .fails(reason: "the older head is the larger one") }
        guard let proof = ConsistencyProof(lines: proof) else {
            return .fails(reason: "the proof is not lines of 32 bytes in base64")
        }
        do {
            try proof.verify(from: first.head, to: second.head)
            return .holds
        } catch {
            return .fails(reason: "\(error)")
        }
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

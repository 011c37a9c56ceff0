import MerkleTree
import SignedNotes

/// A tree head that a log key of the reader's trust file signed, and what else the note showed.
///
/// Only `TrustedHead.read` makes one, so whatever takes a `TrustedHead` cannot be handed an unverified root.
public struct TrustedHead: Hashable, Sendable {
    public let head: TreeHead
    public let origin: [UInt8]
    /// The trust file's log keys that signed.
    public let logKeys: [VerifierKey]
    /// The note as it was read.
    public let note: [UInt8]

    /// Reads a signed note under `trust` and reports on it: signed by a known log key, seen by the witnesses.
    static func read(_ bytes: [UInt8], under trust: TLogPolicy, into report: inout VerificationReport) -> TrustedHead? {
        do {
            let note = try SignedNote(parsing: bytes)
            let verdict = try trust.verify(note: note)
            let origin = String(decoding: verdict.origin, as: UTF8.self)
            report.add(
                "log-signature",
                "a log key of the trust file signed the head: \(origin), \(verdict.head.size) entries",
                .holds)
            report.add(witnesses(verdict))
            return TrustedHead(head: verdict.head, origin: verdict.origin, logKeys: verdict.logKeys, note: bytes)
        } catch {
            report.add(
                "log-signature", "a log key of the trust file signed the head", .fails(reason: "\(error)"))
            return nil
        }
    }

    private static func witnesses(_ verdict: PolicyVerdict) -> Check {
        let claim = "the witnesses that the trust file asks for have seen this head"
        switch verdict.quorum {
        case .none:
            return Check(
                "witnesses", claim, .notChecked(reason: verdict.notChecked.joined(separator: "; ")), isAsked: false)
        case .reached:
            return Check("witnesses", claim, .holds)
        }
    }
}

import MerkleTree
import SignedNotes

/// A later head, and the proof that it continues the one in question: for what was signed with a key that is retired by
/// now (`schemas/trust.md`, rule 10).
public struct LaterHead: Hashable, Sendable {
    /// A signed note under a key of the trust file.
    public let note: [UInt8]
    /// The text of a consistency proof (`ConsistencyProof.init(lines:)`).
    public let proof: [UInt8]

    public init(note: [UInt8], proof: [UInt8]) {
        self.note = note
        self.proof = proof
    }
}

/// A tree head that a log key of the reader's trust file vouches for: it signed it, or a later head that continues it.
///
/// Only `TrustedHead.read` makes one, so whatever takes a `TrustedHead` cannot be handed an unverified root.
public struct TrustedHead: Hashable, Sendable {
    public let head: TreeHead
    public let origin: [UInt8]
    /// The ids of the keys under whose names the log's own signatures stand on the note, known or not: the same for
    /// every reader.
    public let keyIDs: [String]
    /// The note as it was read.
    public let note: [UInt8]

    private init(_ claimed: ClaimedHead, note: SignedNote) {
        head = claimed.head
        origin = claimed.origin
        keyIDs = Set(note.signatures.filter { $0.name == claimed.origin }.map(\.keyIDText)).sorted()
        self.note = note.formatted
    }

    /// Reads a signed note under `trust` and reports on it: signed by a known log key, seen by the witnesses. With a
    /// `later` head, those questions are put to that one, and whether it continues this one.
    static func read(
        _ bytes: [UInt8], under trust: TLogPolicy, through later: LaterHead? = nil,
        into report: inout VerificationReport
    ) -> TrustedHead? {
        do {
            let note = try SignedNote(parsing: bytes)
            let claimed: ClaimedHead
            var verdict: PolicyVerdict?
            if let later {
                claimed = try ClaimedHead(note, under: trust)
                try require(later, continues: claimed, under: trust, into: &report)
            } else {
                let direct = try trust.verify(note: note)
                claimed = ClaimedHead(head: direct.head, origin: direct.origin)
                verdict = direct
            }
            let origin = String(decoding: claimed.origin, as: UTF8.self)
            report.add(
                "log-signature",
                "a log key of the trust file vouches for the head: \(origin), \(claimed.head.size) entries", .holds)
            if let verdict { report.add(witnesses(verdict)) }
            return TrustedHead(claimed, note: note)
        } catch {
            report.add(
                "log-signature", "a log key of the trust file signed the head", .fails(reason: reason(error)))
            return nil
        }
    }

    private struct NotContinued: Error, CustomStringConvertible {
        let description: String
    }

    private static func require(
        _ later: LaterHead, continues claimed: ClaimedHead, under trust: TLogPolicy,
        into report: inout VerificationReport
    ) throws {
        let verdict = try trust.verify(note: try SignedNote(parsing: later.note))
        report.add(
            "later-log-signature",
            "a log key of the trust file signed the later head: \(verdict.head.size) entries", .holds)
        report.add(witnesses(verdict))
        let outcome = claimed.continued(by: ClaimedHead(head: verdict.head, origin: verdict.origin), proof: later.proof)
        report.add(
            "later-consistency",
            "the log only grew from \(claimed.head.size) to \(verdict.head.size) entries, so the later head covers this one",
            outcome)
        if let reason = outcome.reason { throw NotContinued(description: reason) }
    }

    private static func reason(_ error: any Error) -> String {
        guard case NoteError.noKnownSignature = error else { return "\(error)" }
        return "\(error); where the log has changed its key, take the new trust file, or show a later head that is "
            + "signed with a key of yours (schemas/trust.md)"
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

/// What a note says of a log, whoever signed it: worth something only by its consistency with a trusted head.
struct ClaimedHead: Hashable {
    let head: TreeHead
    let origin: [UInt8]

    init(head: TreeHead, origin: [UInt8]) {
        self.head = head
        self.origin = origin
    }

    /// Reads a note whose keys may be retired. A bad signature of a known key refuses it all the same.
    init(_ note: SignedNote, under trust: TLogPolicy) throws(NoteError) {
        do throws(NoteError) {
            _ = try note.verify(with: trust.logs.map(\.key) + trust.witnesses.map(\.key))
        } catch {
            guard case .noKnownSignature = error else { throw error }
        }
        let checkpoint = try Checkpoint(parsing: note.text)
        self.init(head: checkpoint.head, origin: checkpoint.origin)
    }

    /// Reads the older of two heads, of which the newer one is trusted: it holds by consistency, whoever signed it.
    /// `name` stands before the check's id and in the claim.
    static func read(
        older bytes: [UInt8], _ name: String, under trust: TLogPolicy, into report: inout VerificationReport
    ) -> ClaimedHead? {
        let (id, claim) = ("\(name)-signature", "a log key of the trust file signed the \(name) head")
        do {
            let note = try SignedNote(parsing: bytes)
            let claimed = try ClaimedHead(note, under: trust)
            do throws(NoteError) {
                _ = try note.verify(with: trust.logs.map(\.key))
                report.add(id, claim, .holds)
            } catch {
                let reason = "no key of the trust file did; the head holds as far as the newer one continues it"
                report.add(id, claim, .notChecked(reason: reason), isAsked: false)
            }
            return claimed
        } catch {
            report.add(id, claim, .fails(reason: "\(error)"))
            return nil
        }
    }

    func continued(by newer: ClaimedHead, proof: [UInt8]) -> Outcome {
        guard origin == newer.origin else { return .fails(reason: "the heads are of two different logs") }
        guard head.size <= newer.head.size else { return .fails(reason: "the older head is the larger one") }
        guard let proof = ConsistencyProof(lines: proof) else {
            return .fails(reason: "the proof is not lines of 32 bytes in base64")
        }
        do {
            try proof.verify(from: head, to: newer.head)
            return .holds
        } catch {
            return .fails(reason: "\(error)")
        }
    }
}

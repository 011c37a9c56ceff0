import LedgerCrypto
import MerkleTree
import SignedNotes

/// One question to a witness over HTTP.
public struct WitnessRequest: Hashable, Sendable {
    public let url: String
    /// What is posted; nil for a GET.
    public let body: [UInt8]?
}

/// What a witness answered.
public struct WitnessReply: Hashable, Sendable {
    /// More of a body than this is not read: no honest answer is longer.
    public static let maxByteCount = SignedNote.maxByteCount

    public let status: Int
    public let mediaType: String?
    public let body: [UInt8]

    public init(status: Int, mediaType: String?, body: [UInt8]) {
        self.status = status
        self.mediaType = mediaType
        self.body = body
    }
}

/// Brings questions to witnesses. Throws where no answer came, or one longer than `WitnessReply.maxByteCount`; follows
/// no redirection; ends soon after it is cancelled.
public typealias WitnessExchange = @Sendable (WitnessRequest) async throws -> WitnessReply

/// What an answer to `add-checkpoint` says (C2SP tlog-witness). Nothing of it is believed that cannot be checked.
enum WitnessVerdict: Hashable {
    /// The witness's signature, which holds.
    case cosigned(NoteSignature)
    /// It has cosigned another size last: ask again from there.
    case otherSize(TreeSize)
    /// It has cosigned another tree.
    case contradicts
    /// Nothing that helps; the words say what.
    case failed(String)

    init(_ reply: WitnessReply, of witness: WitnessPlan.Asked, over note: SignedNote) {
        switch reply.status {
        case 200: self = Self.cosignature(in: reply.body, by: witness.key, over: note)
        case 409:
            let digits = reply.body.dropLast()
            if reply.mediaType == "text/x.tlog.size", reply.body.last == 0x0A, digits.count <= 19,
                let size = TreeSize(canonicalBytes: digits), size.value <= UInt64(Int64.max)
            {
                self = .otherSize(size)
            } else {
                self = .failed("answered 409 without a size")
            }
        case 422: self = .contradicts
        case 404: self = .failed("does not witness this log (404): its operator has to add the log's key")
        case 403: self = .failed("does not know the log's key (403): its operator has to add it")
        default: self = .failed("answered \(reply.status)")
        }
    }

    /// Lines of other keys are passed over; a bad one under the witness's own name and key id is a lie.
    private static func cosignature(
        in body: [UInt8], by key: VerifierKey, over note: SignedNote
    ) -> WitnessVerdict {
        do throws(NoteError) {
            let own = try NoteSignature.parse(lines: body).filter { $0.name == key.name && $0.keyID == key.keyID }
            guard let line = own.first else { return .failed("answered with no signature by its key") }
            _ = try SignedNote(text: note.text, signatures: own).verify(with: [key])
            guard let time = Cosignature.time(of: line.signature), time > 0 else {
                return .failed("answered with a cosignature without a time")
            }
            return .cosigned(line)
        } catch { return .failed("answered with a signature that does not hold: \(error)") }
    }
}

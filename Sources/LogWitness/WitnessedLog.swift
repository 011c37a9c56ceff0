import LedgerCrypto
import MerkleTree
import SignedNotes

/// What a witness knows of one log: by which keys it signs. The newest head that was cosigned stands beside it, for
/// that changes.
public struct WitnessedLog: Hashable, Sendable {
    /// The first line of the log's checkpoints.
    public let origin: [UInt8]
    /// Any of them may sign: a log that changes its key has two for a while.
    public let keys: [VerifierKey]

    /// Throws where no key is given, one is no log's, or two could be meant by one signature line.
    public init(origin: [UInt8], keys: [VerifierKey]) throws(NoteError) {
        // Refuses what no checkpoint can begin with.
        _ = try Checkpoint(origin: origin, head: .empty)
        guard !keys.isEmpty else { throw .invalidKey("a log has one key at least") }
        for key in keys where key.type == .cosignature || key.type == .mldsaCosignature {
            throw .invalidKey("the key '\(String(decoding: key.name, as: UTF8.self))' is a witness's, not a log's")
        }
        _ = try TLogPolicy(
            logs: keys.map { TLogPolicy.Log(key: $0) })
        self.origin = origin
        self.keys = keys
    }

    /// The name under which the log is kept and served: SHA-256 of its origin (tlog-witness, "Monitor Retrieval
    /// Mechanism").
    public var originHash: Digest { .sha256(origin) }
}

/// A request that the log itself made: only `WitnessedLog.authenticate` makes one, so nothing else can be cosigned.
public struct AuthenticRequest: Hashable, Sendable {
    public let log: WitnessedLog
    public let request: AddCheckpointRequest
    /// The log's signatures, one for each key that signed. Other lines are not kept.
    let logSignatures: [NoteSignature]
}

extension WitnessedLog {
    /// Checks who made the request: the first half of the answer, which depends on no state.
    ///
    /// Signatures by unknown keys are passed over; a bad one under a known name and key id refuses the request.
    public func authenticate(_ request: AddCheckpointRequest) throws(Refusal) -> AuthenticRequest {
        guard request.origin == origin else { throw .unknownLog }
        let signers: [VerifierKey]
        do throws(NoteError) {
            signers = try request.note.verify(with: keys)
        } catch {
            throw .untrusted("\(error)")
        }
        guard request.oldSize <= request.head.size else {
            throw .oldSizeBeyond(old: request.oldSize, size: request.head.size)
        }
        let lines = signers.compactMap { key in
            request.note.signatures.first { $0.name == key.name && $0.keyID == key.keyID }
        }
        return AuthenticRequest(log: self, request: request, logSignatures: lines)
    }
}

extension AuthenticRequest {
    /// The note that the log signed, with its signatures alone.
    func signedNote() throws(NoteError) -> SignedNote {
        try SignedNote(text: request.note.text, signatures: logSignatures)
    }

    /// Whether the log signed another root for a size that it has signed before.
    func contradicts(_ newest: TreeHead?) -> Bool {
        newest?.size == request.head.size && newest?.root != request.head.root
    }

    /// Decides whether the head may be cosigned after `newest`, the last one that was (`nil`: none was). The second
    /// half of the answer: returns only if the tree continues.
    public func judge(after newest: TreeHead?) throws(Refusal) {
        let size = newest?.size ?? .zero
        guard request.oldSize == size else { throw .otherSize(size) }
        guard request.head.size.value > 0 || request.head.root == TreeHash.emptyRoot else {
            throw .inconsistent("a checkpoint of size 0 has the root of the empty tree, SHA-256 of nothing")
        }
        guard let newest, size.value > 0 else {
            guard request.proof.hashes.isEmpty else {
                throw .inconsistent("every tree continues the empty one: the proof has to be empty")
            }
            return
        }
        do throws(ProofError) {
            try request.proof.verify(from: newest, to: request.head)
        } catch {
            guard size == request.head.size, newest.root != request.head.root else {
                throw .inconsistent("the consistency proof does not hold: \(error)")
            }
            throw .inconsistent("another root was cosigned at size \(size): the log shows two histories")
        }
    }
}

import LedgerCrypto
import MerkleTree

/// What a log sends to a witness, to have a new head cosigned (C2SP tlog-witness, "add-checkpoint").
///
///     old size LF                the size that the witness cosigned last
///     base64(hash) LF …          a consistency proof from there, at most 63 lines
///     LF
///     the checkpoint's signed note, verbatim
///
/// A well-formed request proves nothing: who signed it and what it continues is the witness's to check.
public struct AddCheckpointRequest: Hashable, Sendable {
    public let oldSize: TreeSize
    public let proof: ConsistencyProof
    /// Its text is a checkpoint's lines.
    public let note: SignedNote
    /// The checkpoint's first line.
    public let origin: [UInt8]
    /// What the checkpoint claims. For a size of 0, the root is whatever stands there: a witness answers a wrong one
    /// with a status of its own.
    public let head: TreeHead

    public static let maxHashCount = 63
    /// The old size, 63 hashes and a note.
    public static let maxByteCount = SignedNote.maxByteCount + 4_096

    /// Throws where the proof is longer than any between two trees below 2^63, or the note's text no checkpoint.
    public init(oldSize: TreeSize, proof: ConsistencyProof, note: SignedNote) throws(NoteError) {
        guard oldSize.value <= TextRules.maxCount else { throw .malformed("the old size is below 2^63") }
        guard proof.hashes.count <= AddCheckpointRequest.maxHashCount else {
            throw .malformed("a consistency proof has at most \(AddCheckpointRequest.maxHashCount) hashes")
        }
        let lines = try CheckpointLines(parsing: note.text)
        self.oldSize = oldSize
        self.proof = proof
        self.note = note
        origin = lines.origin
        head = lines.head
    }

    /// Reads a request's body in its one form.
    public init(parsing body: [UInt8]) throws(NoteError) {
        guard body.count <= AddCheckpointRequest.maxByteCount else {
            throw .malformed("a request has at most \(AddCheckpointRequest.maxByteCount) bytes")
        }
        var reader = LineReader(body[...])
        guard let first = reader.next(), first.starts(with: AddCheckpointRequest.oldWord),
            let size = TextRules.decimal(first.dropFirst(AddCheckpointRequest.oldWord.count))
        else { throw .malformed("line 1 of the request is not 'old' with a decimal number below 2^63") }
        var hashes: [Digest] = []
        while true {
            guard let line = reader.next() else {
                throw .malformed("no empty line stands between the request's proof and its checkpoint")
            }
            if line.isEmpty { break }
            guard let hash = TextRules.digest(base64: line) else {
                throw .malformed("line \(reader.number) of the request is not a hash: 32 bytes in canonical base64")
            }
            hashes.append(hash)
        }
        try self.init(
            oldSize: TreeSize(size), proof: ConsistencyProof(hashes: hashes),
            note: try SignedNote(parsing: [UInt8](reader.rest)))
    }

    /// The request's body.
    public var formatted: [UInt8] {
        var body = AddCheckpointRequest.oldWord
        body += "\(oldSize.value)\n".utf8
        for hash in proof.hashes {
            body += Base64.encode(hash.bytes)
            body.append(TextRules.lineFeed)
        }
        body.append(TextRules.lineFeed)
        body += note.formatted
        return body
    }

    private static let oldWord = [UInt8]("old ".utf8)
}

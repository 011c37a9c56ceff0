import LedgerCrypto
import MerkleTree

/// That an entry is in a log, in one text that can be checked offline (C2SP tlog-proof).
///
///     c2sp.org/tlog-proof@v1 LF
///     [extra base64 LF]
///     index decimal LF
///     base64(hash) LF …          from the leaf's sibling up
///     LF
///     the checkpoint's signed note, verbatim
///
/// The size of the tree comes from the checkpoint alone, after its signatures were checked; thousands of honest
/// proofs fold under another size too.
public struct TLogProof: Hashable, Sendable {
    /// Data for the application. Nothing authenticates it.
    public let extra: [UInt8]?
    public let index: LeafIndex
    public let proof: InclusionProof
    /// The checkpoint, with the log's signatures and the witnesses'. Its text parses as a checkpoint.
    public let note: SignedNote

    /// Bounds what is read: a note, 63 hashes and as much again of extra data.
    public static let maxByteCount = 2 * SignedNote.maxByteCount
    /// A path in a tree of fewer than 2⁶³ leaves has at most so many hashes.
    public static let maxHashCount = 63

    /// Throws where the note's text is no checkpoint, the path is longer than any, or the index beyond any size.
    public init(
        extra: [UInt8]? = nil, index: LeafIndex, proof: InclusionProof, note: SignedNote
    ) throws(NoteError) {
        _ = try Checkpoint(parsing: note.text)
        try self.init(extra: extra, index: index, proof: proof, checked: note)
    }

    /// `note` is known to be a checkpoint.
    private init(
        extra: [UInt8]?, index: LeafIndex, proof: InclusionProof, checked note: SignedNote
    ) throws(NoteError) {
        guard proof.hashes.count <= TLogProof.maxHashCount else {
            throw .malformed("an inclusion proof has at most \(TLogProof.maxHashCount) hashes")
        }
        guard index.value < TextRules.maxCount else { throw .malformed("the proof's index is beyond any tree") }
        self.extra = extra
        self.index = index
        self.proof = proof
        self.note = note
    }

    /// Reads a proof in its one form.
    public init(parsing text: [UInt8]) throws(NoteError) {
        guard text.count <= TLogProof.maxByteCount else {
            throw .malformed("a tlog-proof has at most \(TLogProof.maxByteCount) bytes")
        }
        var reader = LineReader(text[...])
        guard let first = reader.next(), first.elementsEqual(TLogProof.header) else {
            throw .malformed("line 1 of the proof is not '\(TextRules.words(TLogProof.header))'")
        }
        var line = try TLogProof.line(&reader)
        var extra: [UInt8]?
        if line.starts(with: TLogProof.extraWord) {
            guard let data = Base64.decode(line.dropFirst(TLogProof.extraWord.count)) else {
                throw .malformed("line 2 of the proof is not 'extra' with canonical base64")
            }
            extra = data
            line = try TLogProof.line(&reader)
        }
        guard line.starts(with: TLogProof.indexWord),
            let index = TextRules.decimal(line.dropFirst(TLogProof.indexWord.count))
        else { throw .malformed("line \(reader.number) of the proof is not 'index' with a decimal number") }
        let hashes = try TLogProof.hashes(&reader)
        try self.init(
            extra: extra, index: LeafIndex(index), proof: InclusionProof(hashes: hashes),
            note: try SignedNote(parsing: [UInt8](reader.rest)))
    }

    /// The checkpoint's signed note as bytes.
    public var checkpoint: [UInt8] { note.formatted }

    /// The proof's text.
    public var formatted: [UInt8] {
        var text = TLogProof.header
        text.reserveCapacity(text.count + 64 + 45 * proof.hashes.count + checkpoint.count)
        text.append(TextRules.lineFeed)
        if let extra { text += TLogProof.extraWord + Base64.encode(extra) + [TextRules.lineFeed] }
        text += TLogProof.indexWord
        text += "\(index.value)\n".utf8
        for hash in proof.hashes {
            Base64.append(hash, to: &text)
            text.append(TextRules.lineFeed)
        }
        text.append(TextRules.lineFeed)
        text += checkpoint
        return text
    }

    /// The proof of another entry under the same checkpoint.
    public func moved(to index: LeafIndex, _ proof: InclusionProof) throws(NoteError) -> TLogProof {
        try TLogProof(extra: nil, index: index, proof: proof, checked: note)
    }

    /// Checks the note under `policy`, then that `leaf` stands at `index` in the tree that the note speaks of.
    ///
    /// - Parameter leaf: the entry's leaf hash, which the caller computes from the entry.
    public func verify(leaf: Digest, under policy: TLogPolicy) throws(NoteError) -> PolicyVerdict {
        let verdict = try policy.verify(note: note)
        do throws(ProofError) {
            try proof.verify(leaf: leaf, at: index, in: verdict.head)
        } catch { throw .notIncluded(error) }
        return verdict
    }

    private static let header = [UInt8]("c2sp.org/tlog-proof@v1".utf8)
    private static let extraWord = [UInt8]("extra ".utf8)
    private static let indexWord = [UInt8]("index ".utf8)

    private static func line(_ reader: inout LineReader) throws(NoteError) -> ArraySlice<UInt8> {
        guard let line = reader.next() else { throw .malformed("the proof ends after line \(reader.number)") }
        return line
    }

    /// The lines up to the empty one.
    private static func hashes(_ reader: inout LineReader) throws(NoteError) -> [Digest] {
        var hashes: [Digest] = []
        while true {
            let line = try line(&reader)
            if line.isEmpty { return hashes }
            guard hashes.count < maxHashCount else { throw .malformed("more than \(maxHashCount) hashes in a proof") }
            guard let hash = TextRules.digest(base64: line) else {
                throw .malformed("line \(reader.number) of the proof is not a hash: 32 bytes in canonical base64")
            }
            hashes.append(hash)
        }
    }
}

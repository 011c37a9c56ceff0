import LedgerCrypto
import MerkleTree
import SignedNotes
import Verification

/// A head that the log signed, under the trust of whoever follows it.
struct SignedHead: Sendable {
    /// The note's bytes.
    let note: [UInt8]
    let origin: [UInt8]
    let head: TreeHead

    /// Checks a served note.
    init(_ note: [UInt8], under trust: TLogPolicy) throws(NoteError) {
        let verdict = try trust.verify(note: try SignedNote(parsing: note))
        self.note = note
        origin = verdict.origin
        head = verdict.head
    }

    /// Takes up a head that was checked before and kept: its key may be retired by now, and what follows it is shown
    /// by consistency.
    init(kept note: [UInt8]) throws(NoteError) {
        let checkpoint = try Checkpoint(parsing: try SignedNote(parsing: note).text)
        self.note = note
        origin = checkpoint.origin
        head = checkpoint.head
    }

    var name: String { String(decoding: origin, as: UTF8.self) }

    /// Checks that `tiles`, of a head that is served now, continue this one. Throws a `Misbehaviour` where they do not.
    func requireContinued(by newer: SignedHead, _ tiles: VerifiedTiles) async throws {
        guard head.size.value > 0, head.size < newer.head.size else { return }
        let proof = try await tiles.consistency(from: head.size)
        do throws(ProofError) {
            try proof.verify(from: head, to: newer.head)
        } catch {
            // The tiles lead to the newer head. So they say what it had at the older size, and it was another root.
            let rewritten = try await tiles.head(at: head.size)
            throw Misbehaviour(kind: .fork, older: self, newer: newer, proof: proof, rewritten: rewritten.root)
        }
    }

    /// What can be told from the two heads alone.
    func requireNotOpposed(by newer: SignedHead) throws {
        if newer.head.size < head.size {
            throw Misbehaviour(kind: .rollback, older: self, newer: newer, proof: nil, rewritten: nil)
        }
        if newer.head.size == head.size, newer.head.root != head.root {
            throw Misbehaviour(
                kind: .fork, older: self, newer: newer, proof: ConsistencyProof(hashes: []),
                rewritten: newer.head.root)
        }
    }
}

/// Two heads that one log signed and that do not go together.
struct Misbehaviour: Error {
    enum Kind: String {
        /// The log has two histories: nobody who sees both can be told otherwise.
        case fork
        /// The log shows less than it had signed before. An old copy was put back, or a cache serves an old head.
        case rollback
    }

    let kind: Kind
    let older: SignedHead
    let newer: SignedHead
    /// From `rewritten` at the older size to the newer head.
    let proof: ConsistencyProof?
    /// The root that the newer head's tree has at the older size.
    let rewritten: Digest?

    var sentence: String {
        switch kind {
        case .fork:
            "\(older.name) signed two histories: the first \(older.head.size) entries of its head of "
                + "\(newer.head.size) entries are not those of the head of \(older.head.size) entries that it signed before"
        case .rollback:
            "\(older.name) was rolled back: it serves a head of \(newer.head.size) entries after one of \(older.head.size)"
        }
    }

    /// Keeps both notes and the proof in a folder below `folder`, with what they show and how to check it. The same
    /// misbehaviour is kept once. Returns the folder.
    func keep(below folder: String) throws -> String {
        let digest = Digest.sha256(older.note + newer.note).hex.prefix(8)
        let place = "\(folder)/\(kind.rawValue)-\(older.head.size)-\(newer.head.size)-\(digest)"
        try Files.makeFolder(place)
        try Files.write(older.note, to: place + "/older")
        try Files.write(newer.note, to: place + "/newer")
        try Files.write(proof?.lines ?? [], to: place + "/proof")
        try Files.write(Array(explanation.utf8), to: place + "/README")
        return place
    }

    private var explanation: String {
        let heads = """
            \(sentence).

            older   the head that was seen first: \(older.head.size) entries, root \(Base64.string(older.head.root.bytes))
            newer   the head that was served later: \(newer.head.size) entries, root \(Base64.string(newer.head.root.bytes))
            proof   a consistency proof, a hash a line

            Both notes carry the log's signature. This has to fail, and says why:

              countersign-verify consistency older newer --proof proof --trust YOUR-TRUST-FILE


            """
        guard let rewritten, kind == .fork else {
            return heads
                + "An old head alone is no second history: it may be an old copy, or a cache's. Ask the operator.\n"
        }
        return heads + """
            What makes it a proof and no mere doubt: from the root
              \(Base64.string(rewritten.bytes))
            at \(older.head.size) entries, the hashes lead to the newer head's root (RFC 9162, section 2.1.4.2). So the
            newer head's own first \(older.head.size) entries have that root, and not the one that the older head signs.

            """
    }
}

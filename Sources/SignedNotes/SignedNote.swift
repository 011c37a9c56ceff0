import LedgerCrypto

/// A text with signatures under it (C2SP signed-note).
///
///     text, each line ended by LF
///     LF
///     — name base64(key id ‖ signature) LF
///     …
///
/// The signed bytes are the text with its last line feed, without the empty line. A note has one form: `formatted`
/// gives back exactly the bytes that were parsed.
public struct SignedNote: Hashable, Sendable {
    /// Ends with a line feed.
    public let text: [UInt8]
    /// In the order of the lines, at least one.
    public let signatures: [NoteSignature]
    /// The note's bytes.
    public let formatted: [UInt8]

    /// How large a note may be. Ours has some 300 bytes; a hundred ML-DSA lines come to a third of this.
    public static let maxByteCount = 1 << 20
    /// How many signature lines are looked at: what the first implementations allow.
    public static let maxSignatureCount = 100

    /// Puts signatures under a text, without checking what they sign.
    public init(text: [UInt8], signatures: [NoteSignature]) throws(NoteError) {
        guard text.last == TextRules.lineFeed, TextRules.isText(text) else {
            throw .malformed("a note's text is UTF-8 without control characters and ends with a line feed")
        }
        guard !signatures.isEmpty else { throw .malformedSignatures("a note without signatures") }
        guard signatures.count <= SignedNote.maxSignatureCount else {
            throw .malformedSignatures("a note with more than \(SignedNote.maxSignatureCount) signatures")
        }
        self.text = text
        self.signatures = signatures
        formatted = SignedNote.format(text, signatures)
    }

    /// Reads a note in its one form. The last empty line divides text and signatures.
    public init(parsing note: [UInt8]) throws(NoteError) {
        guard note.count <= SignedNote.maxByteCount else {
            throw .malformed("a note has at most \(SignedNote.maxByteCount) bytes")
        }
        guard TextRules.isText(note) else { throw .malformed("a note is UTF-8 without control characters") }
        guard let end = SignedNote.endOfText(note) else {
            throw .malformed("no empty line divides the note's text from its signatures")
        }
        try self.init(text: [UInt8](note[..<end]), signatures: try NoteSignature.parse(lines: note[(end + 1)...]))
    }

    private static func format(_ text: [UInt8], _ signatures: [NoteSignature]) -> [UInt8] {
        var note = text
        note.append(TextRules.lineFeed)
        for signature in signatures { note += signature.line }
        return note
    }

    /// The note with more signatures under it, as witnesses' cosignatures arrive. Lines that stand there already are
    /// not repeated.
    public func adding(_ more: [NoteSignature]) throws(NoteError) -> SignedNote {
        try SignedNote(text: text, signatures: signatures + more.filter { !signatures.contains($0) })
    }

    /// Checks every signature whose name and key id are those of one of `keys`, and passes over all others.
    ///
    /// Gives the keys that signed, each once, in the order of `keys`: at least one. Throws when a known key's
    /// signature is bad, even if others are good: such a note was tampered with (signed-note, "Verification").
    public func verify(with keys: [VerifierKey]) throws(NoteError) -> [VerifierKey] {
        try VerifierKey.requireUnambiguous(keys)
        var signers: Set<VerifierKey> = []
        for line in signatures {
            // An ML-DSA key cannot be asked here, so it counts as unknown.
            guard let key = keys.first(where: { $0.isNamed(by: line) && $0.key != nil }) else { continue }
            guard key.isValid(line.signature, over: text) else {
                throw .badSignature(name: TextRules.words(line.name), keyID: line.keyID)
            }
            signers.insert(key)
        }
        guard !signers.isEmpty else { throw .noKnownSignature }
        var seen: Set<VerifierKey> = []
        return keys.filter { signers.contains($0) && seen.insert($0).inserted }
    }

    /// The index after the text's last line feed, which is the empty line's own line feed.
    private static func endOfText(_ note: [UInt8]) -> Int? {
        var end = note.count - 1
        while end > 0 {
            if note[end] == TextRules.lineFeed && note[end - 1] == TextRules.lineFeed { return end }
            end -= 1
        }
        return nil
    }
}

extension VerifierKey {
    /// Refuses two different keys that one signature line could mean.
    static func requireUnambiguous(_ keys: [VerifierKey]) throws(NoteError) {
        struct Line: Hashable {
            let name: [UInt8]
            let keyID: UInt32
        }
        var seen: [Line: VerifierKey] = [:]
        for key in keys {
            let other = seen.updateValue(key, forKey: Line(name: key.name, keyID: key.keyID))
            if let other, other != key { throw .ambiguousKeys(name: TextRules.words(key.name)) }
        }
    }
}

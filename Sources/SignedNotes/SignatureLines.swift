import LedgerCrypto

/// Signature lines apart from a note: under one they stand after the empty line, and a witness answers with nothing
/// else (tlog-witness, "add-checkpoint").
extension NoteSignature {
    /// `— name base64(key id ‖ signature) LF`.
    public var line: [UInt8] {
        NoteSignature.dash + name + [TextRules.space] + Base64.encode(KeyID.bytes(keyID) + signature)
            + [TextRules.lineFeed]
    }

    /// Reads lines in their one form, each ended by a line feed: none, or up to `SignedNote.maxSignatureCount`.
    public static func parse(lines bytes: some Collection<UInt8>) throws(NoteError) -> [NoteSignature] {
        guard bytes.count <= SignedNote.maxByteCount else {
            throw .malformedSignatures("signature lines have at most \(SignedNote.maxByteCount) bytes")
        }
        var reader = LineReader([UInt8](bytes)[...])
        var signatures: [NoteSignature] = []
        while !reader.isAtEnd {
            guard let line = reader.next() else {
                throw .malformedSignatures("the last signature line has no line feed")
            }
            guard signatures.count < SignedNote.maxSignatureCount else {
                throw .malformedSignatures("more than \(SignedNote.maxSignatureCount) signatures")
            }
            guard let signature = try NoteSignature(parsing: line) else {
                throw .malformedSignatures("signature line \(reader.number) is not '— name base64(key id, signature)'")
            }
            signatures.append(signature)
        }
        return signatures
    }

    private init?(parsing line: ArraySlice<UInt8>) throws(NoteError) {
        guard line.starts(with: NoteSignature.dash) else { return nil }
        let parts = line.dropFirst(NoteSignature.dash.count).split(
            separator: TextRules.space, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let content = Base64.decode(parts[1]), content.count > 4 else { return nil }
        try self.init(
            name: [UInt8](parts[0]), keyID: content.prefix(4).reduce(0) { $0 << 8 | UInt32($1) },
            signature: [UInt8](content.dropFirst(4)))
    }

    /// An em dash and a space, in UTF-8.
    private static let dash: [UInt8] = [0xE2, 0x80, 0x94, 0x20]
}

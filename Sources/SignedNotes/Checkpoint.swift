import LedgerCrypto
import MerkleTree

/// A log's statement of its tree head (C2SP tlog-checkpoint): the text that a note signs.
///
///     origin LF
///     size in decimal LF
///     base64(root) LF
///     [extension LF]…
///
/// We write no extension lines: some cosignatures do not cover them. Foreign logs' are kept.
public struct Checkpoint: Hashable, Sendable {
    /// The log's name, for ever. One line of UTF-8 without control characters.
    public let origin: [UInt8]
    public let head: TreeHead
    /// Lines after the root, not empty.
    public let extensions: [[UInt8]]

    /// A checkpoint as we write them. Throws where `origin` is not one line of text, or an empty tree has another
    /// root than SHA-256 of nothing.
    public init(origin: [UInt8], head: TreeHead) throws(NoteError) {
        try self.init(origin: origin, head: head, extensions: [])
    }

    private init(origin: [UInt8], head: TreeHead, extensions: [[UInt8]]) throws(NoteError) {
        guard TextRules.isLine(origin) else {
            throw .malformed("a checkpoint's origin is one line of UTF-8 without control characters, not empty")
        }
        guard head.size.value <= TextRules.maxCount else { throw .malformed("a checkpoint's size is below 2^63") }
        guard head.size.value > 0 || head.root == TreeHash.emptyRoot else {
            throw .malformed("a checkpoint of size 0 has the root of the empty tree, SHA-256 of nothing")
        }
        self.origin = origin
        self.head = head
        self.extensions = extensions
    }

    /// Reads a note's text in its one form.
    public init(parsing text: [UInt8]) throws(NoteError) {
        let lines = try CheckpointLines(parsing: text)
        try self.init(origin: lines.origin, head: lines.head, extensions: lines.extensions)
    }

    /// The text, ready to be signed.
    public var formatted: [UInt8] {
        var text = origin
        text += "\n\(head.size.value)\n".utf8
        text += Base64.encode(head.root.bytes)
        text.append(TextRules.lineFeed)
        for line in extensions { text += line + [TextRules.lineFeed] }
        return text
    }
}

/// A checkpoint's lines as they stand, each well-formed by itself. An empty tree may still have another root than it
/// must: a witness answers that otherwise than a text that is no checkpoint.
struct CheckpointLines: Hashable, Sendable {
    let origin: [UInt8]
    let head: TreeHead
    let extensions: [[UInt8]]

    init(parsing text: [UInt8]) throws(NoteError) {
        var reader = LineReader(text[...])
        guard let origin = reader.next(), let size = reader.next(), let root = reader.next() else {
            throw .malformed("a checkpoint has the three lines origin, size and root, each ended by a line feed")
        }
        guard TextRules.isLine(origin) else {
            throw .malformed("a checkpoint's origin is one line of UTF-8 without control characters, not empty")
        }
        guard let count = TextRules.decimal(size) else {
            throw .malformed("line 2 of the checkpoint is not a size: decimal, no leading zero, below 2^63")
        }
        guard let digest = TextRules.digest(base64: root) else {
            throw .malformed("line 3 of the checkpoint is not a root: 32 bytes in canonical base64")
        }
        var extensions: [[UInt8]] = []
        while !reader.isAtEnd {
            guard let line = reader.next(), TextRules.isLine(line) else {
                throw .malformed("an extension line of the checkpoint is empty, unended or no text")
            }
            extensions.append([UInt8](line))
        }
        self.origin = [UInt8](origin)
        head = TreeHead(size: TreeSize(count), root: digest)
        self.extensions = extensions
    }
}

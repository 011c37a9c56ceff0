import MerkleTree

/// What time authorities (RFC 3161) said of a log's heads, kept beside the log. An answer stamps the head's text, the
/// three lines of its checkpoint without signatures: signatures are added later, the text never changes.
public protocol HeadTimestamps: Sendable {
    /// The sizes whose heads were stamped, ascending.
    func sizes() throws -> [TreeSize]
    /// The authority's whole answer for the head of exactly this size, DER-encoded; nil where there is none.
    func answer(for size: TreeSize) throws -> [UInt8]?
}

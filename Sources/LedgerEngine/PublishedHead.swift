import MerkleTree

/// The newest tree head that the ledger has signed, with its note: the snapshot that bounds every read.
///
/// It is replaced as one value, after the entries below it are durable and their tree nodes can be read.
public struct PublishedHead: Hashable, Sendable {
    public let head: TreeHead
    /// The signed note (C2SP signed-note) whose text is the checkpoint of `head`.
    public let note: [UInt8]

    public init(head: TreeHead, note: [UInt8]) {
        self.head = head
        self.note = note
    }

    public var size: TreeSize { head.size }
}

import MerkleTree
import SignedNotes

/// Signs tree heads under the log's origin with every key the log has.
public struct HeadSigner: Sendable {
    public let origin: [UInt8]
    private let signers: [NoteSigner]

    /// `signers` must not be empty; their key names are the log's affair and usually the origin.
    public init(origin: [UInt8], signers: [NoteSigner]) {
        precondition(!signers.isEmpty, "a log has at least one key")
        self.origin = origin
        self.signers = signers
    }

    public var verifierKeys: [VerifierKey] { signers.map(\.verifierKey) }

    /// The signed note (C2SP tlog-checkpoint) of `head`.
    public func sign(_ head: TreeHead) throws -> [UInt8] {
        try SignedNote(signing: try Checkpoint(origin: origin, head: head).formatted, with: signers).formatted
    }

    /// Checks that `published` carries a signature of ours over exactly its head. Heads are compared by text.
    public func verify(_ published: PublishedHead) throws {
        let note = try SignedNote(parsing: published.note)
        _ = try note.verify(with: verifierKeys)
        guard try note.text == Checkpoint(origin: origin, head: published.head).formatted else {
            throw StorageError.corrupt("the newest stored note of size \(published.size.value) speaks of another head")
        }
    }
}

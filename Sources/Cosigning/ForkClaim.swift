import LedgerEngine
import MerkleTree

/// A witness says that this log has another history than the one in these files, and why nothing may be signed on it.
///
/// That happens when a directory was restored from a backup that is older than what was cosigned, or when a copy of it
/// was served as well: each signs heads that the other does not continue.
public struct ForkClaim: Error, Hashable, Sendable {
    /// A head that our own key signed and that is not one of these files'. It convinces anybody.
    public struct Evidence: Hashable, Sendable {
        public let head: TreeHead
        /// The signed note, as the witness gave it.
        public let note: [UInt8]
    }

    public let witness: String
    /// What it answered: 409 for a size beyond ours, 422 for another root.
    public let status: Int
    /// The size that the witness has cosigned, by its own words.
    public let claimed: TreeSize
    /// The head that it was asked for.
    public let ours: PublishedHead
    public let evidence: Evidence?

    /// Whether the witness is ahead of these files, as after a restored backup.
    public var isAhead: Bool { (evidence?.head.size ?? claimed) > ours.size }
}

extension ForkClaim: CustomStringConvertible {
    /// What happened and what to do, for the operator.
    public var description: String {
        let what =
            isAhead
            ? "the witness '\(witness)' has cosigned \(evidence?.head.size ?? claimed) entries of this log, "
                + "these files have \(ours.size)"
            : "the witness '\(witness)' has cosigned another history of this log than these files have "
                + "(it was asked from size \(claimed) to \(ours.size) and answered \(status))"
        let proof =
            evidence.map { evidence in
                "It holds a head of size \(evidence.head.size) that this log's own key signed and that these files "
                    + "do not have. "
            } ?? ""
        return """
            \(what). \(proof)Nothing more is signed here. Either these files were restored from a backup that is older \
            than what was cosigned, or another copy of them is being served. Serve the newest copy and no other one. \
            If the entries after this backup are lost for good, begin a new log that cites this one: \
            countersign restore DIR --data NEW --new-log ORIGIN
            """
    }
}

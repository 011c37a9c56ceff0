import ApprovalEvents
import LedgerCrypto
import MerkleTree
import SignedNotes

/// The entries of one commit and the head that it signed: a receipt for each of them can be made from memory, on
/// whatever thread its submitter waits, while the next commit runs.
public struct CommittedBatch: Sendable {
    private let plan: BatchPlan
    private let disclosures: [[Disclosure]]
    private let note: SignedNote
    public let published: PublishedHead

    /// `disclosures` has a list for each entry of the plan.
    init(plan: BatchPlan, disclosures: [[Disclosure]], published: PublishedHead) throws(NoteError) {
        self.plan = plan
        self.disclosures = disclosures
        self.published = published
        note = try SignedNote(parsing: published.note)
    }

    /// The parts of a receipt for an entry of this commit, under the commit's own head.
    public func receipt(for index: LeafIndex) throws -> ReceiptParts {
        guard index >= plan.first, index.value < plan.after.size.value else {
            throw StorageError.outOfRange("entry \(index) is not of this commit")
        }
        let position = Int(index.value - plan.first.value)
        let steps = try InclusionProof.plan(index: index, size: published.size)
        let proof = InclusionProof(hashes: steps.assemble(try steps.nodes.map(plan.node)))
        return ReceiptParts(
            index: index, entry: plan.entry(position), disclosures: disclosures[position],
            proof: try TLogProof(index: index, proof: proof, note: note))
    }
}

extension BatchPlan {
    /// The bytes of the entry at `position` of the batch.
    fileprivate func entry(_ position: Int) -> [UInt8] {
        let end = position + 1 < starts.count ? starts[position + 1] : data.count
        return Array(data[starts[position] + 2..<end])
    }

    /// A node that the proof of one of the batch's entries names. Either the batch completed it, or it was on the
    /// frontier before: a left sibling on the way up from a new leaf ends where the old tree did or before, and its
    /// parent was not complete.
    fileprivate func node(_ address: NodeAddress) throws -> Digest {
        let level = Int(address.level)
        if level < nodes.count, address.index >= nodes[level].first {
            let start = Int(address.index - nodes[level].first) * Digest.byteCount
            if start < nodes[level].hashes.count,
                let digest = Digest(nodes[level].hashes[start..<start + Digest.byteCount])
            {
                return digest
            }
        }
        for (old, digest) in zip(Frontier.addresses(for: before.size), before.hashes) where old == address {
            return digest
        }
        throw StorageError.outOfRange("\(address) is neither of the commit nor of the frontier before it")
    }
}

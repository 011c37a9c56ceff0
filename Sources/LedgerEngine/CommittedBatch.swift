import ApprovalEvents
import LedgerCrypto
import MerkleTree
import SignedNotes

/// The entries of one commit and the head that it signed: a receipt for each of them can be made from memory, on
/// whatever thread its submitter waits, while the next commit runs.
public struct CommittedBatch: Sendable {
    private let plan: BatchPlan
    private let disclosures: [[Disclosure]]
    /// The proof of the first entry: its checkpoint is read once for all of them.
    private let first: TLogProof
    public let published: PublishedHead

    /// `disclosures` has a list for each entry of the plan.
    init(plan: BatchPlan, disclosures: [[Disclosure]], published: PublishedHead) throws {
        self.plan = plan
        self.disclosures = disclosures
        self.published = published
        first = try TLogProof(
            index: plan.first, proof: try plan.inclusionProof(of: plan.first),
            note: try SignedNote(parsing: published.note))
    }

    /// The parts of a receipt for an entry of this commit, under the commit's own head.
    public func receipt(for index: LeafIndex) throws -> ReceiptParts {
        guard index >= plan.first, index.value < plan.after.size.value else {
            throw StorageError.outOfRange("entry \(index) is not of this commit")
        }
        let position = Int(index.value - plan.first.value)
        return ReceiptParts(
            index: index, entry: plan.entry(position), disclosures: disclosures[position],
            proof: try first.moved(to: index, try plan.inclusionProof(of: index)))
    }
}

extension BatchPlan {
    /// The bytes of the entry at `position` of the batch.
    fileprivate func entry(_ position: Int) -> [UInt8] {
        let end = position + 1 < starts.count ? starts[position + 1] : data.count
        return Array(data[starts[position] + 2..<end])
    }

    /// The proof of one of the batch's entries under the batch's head, from memory.
    fileprivate func inclusionProof(of index: LeafIndex) throws -> InclusionProof {
        let steps = try InclusionProof.plan(index: index, size: head.size)
        return InclusionProof(hashes: steps.assemble(try steps.nodes.map(node)))
    }

    /// A node that the proof of one of the batch's entries names. Either the batch completed it, or it was on the
    /// frontier before: a left sibling on the way up from a new leaf ends where the old tree did or before, and its
    /// parent was not complete.
    private func node(_ address: NodeAddress) throws -> Digest {
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

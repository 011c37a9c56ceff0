import ApprovalEvents
import LedgerCrypto
import MerkleTree
import SignedNotes

/// The entries of one commit and the head that it signed: a receipt for each of them can be made from memory, on
/// whatever thread its submitter waits, while the next commit runs. A reference, shared by all of them.
public final class CommittedBatch: Sendable {
    private let plan: BatchPlan
    private let disclosures: [[Disclosure]]
    /// The proof of the first entry: its checkpoint is read once for all of them.
    private let first: TLogProof
    private let edges: [Digest?]
    public let published: PublishedHead

    /// `disclosures` has a list for each entry of the plan.
    init(plan: BatchPlan, disclosures: [[Disclosure]], published: PublishedHead) throws {
        self.plan = plan
        self.disclosures = disclosures
        self.published = published
        edges = plan.edges
        first = try TLogProof(
            index: plan.first, proof: try plan.inclusionProof(of: plan.first, edges: edges),
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
            proof: try first.moved(to: index, try plan.inclusionProof(of: index, edges: edges)))
    }
}

extension BatchPlan {
    /// The bytes of the entry at `position` of the batch.
    fileprivate func entry(_ position: Int) -> [UInt8] {
        let end = position + 1 < starts.count ? starts[position + 1] : data.count
        return Array(data[starts[position] + 2..<end])
    }

    /// The proof of one of the batch's entries under the batch's head, from memory: on each level, the sibling of the
    /// node over the entry (RFC 6962 §2.1.1).
    ///
    /// `edges` has, for each level, the hash of what lies under the last, ragged node there.
    fileprivate func inclusionProof(of index: LeafIndex, edges: [Digest?]) throws -> InclusionProof {
        var hashes: [Digest] = []
        hashes.reserveCapacity(edges.count)
        for level in edges.indices {
            let (node, last) = (index.value >> UInt64(level), (after.size.value - 1) >> UInt64(level))
            if last == 0 { break }
            let sibling = node ^ 1
            if sibling > last { continue }
            if sibling == last, let edge = edges[level] {
                hashes.append(edge)
            } else {
                hashes.append(try self.node(NodeAddress(level: UInt8(level), index: sibling)))
            }
        }
        return InclusionProof(hashes: hashes)
    }

    /// For each level up to the root, what the last node there hashes to where its subtree is not full: the smaller
    /// perfect subtrees of the right edge, folded. Nil where it is full.
    fileprivate var edges: [Digest?] {
        var edges: [Digest?] = []
        var rest = after.hashes
        var edge: Digest?
        for level in 0..<(64 - after.size.value.leadingZeroBitCount) {
            edges.append(edge)
            guard after.size.value >> UInt64(level) & 1 == 1, let subtree = rest.popLast() else { continue }
            edge = edge.map { TreeHash.node(subtree, $0) } ?? subtree
        }
        return edges
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
        // The frontier has a subtree for each set bit of the size, the largest first.
        let full = level < 64 ? before.size.value >> UInt64(level) : 0
        if full & 1 == 1, address.index == full - 1 { return before.hashes[(full >> 1).nonzeroBitCount] }
        throw StorageError.outOfRange("\(address) is neither of the commit nor of the frontier before it")
    }
}

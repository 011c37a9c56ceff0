import ApprovalEvents
import LedgerCrypto
import MerkleTree
import SignedNotes

/// The entries of one commit and the head that covers it: a receipt for each of them can be made from memory, on
/// whatever thread its submitter waits, while the next commit runs. A reference, shared by all of them.
public final class CommittedBatch: Sendable {
    /// This commit, and those after it that the same head covers: the head ends where the last one does.
    private let plans: ArraySlice<BatchPlan>
    private let plan: BatchPlan
    private let disclosures: [[Disclosure]]
    /// The proof of the first entry: its checkpoint is read once for all of them.
    private let first: TLogProof
    private let edges: [Digest?]
    public let published: PublishedHead

    /// `plans` follow one another, the first is the commit's own; `disclosures` has a list for each of its entries.
    init(plans: ArraySlice<BatchPlan>, disclosures: [[Disclosure]], published: PublishedHead) throws {
        guard let plan = plans.first, let last = plans.last, last.head == published.head else {
            throw StorageError.outOfRange("the head of size \(published.size) does not end with these commits")
        }
        self.plans = plans
        self.plan = plan
        self.disclosures = disclosures
        self.published = published
        edges = last.after.edges
        first = try TLogProof(
            index: plan.first, proof: try plans.inclusionProof(of: plan.first, edges: edges),
            note: try SignedNote(parsing: published.note))
    }

    /// The parts of a receipt for an entry of this commit, under the head that covers it.
    public func receipt(for index: LeafIndex) throws -> ReceiptParts {
        guard index >= plan.first, index.value < plan.after.size.value else {
            throw StorageError.outOfRange("entry \(index) is not of this commit")
        }
        let position = Int(index.value - plan.first.value)
        return ReceiptParts(
            index: index, entry: plan.entries.entry(position), disclosures: disclosures[position],
            proof: try first.moved(to: index, try plans.inclusionProof(of: index, edges: edges)))
    }
}

extension BatchPlan {
    /// A node that the batch completed, if it did.
    fileprivate func node(_ address: NodeAddress) -> Digest? {
        let level = Int(address.level)
        guard level < nodes.count, address.index >= nodes[level].first else { return nil }
        let start = Int(address.index - nodes[level].first) * Digest.byteCount
        guard start < nodes[level].hashes.count else { return nil }
        return Digest(nodes[level].hashes[start..<start + Digest.byteCount])
    }
}

/// Commits that follow one another, under the head after the last of them.
extension ArraySlice<BatchPlan> {
    /// The proof of an entry of the first commit under the last one's head, from memory: on each level, the sibling of
    /// the node over the entry (RFC 6962 §2.1.1).
    ///
    /// `edges` has, for each level, the hash of what lies under the last, ragged node there.
    fileprivate func inclusionProof(of index: LeafIndex, edges: [Digest?]) throws -> InclusionProof {
        guard let size = last?.after.size.value else { throw StorageError.outOfRange("no commit, no proof") }
        var hashes: [Digest] = []
        hashes.reserveCapacity(edges.count)
        for level in edges.indices {
            let (node, last) = (index.value >> UInt64(level), (size - 1) >> UInt64(level))
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

    /// A node that the proof of one of the first commit's entries names. Either one of the commits completed it, or it
    /// was on the frontier before: a left sibling on the way up from a new leaf ends where the old tree did or before,
    /// and its parent was not complete.
    private func node(_ address: NodeAddress) throws -> Digest {
        // By position: a plan that is taken out to be looked at costs more than the look.
        for at in indices {
            if let digest = self[at].node(address) { return digest }
        }
        // The frontier has a subtree for each set bit of the size, the largest first.
        if let before = first?.before {
            let full = address.level < 64 ? before.size.value >> UInt64(address.level) : 0
            if full & 1 == 1, address.index == full - 1 { return before.hashes[(full >> 1).nonzeroBitCount] }
        }
        throw StorageError.outOfRange("\(address) is neither of the commits nor of the frontier before them")
    }
}

extension Frontier {
    /// For each level up to the root, what the last node there hashes to where its subtree is not full: the smaller
    /// perfect subtrees of the right edge, folded. Nil where it is full.
    fileprivate var edges: [Digest?] {
        var edges: [Digest?] = []
        var rest = hashes
        var edge: Digest?
        for level in 0..<(64 - size.value.leadingZeroBitCount) {
            edges.append(edge)
            guard size.value >> UInt64(level) & 1 == 1, let subtree = rest.popLast() else { continue }
            edge = edge.map { TreeHash.node(subtree, $0) } ?? subtree
        }
        return edges
    }
}

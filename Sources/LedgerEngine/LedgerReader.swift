import ApprovalEvents
import LedgerCrypto
import MerkleTree
import SignedNotes
import Synchronization

/// Everything that may be read of the ledger, bounded by the published head.
///
/// A value; safe from any thread; blocks on the disk. Each proof is planned, read once and assembled.
public struct LedgerReader: Sendable {
    private let log: any LogReading
    private let disclosures: (any DisclosureStore)?
    /// The head at the making of this reader, so that `published` is never nil.
    private let first: PublishedHead
    private let checkpoint = ReadCheckpoint()

    /// Throws where nothing is published yet. Without a disclosure store, entries show what they seal and no more.
    public init(_ log: any LogReading, disclosures: (any DisclosureStore)? = nil) throws {
        guard let first = log.published else {
            throw StorageError.outOfRange("nothing is published: the log has no entry 0 yet")
        }
        self.log = log
        self.disclosures = disclosures
        self.first = first
    }

    /// The newest head that was signed, with its note.
    public var published: PublishedHead { log.published ?? first }

    /// The head of any size up to the published one, from the tree itself.
    public func head(at size: TreeSize) throws -> TreeHead {
        try check(size)
        guard let frontier = Frontier(size: size, hashes: try log.nodes(Frontier.addresses(for: size))) else {
            throw StorageError.corrupt("the tree nodes for size \(size.value) are not there")
        }
        return frontier.head
    }

    /// The newest stored note of exactly this size, or nil: not every size was published.
    public func note(for size: TreeSize) throws -> [UInt8]? {
        try log.note(for: size)
    }

    // MARK: Entries

    public func entryBytes(at index: LeafIndex) throws -> [UInt8] {
        try check(index)
        let bundle = try log.bundle(index.value..<index.value + 1)
        return Array(bundle.dropFirst(2))
    }

    public func entry(at index: LeafIndex) throws -> LedgerEntry {
        try LedgerEntry(parsing: try entryBytes(at: index))
    }

    /// Calls `body` with each entry of the range in order. Holds one bundle of 256 entries at a time.
    public func forEachEntry(in range: Range<UInt64>, _ body: (LeafIndex, [UInt8]) throws -> Void) throws {
        try check(TreeSize(range.upperBound))
        var start = range.lowerBound
        while start < range.upperBound {
            let end = min(range.upperBound, (start / 256 + 1) * 256)
            let data = try log.bundle(start..<end)
            guard let starts = PackedEntries.starts(in: data), starts.count == Int(end - start) else {
                throw StorageError.corrupt("entries \(start)..<\(end) do not read back as \(end - start) entries")
            }
            for (offset, position) in starts.enumerated() {
                let stop = offset + 1 < starts.count ? starts[offset + 1] : data.count
                try body(LeafIndex(start + UInt64(offset)), Array(data[position + 2..<stop]))
            }
            start = end
        }
    }

    // MARK: Proofs

    public func inclusionProof(index: LeafIndex, size: TreeSize) throws -> InclusionProof {
        try check(size)
        return InclusionProof(hashes: try read(try InclusionProof.plan(index: index, size: size)))
    }

    public func consistencyProof(first: TreeSize, second: TreeSize) throws -> ConsistencyProof {
        try check(second)
        return ConsistencyProof(hashes: try read(try ConsistencyProof.plan(first: first, second: second)))
    }

    public func rangeProof(from: LeafIndex, to: LeafIndex, size: TreeSize) throws -> RangeProof {
        try check(size)
        let plan = try RangeProof.plan(from: from, to: to, size: size)
        return RangeProof(left: try log.nodes(plan.left), right: try log.nodes(plan.right))
    }

    /// The parts of a receipt for `index` under the published head: what anybody can check for ever.
    public func receipt(for index: LeafIndex) throws -> ReceiptParts {
        try receipt(for: index, under: published)
    }

    /// The same under a head that the caller has chosen (the one his batch was committed under, for instance).
    public func receipt(for index: LeafIndex, under head: PublishedHead) throws -> ReceiptParts {
        let bytes = try entryBytes(at: index)
        let proof = try inclusionProof(index: index, size: head.size)
        return ReceiptParts(
            index: index, entry: bytes, disclosures: try disclosures(ofEntry: bytes),
            proof: try checkpoint.proof(of: index, proof, under: head))
    }

    /// What the entry concealed and the store still has. Empty without a disclosure store.
    public func disclosures(of entry: LedgerEntry) throws -> [Disclosure] {
        guard let disclosures else { return [] }
        let digests = entry.concealedDigests
        return digests.isEmpty ? [] : try disclosures.disclosures(for: digests)
    }

    /// The same for an entry's bytes. Most entries conceal nothing, and then need not be parsed.
    private func disclosures(ofEntry bytes: [UInt8]) throws -> [Disclosure] {
        guard disclosures != nil, LedgerEntry.mayConceal(bytes) else { return [] }
        return try disclosures(of: LedgerEntry(parsing: bytes))
    }

    private func read(_ plan: ProofPlan) throws -> [Digest] {
        plan.assemble(try log.nodes(plan.nodes))
    }

    // MARK: Tiles (C2SP tlog-tiles)

    /// The bytes of a hash tile of any width that the published tree has, or nil where it has none.
    public func tile(_ address: TileAddress) throws -> [UInt8]? {
        let level = Int(address.level) * 8
        guard level < 64, (1...256).contains(address.width) else { return nil }
        let nodes = published.size.value >> UInt64(level)
        guard address.index < nodes / 256 + 1, address.index * 256 + UInt64(address.width) <= nodes else { return nil }
        return try log.hashes(level: UInt8(level), from: address.index * 256, count: address.width)
    }

    /// The bytes of an entry bundle: entries `[index · 256, index · 256 + width)`, or nil where they are not there.
    public func bundle(_ index: UInt64, width: Int) throws -> [UInt8]? {
        let size = published.size.value
        guard (1...256).contains(width), index < size / 256 + 1, index * 256 + UInt64(width) <= size else { return nil }
        return try log.bundle(index * 256..<index * 256 + UInt64(width))
    }

    // MARK: Bounds

    private func check(_ size: TreeSize) throws {
        guard size <= published.size else {
            throw StorageError.outOfRange("size \(size.value) is not published; the log has \(published.size.value)")
        }
    }

    private func check(_ index: LeafIndex) throws {
        guard index.value < published.size.value else {
            throw StorageError.outOfRange("entry \(index.value) is not published; the log has \(published.size.value)")
        }
    }
}

/// The checkpoint that receipts were last made under: it is read once for all of them.
private final class ReadCheckpoint: Sendable {
    private let newest = Mutex<(note: [UInt8], proof: TLogProof)?>(nil)

    func proof(of index: LeafIndex, _ proof: InclusionProof, under head: PublishedHead) throws -> TLogProof {
        if let known = newest.withLock({ $0 }), known.note == head.note {
            return try known.proof.moved(to: index, proof)
        }
        let made = try TLogProof(index: index, proof: proof, note: try SignedNote(parsing: head.note))
        newest.withLock { $0 = (head.note, made) }
        return made
    }
}

/// What a receipt is made of; its coding belongs to the verifier (`Verification`).
public struct ReceiptParts: Sendable {
    public let index: LeafIndex
    /// The exact bytes that the leaf hashes.
    public let entry: [UInt8]
    public let disclosures: [Disclosure]
    public let proof: TLogProof
}

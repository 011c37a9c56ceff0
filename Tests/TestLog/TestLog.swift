import ApprovalEvents
import LedgerCrypto
import MerkleTree
import SignedNotes
import Verification

/// A whole log in memory, made slowly and plainly: what tests take receipts, extracts and trees from. The keys are
/// fixed, so the same calls give the same bytes.
public struct TestLog {
    public let origin: Text
    public let signer: NoteSigner
    public private(set) var entries: [LedgerEntry] = []
    public private(set) var leaves: [Digest] = []
    private var next: Int64

    /// - Parameters:
    ///   - key: names one of any number of fixed keys.
    ///   - begins: the time of entry 0, in milliseconds.
    public init(origin: Text = "example.com/ledger", key: String = "log", begins: Int64 = TestLog.start) throws {
        self.origin = origin
        signer = try NoteSigner(name: origin.bytes, key: Self.key(key))
        next = begins
        let key = Text(String(decoding: signer.verifierKey.formatted, as: UTF8.self))
        let created = LedgerCreated(
            origin: origin, format: 1, keys: [key], createdBy: Principal(kind: .system, id: Self.pid("os:test")))
        try append(.ledger(.ledgerCreated(created), id: "created", time: Timestamp(milliseconds: begins)))
    }

    /// 2026-09-29T00:00:00Z
    public static let start: Int64 = 1_790_640_000_000
    public static let hour: Int64 = 3_600_000
    public static let day: Int64 = 24 * hour

    /// Seals an event one second after the last one, or at a given time.
    public mutating func append(_ event: ApprovalEvent, at time: Int64? = nil, caller: Text = "gateway") throws {
        if let time { next = time }
        let salt = Array(Digest.sha256(Array("salt \(entries.count)".utf8)).bytes.prefix(16))
        add(try LedgerEntry.seal(event, time: Timestamp(milliseconds: next), caller: caller, salt: salt))
        next += 1000
    }

    /// Seals the mark of a boundary at that time, or late.
    public mutating func mark(_ boundary: Int64, writtenAt time: Int64? = nil) throws {
        let at = Timestamp(milliseconds: boundary)
        try append(
            .ledger(
                .ledgerMarked(LedgerMarked(at: at, cause: .midnight)), id: Text("mark-\(boundary)-\(entries.count)"),
                time: at),
            at: time ?? boundary, caller: "ledger")
    }

    /// Adds an entry as it is: for logs that do what a ledger never does.
    public mutating func add(_ entry: LedgerEntry) {
        entries.append(entry)
        leaves.append(TreeHash.leaf(entry.bytes))
    }

    public var size: TreeSize { TreeSize(UInt64(entries.count)) }

    public static func key(_ name: String) throws -> PrivateKey {
        // PKCS#8 around a 32-byte Ed25519 seed (RFC 8410).
        let prefix: [UInt8] = [
            0x30, 0x2E, 0x02, 0x01, 0, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
        ]
        let seed = Digest.sha256(Array("countersign test key: \(name)".utf8)).bytes
        let text = "-----BEGIN PRIVATE KEY-----\n\(Base64.string(prefix + seed))\n-----END PRIVATE KEY-----\n"
        return try PrivateKey(pem: Array(text.utf8))
    }

    public static func pid(_ text: Text) -> PrincipalID {
        guard let id = PrincipalID(text) else { preconditionFailure("\(text) is no principal id") }
        return id
    }
}

// MARK: - Heads and proofs

extension TestLog {
    public func head(_ size: Int? = nil) -> TreeHead {
        let count = size ?? entries.count
        return TreeHead(size: TreeSize(UInt64(count)), root: root(0, count))
    }

    public func note(_ size: Int? = nil) throws -> [UInt8] {
        let checkpoint = try Checkpoint(origin: origin.bytes, head: head(size))
        return try SignedNote(signing: checkpoint.formatted, with: [signer]).formatted
    }

    /// A trust file with this log's key and no witness.
    public var trust: TLogPolicy {
        get throws { try TLogPolicy(parsing: trustFile) }
    }

    public var trustFile: [UInt8] {
        Array("log ".utf8) + signer.verifierKey.formatted + Array("\nquorum none\n".utf8)
    }

    /// MTH(D[a:b]) of RFC 6962 §2.1, word for word.
    public func root(_ start: Int, _ end: Int) -> Digest {
        if start == end { return TreeHash.emptyRoot }
        if end - start == 1 { return leaves[start] }
        let split = start + Self.split(end - start)
        return TreeHash.node(root(start, split), root(split, end))
    }

    /// The largest power of two below `count`.
    private static func split(_ count: Int) -> Int {
        var power = 1
        while power * 2 < count { power *= 2 }
        return power
    }

    public func inclusion(_ index: Int, _ size: Int? = nil) -> InclusionProof {
        InclusionProof(hashes: path(index, 0, size ?? entries.count))
    }

    private func path(_ index: Int, _ start: Int, _ end: Int) -> [Digest] {
        guard end - start > 1 else { return [] }
        let split = start + Self.split(end - start)
        return index < split
            ? path(index, start, split) + [root(split, end)] : path(index, split, end) + [root(start, split)]
    }

    public func consistency(_ first: Int, _ second: Int) -> ConsistencyProof {
        ConsistencyProof(hashes: subproof(first, 0, second, isWhole: true))
    }

    private func subproof(_ size: Int, _ start: Int, _ end: Int, isWhole: Bool) -> [Digest] {
        if size == end - start { return isWhole ? [] : [root(start, end)] }
        let split = Self.split(end - start)
        return size <= split
            ? subproof(size, start, start + split, isWhole: isWhole) + [root(start + split, end)]
            : subproof(size - split, start + split, end, isWhole: false) + [root(start, start + split)]
    }

    public func range(_ start: Int, _ end: Int, _ size: Int? = nil) -> RangeProof {
        RangeProof(left: decomposition(0, start), right: decomposition(end, size ?? entries.count))
    }

    private func decomposition(_ start: Int, _ end: Int) -> [Digest] {
        var (hashes, position): ([Digest], Int) = ([], start)
        while position < end {
            var width = 1
            while position % (width * 2) == 0, position + width * 2 <= end { width *= 2 }
            hashes.append(root(position, position + width))
            position += width
        }
        return hashes
    }
}

// MARK: - What auditors get

extension TestLog {
    public func receipt(_ index: Int, _ size: Int? = nil, disclosures: [Text] = []) throws -> Receipt {
        let proof = try TLogProof(
            index: LeafIndex(UInt64(index)), proof: inclusion(index, size), note: SignedNote(parsing: note(size)))
        return Receipt(entry: entries[index].bytes, disclosures: disclosures, proof: proof)
    }

    public func plan(from: Int64?, to: Int64?, wholeLead: Bool = true) throws -> ExtractPlan {
        try ExtractPlan.find(
            from: from.map { Timestamp(milliseconds: $0) }, to: to.map { Timestamp(milliseconds: $0) },
            wholeLead: wholeLead, size: size
        ) { entries[Int($0.value)] }
    }

    public func extract(
        from: Int64?, to: Int64?, wholeLead: Bool = true, opening: [Int] = []
    ) throws -> [UInt8] {
        let plan = try plan(from: from, to: to, wholeLead: wholeLead)
        let carried = Int(plan.carried.lowerBound)..<Int(plan.carried.upperBound)
        let note = Text(String(decoding: try note(), as: UTF8.self))
        let header = plan.header(
            origin: origin, note: note, proof: range(carried.lowerBound, carried.upperBound),
            opening: UInt64(opening.count))
        let earlier = opening.map { index in
            OpeningEntry(index: LeafIndex(UInt64(index)), entry: entries[index].bytes, proof: inclusion(index))
                .formatted
        }
        let lines = [header.formatted] + earlier + carried.map { entries[$0].bytes }
        return lines.flatMap { $0 + [0x0A] }
    }

    /// The C2SP tlog-tiles tree: paths and bytes.
    public func tiles() throws -> [String: [UInt8]] {
        var files = ["checkpoint": try note()]
        for tile in TileAddress.all(for: size) {
            let width = 1 << tile.nodeLevel
            files[TilePath.format(tile)] = (0..<tile.width).flatMap { place in
                let start = (Int(tile.index) * 256 + place) * width
                return root(start, start + width).bytes
            }
            guard tile.level == 0 else { continue }
            let first = Int(tile.index) * 256
            files[TilePath.format(entries: tile.index, width: tile.width)] = entries[first..<first + tile.width].flatMap
            {
                [UInt8($0.bytes.count >> 8), UInt8($0.bytes.count & 255)] + $0.bytes
            }
        }
        return files
    }
}

extension TestLog {
    /// An extract, verified: what a report is made from.
    public func evidence(from: Int64? = nil, to: Int64? = nil, wholeLead: Bool = true) throws -> VerifiedEvidence? {
        var verifier = ExtractVerifier(trust: try trust)
        var splitter = LineSplitter()
        try splitter.read(try extract(from: from, to: to, wholeLead: wholeLead)) { verifier.read(line: $0) }
        return verifier.finish().evidence
    }
}

import LedgerCrypto
import MerkleTree

/// Where things stand in a segment file (schemas/store.md).
struct SegmentGeometry: Hashable, Sendable {
    static let headerLength: UInt64 = 4_096
    static let slotLength: UInt64 = 64

    /// Entries that a segment holds, and slots that it reserves: one commit has at least one entry, so it can
    /// never run out of slots before it runs out of entries. Unused slots are holes and cost no blocks.
    let entries: UInt64

    var dataOffset: UInt64 { Self.headerLength + entries * Self.slotLength }
    func slotOffset(_ slot: Int) -> UInt64 { Self.headerLength + UInt64(slot) * Self.slotLength }
    /// The first entry of the segment that holds `index`.
    func segment(of index: UInt64) -> UInt64 { index / entries * entries }
}

/// The first 4 KiB of a segment: which log, which entries.
struct SegmentHeader: Hashable, Sendable {
    private static let magic = Array("countersign-seg\n".utf8)
    private static let checked = Int(SegmentGeometry.headerLength) - 32

    let geometry: SegmentGeometry
    let first: UInt64
    /// SHA-256 of the log's origin: a segment of another log is not taken for one of this.
    let origin: Digest
    /// The root of the tree before the segment's first entry.
    let root: Digest

    var encoded: [UInt8] {
        var bytes = Self.magic
        bytes.append(bigEndian: UInt32(1))
        bytes.append(bigEndian: UInt32(geometry.entries))
        bytes.append(bigEndian: first)
        origin.append(to: &bytes)
        root.append(to: &bytes)
        bytes.pad(to: Self.checked)
        Digest.sha256(bytes).append(to: &bytes)
        return bytes
    }

    init(geometry: SegmentGeometry, first: UInt64, origin: Digest, root: Digest) {
        self.geometry = geometry
        self.first = first
        self.origin = origin
        self.root = root
    }

    /// Reads what `encoded` writes and nothing else.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == Int(SegmentGeometry.headerLength), bytes.starts(with: Self.magic),
            let origin = Digest(bytes[32..<64]), let root = Digest(bytes[64..<96])
        else { return nil }
        let entries: UInt32 = bytes.bigEndian(at: 20)
        guard entries > 0 else { return nil }
        self.init(
            geometry: SegmentGeometry(entries: UInt64(entries)), first: bytes.bigEndian(at: 24), origin: origin,
            root: root)
        guard encoded == bytes else { return nil }
    }
}

/// One commit in one segment: 64 bytes that make the data before `end` part of the log.
struct CommitSlot: Hashable, Sendable {
    private static let magic = Array("CSL1".utf8)

    let count: UInt32
    let length: UInt64
    /// Where the commit's data ends in the file.
    let end: UInt64
    /// The root of the tree after the commit's last entry.
    let root: Digest

    /// The checksum binds the slot to its place: a slot that was written elsewhere is not valid here.
    func encoded(segment: UInt64, slot: Int) -> [UInt8] {
        var bytes = Self.magic
        bytes.append(bigEndian: count)
        bytes.append(bigEndian: length)
        bytes.append(bigEndian: end)
        root.append(to: &bytes)
        var bound: [UInt8] = []
        bound.append(bigEndian: segment)
        bound.append(bigEndian: UInt32(slot))
        bytes.append(contentsOf: Digest.sha256(bound + bytes).bytes.prefix(8))
        return bytes
    }

    init(count: UInt32, length: UInt64, end: UInt64, root: Digest) {
        self.count = count
        self.length = length
        self.end = end
        self.root = root
    }

    init?(_ bytes: [UInt8], segment: UInt64, slot: Int) {
        guard bytes.count == Int(SegmentGeometry.slotLength), let root = Digest(bytes[24..<56]) else { return nil }
        self.init(
            count: bytes.bigEndian(at: 4), length: bytes.bigEndian(at: 8), end: bytes.bigEndian(at: 16), root: root)
        guard count > 0, length <= end, encoded(segment: segment, slot: slot) == bytes else { return nil }
    }
}

import LedgerCrypto
import MerkleTree

/// One signed head as it stands in `heads`: 64 bytes of framing, the note, zeros up to the next multiple of 64.
struct HeadRecord: Hashable, Sendable {
    static let unit = 64
    private static let magic = Array("CSHEAD1\n".utf8)
    /// A note is a few hundred bytes; with many cosignatures, a few thousand.
    static let longestNote = 1 << 20

    let parts: Parts

    /// Size, root and note, as the framing has them.
    struct Parts: Hashable, Sendable {
        let size: UInt64
        let root: Digest
        let note: [UInt8]
    }

    init(size: UInt64, root: Digest, note: [UInt8]) {
        parts = Parts(size: size, root: root, note: note)
    }

    var encoded: [UInt8] {
        var bytes = Self.magic
        bytes.append(bigEndian: parts.size)
        bytes.append(bigEndian: UInt32(parts.note.count))
        bytes.append(bigEndian: UInt32(0))
        parts.root.append(to: &bytes)
        bytes.append(contentsOf: Digest.sha256(bytes + parts.note).bytes.prefix(8))
        bytes.append(contentsOf: parts.note)
        bytes.pad(to: Self.padded(bytes.count))
        return bytes
    }

    static func padded(_ length: Int) -> Int { (length + unit - 1) / unit * unit }

    /// How long the record is whose first 64 bytes these are; nil where no record begins here.
    static func length(of framing: [UInt8]) -> Int? {
        guard framing.count >= unit, framing.starts(with: magic) else { return nil }
        let note: UInt32 = framing.bigEndian(at: 16)
        return note <= longestNote ? padded(unit + Int(note)) : nil
    }

    /// Reads what `encoded` writes and nothing else.
    init?(_ bytes: [UInt8]) {
        guard Self.length(of: bytes) == bytes.count, let root = Digest(bytes[24..<56]) else { return nil }
        let note: UInt32 = bytes.bigEndian(at: 16)
        self.init(
            size: bytes.bigEndian(at: 8), root: root, note: Array(bytes[Self.unit..<Self.unit + Int(note)]))
        guard encoded == bytes else { return nil }
    }
}

/// Reading `heads`: in order, from the end, and by size. Records ascend by size.
struct HeadScan {
    let file: OpenFile
    /// Where to stop: the file's length, in whole units.
    let end: UInt64

    init(_ file: OpenFile, end: UInt64? = nil) throws {
        self.file = file
        let length = try end ?? file.length()
        self.end = length / UInt64(HeadRecord.unit) * UInt64(HeadRecord.unit)
    }

    /// The record at `offset`, with where the next begins; nil where none is whole there.
    func record(at offset: UInt64) throws -> (record: HeadRecord, next: UInt64)? {
        guard offset + UInt64(HeadRecord.unit) <= end else { return nil }
        let framing = try file.read(HeadRecord.unit, at: offset)
        guard let length = HeadRecord.length(of: framing), offset + UInt64(length) <= end,
            let record = HeadRecord(try file.read(length, at: offset))
        else { return nil }
        return (record, offset + UInt64(length))
    }

    /// The first whole record at or after `offset`: after a torn one, records begin again at a multiple of 64.
    func first(from offset: UInt64) throws -> (offset: UInt64, record: HeadRecord, next: UInt64)? {
        var offset = offset
        while offset < end {
            if let found = try record(at: offset) { return (offset, found.record, found.next) }
            offset += UInt64(HeadRecord.unit)
        }
        return nil
    }

    /// The newest whole record. Steps back from the end by units; torn bytes at the end are passed over.
    func newest() throws -> HeadRecord? { try newestPlace()?.record }

    /// The same with where what comes after it would begin.
    func newestPlace() throws -> (record: HeadRecord, next: UInt64)? {
        var offset = end
        while offset > 0 {
            offset -= UInt64(HeadRecord.unit)
            if let found = try record(at: offset) { return found }
        }
        return nil
    }

    /// The newest record of exactly `size`, by bisection over the ascending sizes.
    func record(of size: UInt64) throws -> HeadRecord? {
        var low: UInt64 = 0
        var high = end
        // Invariant: every record that begins before `low` is of a smaller or equal size; at `high` or after, larger.
        var best: HeadRecord?
        while low < high {
            let unit = UInt64(HeadRecord.unit)
            let middle = low + (high - low) / 2 / unit * unit
            guard let found = try first(from: middle), found.offset < high else {
                high = middle
                continue
            }
            if found.record.parts.size <= size {
                if found.record.parts.size == size { best = found.record }
                low = found.next
            } else {
                high = middle
            }
        }
        return best
    }
}

import LedgerCrypto
import LedgerEngine
import MerkleTree

/// The commits of one segment, in order, as they stand in the file: for recovery and for `check`.
struct SegmentWalk {
    let first: UInt64
    let file: OpenFile
    let geometry: SegmentGeometry
    /// Nil where the header is damaged.
    let header: SegmentHeader?
    private let slots: [UInt8]

    /// What stands in a slot.
    enum Slot: Hashable {
        case empty
        case commit(CommitSlot)
        case damaged
    }

    init(_ first: UInt64, use: FileUse, in base: StoreBase) throws {
        self.first = first
        geometry = base.geometry
        file = try OpenFile(base.layout.segment(first), for: use, in: base.system)
        let header = SegmentHeader(try file.readUpTo(Int(SegmentGeometry.headerLength), at: 0))
        self.header = header.flatMap {
            $0.first == first && $0.geometry == base.geometry && $0.origin == base.origin ? $0 : nil
        }
        var slots = try file.readUpTo(
            Int(geometry.entries * SegmentGeometry.slotLength), at: SegmentGeometry.headerLength)
        slots.pad(to: Int(geometry.entries * SegmentGeometry.slotLength))
        self.slots = slots
    }

    var slotCount: Int { Int(geometry.entries) }

    func bytes(ofSlot slot: Int) -> [UInt8] { Array(slots[slot * 64..<(slot + 1) * 64]) }

    func slot(_ slot: Int) -> Slot {
        guard slot < slotCount else { return .empty }
        let bytes = bytes(ofSlot: slot)
        if bytes.isZero { return .empty }
        return CommitSlot(bytes, segment: first, slot: slot).map(Slot.commit) ?? .damaged
    }

    /// The first slot at or after `slot` that is in use in any way.
    func firstUsed(from slot: Int) -> Int? {
        guard slot < slotCount, let position = slots[(slot * 64)...].firstIndex(where: { $0 != 0 }) else { return nil }
        return position / 64
    }

    /// The plan of a commit as the file has it: data of the slot's length that begins at `position`. Nil where the
    /// data does not read as `count` entries.
    func plan(_ slot: CommitSlot, at position: UInt64, before: Frontier) throws -> BatchPlan? {
        guard slot.end == position + slot.length else { return nil }
        let data = try file.readUpTo(Int(slot.length), at: position)
        guard data.count == Int(slot.length), let entries = PackedEntries(data: data), entries.count == Int(slot.count)
        else { return nil }
        return BatchPlan(appending: entries, to: before)
    }

    /// How many bytes from `position` on are not the zeros that an unused tail has: up to the last other one.
    func usedTail(from position: UInt64) throws -> UInt64 {
        var used: UInt64 = 0
        var offset = position
        while true {
            let piece = try file.readUpTo(1 << 20, at: offset)
            if let last = piece.lastIndex(where: { $0 != 0 }) { used = offset + UInt64(last) + 1 - position }
            if piece.count < 1 << 20 { return used }
            offset += UInt64(piece.count)
        }
    }
}

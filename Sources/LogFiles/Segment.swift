import LedgerCrypto
import LedgerEngine
import MerkleTree

/// The segment that is written to: where its next slot and its next byte go.
struct Segment {
    let first: UInt64
    let file: OpenFile
    let geometry: SegmentGeometry
    /// The slot that the next commit takes.
    var slot: Int
    /// Where the next commit's data goes.
    var end: UInt64
    /// How far the file has its room on the disk.
    var reserved: UInt64

    /// Makes the file of a segment that begins after a tree of root `root`: written, flushed, and its name too,
    /// before anything is put into it.
    static func make(_ first: UInt64, after root: Digest, in base: StoreBase) throws -> Segment {
        let geometry = base.geometry
        let file = try OpenFile(base.layout.segment(first), for: .creating, in: base.system)
        // What an earlier attempt may have left here never became part of the log.
        try file.truncate(to: 0)
        let header = SegmentHeader(geometry: geometry, first: first, origin: base.origin, root: root)
        try file.write(header.encoded, at: 0)
        try file.truncate(to: geometry.dataOffset)
        try file.flush()
        try base.system.flushDirectory(base.layout.entries)
        return Segment(
            first: first, file: file, geometry: geometry, slot: 0, end: geometry.dataOffset,
            reserved: geometry.dataOffset)
    }

    /// Makes sure that `length` more bytes have their place on the disk: a full disk shows here, before anything
    /// of a commit is written.
    mutating func reserve(_ length: Int, step: UInt64) throws {
        let needed = end + UInt64(length)
        guard needed > reserved else { return }
        let target = max(needed, reserved + step)
        try file.preallocate(reserved..<target)
        reserved = target
    }

    /// Writes the data and leaves it without a slot: it does not count yet.
    func write(data: [UInt8]) throws {
        try file.write(data, at: end)
    }

    /// Writes the slot that makes the data count, once both are flushed.
    mutating func writeSlot(_ plan: BatchPlan) throws {
        end += UInt64(plan.data.count)
        let slot = CommitSlot(
            count: UInt32(plan.count), length: UInt64(plan.data.count), end: end, root: plan.head.root)
        try file.write(slot.encoded(segment: first, slot: self.slot), at: geometry.slotOffset(self.slot))
        self.slot += 1
    }

    /// Cuts off what stands after the last commit, so that nothing but zeros is there.
    mutating func cutTail() throws {
        try file.truncate(to: end)
        reserved = end
    }

    /// How much is read back at once: what is hashed is still at hand.
    private static let readBackBytes = 256 << 10

    /// Reads back what `writeSlot` has completed, hashes it again and compares.
    func readBack(_ plan: BatchPlan) throws {
        let slot = CommitSlot(
            try file.read(64, at: geometry.slotOffset(self.slot - 1)), segment: first, slot: self.slot - 1)
        let begin = end - UInt64(plan.data.count)
        var frontier = plan.before
        var next = 0
        while next < plan.count {
            let run = plan.entries.run(from: next, bytes: Self.readBackBytes)
            let start = plan.entries.place(of: next).lowerBound
            let length = plan.entries.place(of: run.upperBound - 1).upperBound - start
            guard let entries = PackedEntries(data: try file.read(length, at: begin + UInt64(start))),
                entries.count == run.count
            else { break }
            for leaf in entries.leaves { frontier.append(leaf) }
            next = run.upperBound
        }
        guard frontier.head == plan.head, slot?.root == plan.head.root else {
            throw StorageError.broken("\(file.path): entries from \(plan.first) read back differ from what was written")
        }
    }
}

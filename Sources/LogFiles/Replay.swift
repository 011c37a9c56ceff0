import LedgerCrypto
import LedgerEngine
import MerkleTree

/// Walks the commits from a known size on, hashes and compares each, and writes it again in place.
struct Replay {
    private let base: StoreBase
    private let start: UInt64
    private(set) var frontier: Frontier
    private(set) var derived: DerivedFiles
    private(set) var rehashed: UInt64 = 0
    /// The segment in which the log ends; nil before the first entry.
    private var last: SegmentWalk?
    private var slot = 0
    private var end: UInt64
    private var touched: [OpenFile] = []
    private let firsts: [UInt64]

    init(base: StoreBase, from start: UInt64, frontier: Frontier) throws {
        self.base = base
        self.start = start
        self.frontier = frontier
        derived = try DerivedFiles(in: base)
        end = base.geometry.dataOffset
        firsts = try base.segments()
    }

    /// Returns false where the start does not fit the commits: it is no end of one, or has another root.
    mutating func run() throws -> Bool {
        var first = start == 0 ? 0 : base.geometry.segment(of: start - 1)
        while firsts.contains(first) {
            let walk = try SegmentWalk(first, use: .writing, in: base)
            guard let header = walk.header, start > first || header.root == frontier.root else {
                try refuseUsed(walk, why: "its header is damaged, or of another log")
                break
            }
            guard try replay(walk) else { return false }
            first += base.geometry.entries
            guard frontier.size.value == first else { break }
        }
        guard start == 0 || last != nil else { return false }
        try refuseMissing()
        try refuseLater()
        return true
    }

    /// One segment. Stops at the first slot that is not a whole commit.
    private mutating func replay(_ walk: SegmentWalk) throws -> Bool {
        last = walk
        slot = 0
        end = base.geometry.dataOffset
        touched.append(walk.file)
        var index = walk.first
        let limit = walk.first + base.geometry.entries
        while case .commit(let commit) = walk.slot(slot), index + UInt64(commit.count) <= limit {
            let next = index + UInt64(commit.count)
            if next <= start {
                guard commit.end == end + commit.length else { break }
                if next == start, commit.root != frontier.root { return false }
            } else {
                guard index >= start else { return false }
                guard let plan = try walk.plan(commit, at: end, before: frontier), plan.head.root == commit.root else {
                    break
                }
                try write(plan, of: walk)
            }
            index = next
            end = commit.end
            slot += 1
        }
        if let used = walk.firstUsed(from: slot + 1) {
            throw StorageError.corrupt(
                "\(walk.file.path): slot \(slot), for the entries from \(index) at offset \(end), does not hold what its "
                    + "root says, and slot \(used) after it is in use")
        }
        return index >= start
    }

    private mutating func write(_ plan: BatchPlan, of walk: SegmentWalk) throws {
        try walk.file.write(plan.data, at: end)
        try walk.file.write(walk.bytes(ofSlot: slot), at: base.geometry.slotOffset(slot))
        try derived.write(plan, position: end)
        frontier = plan.after
        rehashed += UInt64(plan.count)
    }

    /// Below the watermark nothing is read again; that the files are there at all is looked at.
    private func refuseMissing() throws {
        for first in stride(from: 0, to: frontier.size.value, by: Int(base.geometry.entries))
        where !firsts.contains(first) {
            throw StorageError.corrupt("\(base.layout.segment(first)) is missing; the log has \(frontier.size) entries")
        }
    }

    /// Segments after the end can only be of the same unfinished commit: one slot each, at most.
    private func refuseLater() throws {
        for first in firsts where first >= frontier.size.value && first > 0 {
            let walk = try SegmentWalk(first, use: .reading, in: base)
            try refuseUsed(walk, from: 1, why: "\(place)")
        }
    }

    private func refuseUsed(_ walk: SegmentWalk, from slot: Int = 0, why: String) throws {
        if let used = walk.firstUsed(from: slot) {
            throw StorageError.corrupt("\(walk.file.path): slot \(used) is in use, but \(why)")
        }
    }

    /// Where the log ends, for messages.
    var place: String {
        "\(last?.file.path ?? base.layout.entries): the log ends after \(frontier.size) entries at offset \(end)"
    }

    // MARK: What is left of an unfinished commit

    private var leftovers: [UInt64] { firsts.filter { $0 > 0 && $0 >= frontier.size.value } }

    /// How many bytes of an unfinished commit stand after the end.
    func unfinishedBytes() throws -> UInt64 {
        var bytes: UInt64 = 0
        if let last {
            bytes += try last.usedTail(from: end)
            if last.slot(slot) != .empty { bytes += SegmentGeometry.slotLength }
        }
        for first in leftovers {
            bytes += try SegmentWalk(first, use: .reading, in: base).usedTail(from: SegmentGeometry.headerLength)
        }
        return bytes
    }

    /// Zeros the unfinished slot, cuts the data after the end, removes segments that nothing reaches.
    mutating func cut() throws {
        if let last {
            if slot < last.slotCount {
                try last.file.write([UInt8](repeating: 0, count: 64), at: base.geometry.slotOffset(slot))
            }
            try last.file.truncate(to: end)
            try last.file.flush()
        }
        for first in leftovers { try base.system.remove(base.layout.segment(first)) }
        try base.system.flushDirectory(base.layout.entries)
    }

    mutating func flush() throws {
        for file in touched { try file.flush() }
        try derived.flush()
        try base.system.flushDirectory(base.layout.entries)
        try base.system.flushDirectory(base.layout.levels)
    }

    /// The segment to write on in.
    func segment() throws -> Segment? {
        guard let last else { return nil }
        return Segment(
            first: last.first, file: last.file, geometry: base.geometry, slot: slot, end: end,
            reserved: max(end, try last.file.length()))
    }
}

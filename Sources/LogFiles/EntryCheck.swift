import LedgerCrypto
import LedgerEngine
import MerkleTree

/// Reads every commit of the entry files again, hashes it, and compares with slots, levels and offsets.
///
/// Goes on after a finding: where a commit does not give its root, the tree is carried on over the stored nodes,
/// so that each later entry is judged for itself.
struct EntryCheck {
    let base: StoreBase
    let reads: LogReads
    /// The published size, where a writer runs; what lies beyond it may be on its way.
    let bound: UInt64?
    /// What the entry itself has to say: nil where it is as it should be.
    let inspect: (LeafIndex, ArraySlice<UInt8>) -> String?
    let report: (CheckFinding) -> Void
    let progress: (UInt64) -> Void

    private(set) var frontier = Frontier()
    private(set) var commits: UInt64 = 0
    private(set) var bytes: UInt64 = 0

    init(
        base: StoreBase, reads: LogReads, bound: UInt64?, inspect: @escaping (LeafIndex, ArraySlice<UInt8>) -> String?,
        report: @escaping (CheckFinding) -> Void, progress: @escaping (UInt64) -> Void
    ) {
        self.base = base
        self.reads = reads
        self.bound = bound
        self.inspect = inspect
        self.report = report
        self.progress = progress
    }

    mutating func run() throws {
        var expected: UInt64 = 0
        for first in try base.segments() {
            if let bound, first >= bound { return }
            let path = base.layout.segment(first)
            if first != expected {
                report(CheckFinding(file: path, message: "the entries from \(expected) to \(first) have no file"))
                try carry(to: first)
            }
            try check(SegmentWalk(first, use: .reading, in: base))
            expected = first + base.geometry.entries
        }
    }

    private mutating func check(_ walk: SegmentWalk) throws {
        if walk.header?.root != frontier.root {
            report(
                CheckFinding(
                    file: walk.file.path, offset: 0,
                    message: walk.header == nil
                        ? "the header is damaged, or of another log"
                        : "the header's root is not that of the tree before it"))
        }
        var slot = 0
        var end = base.geometry.dataOffset
        while frontier.size.value < walk.first + base.geometry.entries {
            if let bound, frontier.size.value >= bound { return }
            guard let commit = try commit(walk, slot: slot, at: end) else { break }
            try check(commit, of: walk, at: end)
            end += commit.length
            slot += 1
            commits += 1
            progress(frontier.size.value)
        }
        if bound == nil { try checkUnused(walk, from: slot, end: end) }
    }

    /// The commit in a slot. Where the slot is damaged, what it must have said is taken from the stored tree.
    private mutating func commit(_ walk: SegmentWalk, slot: Int, at position: UInt64) throws -> CommitSlot? {
        switch walk.slot(slot) {
        case .commit(let commit) where commit.end == position + commit.length:
            return commit
        case .empty where walk.firstUsed(from: slot) == nil:
            return nil
        default:
            report(
                CheckFinding(
                    file: walk.file.path, entry: LeafIndex(frontier.size.value), offset: base.geometry.slotOffset(slot),
                    message: "commit slot \(slot) is damaged"))
            return try restored(walk, slot: slot, at: position)
        }
    }

    /// Guesses a damaged slot from its neighbour and the stored offsets, so that its entries are checked all the same.
    private func restored(_ walk: SegmentWalk, slot: Int, at position: UInt64) throws -> CommitSlot? {
        var next = frontier.size.value + 1
        let limit = walk.first + base.geometry.entries
        var end = try? place(of: next - 1, in: walk)?.upperBound
        // The next slot says where it begins: that is where this one ends.
        if case .commit(let after) = walk.slot(slot + 1) {
            while let here = end, here < after.end - after.length, next < limit {
                end = try? place(of: next, in: walk)?.upperBound
                next += 1
            }
        } else {
            while next < limit, let more = try? place(of: next, in: walk), more.lowerBound == end {
                end = more.upperBound
                next += 1
            }
        }
        guard let end, end > position, let root = try? reads.head(at: next).root else { return nil }
        return CommitSlot(count: UInt32(next - frontier.size.value), length: end - position, end: end, root: root)
    }

    private mutating func check(_ commit: CommitSlot, of walk: SegmentWalk, at position: UInt64) throws {
        bytes += commit.length
        let first = frontier.size.value
        guard let plan = try walk.plan(commit, at: position, before: frontier), plan.head.root == commit.root else {
            try name(commit, of: walk, at: position)
            return try carry(to: first + UInt64(commit.count))
        }
        for number in 0..<plan.count {
            let place = plan.entries.place(of: number)
            let index = LeafIndex(first + UInt64(number))
            guard let wrong = inspect(index, plan.data[place].dropFirst(2)) else { continue }
            let offset = position + UInt64(place.lowerBound)
            report(CheckFinding(file: walk.file.path, entry: index, offset: offset, message: wrong))
        }
        compareOffsets(plan, position: position)
        compareLevels(plan)
        frontier = plan.after
    }

    /// Goes on after what cannot be trusted: the tree as the levels have it.
    private mutating func carry(to size: UInt64) throws {
        do {
            frontier = try reads.head(at: size)
        } catch {
            // Without nodes either, later roots cannot be right; each is reported for what it is.
            var next = frontier
            while next.size.value < size { next.append(TreeHash.emptyRoot) }
            frontier = next
        }
    }

    // MARK: Comparing

    private func compareOffsets(_ plan: BatchPlan, position: UInt64) {
        let stored = (try? reads.file(.offsets).readUpTo(plan.count * 8, at: plan.first.value * 8)) ?? []
        for (number, start) in plan.entries.starts.enumerated() {
            let expected = position + UInt64(start)
            let found: UInt64? = stored.count >= (number + 1) * 8 ? stored.bigEndian(at: number * 8) : nil
            guard found != expected else { continue }
            let index = plan.first.value + UInt64(number)
            report(
                CheckFinding(
                    file: base.layout.offsets, entry: LeafIndex(index), offset: index * 8,
                    message: "says \(found.map(String.init) ?? "nothing"); the entry stands at \(expected)"))
        }
    }

    private func compareLevels(_ plan: BatchPlan) {
        for run in plan.nodes {
            let stored =
                (try? reads.file(.level(run.level)).readUpTo(run.hashes.count, at: run.first * 32)) ?? []
            guard stored != run.hashes else { continue }
            for node in 0..<run.hashes.count / 32 {
                let range = node * 32..<(node + 1) * 32
                guard stored.count < range.upperBound || stored[range] != run.hashes[range] else { continue }
                let index = run.first + UInt64(node)
                report(
                    CheckFinding(
                        file: base.layout.level(run.level), offset: index * 32,
                        message: "node \(index) is not the hash of the entries below it"))
            }
        }
    }

    // MARK: Naming

    /// Which entries of a commit that does not give its root are not what their stored leaf hashes say.
    private func name(_ commit: CommitSlot, of walk: SegmentWalk, at position: UInt64) throws {
        let first = frontier.size.value
        var named = 0
        var expected = position
        for index in first..<first + UInt64(commit.count) {
            guard let place = try? place(of: index, in: walk), let wrong = try wrong(index, place, expected, walk)
            else {
                if let place = try? place(of: index, in: walk) { expected = place.upperBound }
                continue
            }
            named += 1
            expected = place.upperBound
            report(
                CheckFinding(file: walk.file.path, entry: LeafIndex(index), offset: place.lowerBound, message: wrong))
        }
        if named == 0 {
            let last = first + UInt64(commit.count) - 1
            report(
                CheckFinding(
                    file: walk.file.path, entry: LeafIndex(first), offset: position,
                    message: "the entries \(first) to \(last) do not give the root of their commit"))
        }
    }

    private func wrong(_ index: UInt64, _ place: Range<UInt64>, _ expected: UInt64, _ walk: SegmentWalk) throws
        -> String?
    {
        let entry = try walk.file.readUpTo(Int(place.upperBound - place.lowerBound), at: place.lowerBound)
        guard entry.count >= 2 else { return "is not there" }
        let length: UInt16 = entry.bigEndian(at: 0)
        guard Int(length) == entry.count - 2 else {
            return "its length field says \(length) bytes; it has \(entry.count - 2)"
        }
        let leaf = TreeHash.leaf(Array(entry.dropFirst(2)))
        guard let stored = try? reads.nodes([NodeAddress(level: 0, index: index)]).first, stored != leaf else {
            return nil
        }
        return "its bytes have changed: they hash to \(leaf), the tree has \(stored)"
    }

    /// Where `offsets` says that an entry of this segment stands, up to where it says that the next one does.
    private func place(of index: UInt64, in walk: SegmentWalk) throws -> Range<UInt64>? {
        let offsets = try reads.file(.offsets)
        let start: UInt64 = try offsets.read(8, at: index * 8).bigEndian(at: 0)
        guard start >= base.geometry.dataOffset else { return nil }
        if index + 1 < walk.first + base.geometry.entries, let next = try? offsets.read(8, at: index * 8 + 8) {
            let end: UInt64 = next.bigEndian(at: 0)
            if end > start, end - start <= 65_537 { return start..<end }
        }
        let length: UInt16 = try walk.file.read(2, at: start).bigEndian(at: 0)
        return start..<start + 2 + UInt64(length)
    }

    private func checkUnused(_ walk: SegmentWalk, from slot: Int, end: UInt64) throws {
        if let used = walk.firstUsed(from: slot), slot < walk.slotCount {
            report(
                CheckFinding(
                    file: walk.file.path, offset: base.geometry.slotOffset(used),
                    message: "slot \(used) is not empty, though nothing was committed in it"))
        }
        let used = try walk.usedTail(from: end)
        if used > 0 {
            report(
                CheckFinding(
                    file: walk.file.path, offset: end,
                    message:
                        "\(used) bytes after the last commit are not zero; an unfinished commit is cut by the next start"
                ))
        }
    }
}

import Dispatch
import LedgerCrypto
import LedgerEngine
import MerkleTree

/// The state of the one writer, and the order in which a commit becomes true.
struct LogWriter {
    let base: StoreBase
    let reads: LogReads
    private(set) var frontier: Frontier
    /// The segment that is written to; nil before the first entry.
    private var segment: Segment?
    /// The first entry of the oldest segment that may be in the system's memory.
    private var oldestInMemory: UInt64
    /// Letting go of a segment takes milliseconds, and no commit waits for it.
    private let behind = DispatchQueue(label: "countersign.let-go", qos: .utility)
    private var derived: DerivedFiles
    let heads: HeadLog
    private let watermarkFile: OpenFile
    private var watermark: Watermark
    /// Held for as long as the log is open.
    private var lock: OpenFile?
    private let flusher = ParallelFlush()
    private let breakage: Breakage

    /// What recovery hands over.
    init(
        base: StoreBase, reads: LogReads, frontier: Frontier, segment: Segment?, derived: DerivedFiles, heads: HeadLog,
        watermarkFile: OpenFile, watermark: Watermark, lock: OpenFile, breakage: Breakage
    ) {
        self.base = base
        self.reads = reads
        self.frontier = frontier
        self.segment = segment
        let room = base.segmentsInMemory.multipliedReportingOverflow(by: base.geometry.entries)
        let newest = segment?.first ?? 0
        oldestInMemory = room.overflow || room.partialValue > newest ? 0 : newest - room.partialValue
        self.derived = derived
        self.heads = heads
        self.watermarkFile = watermarkFile
        self.watermark = watermark
        self.lock = lock
        self.breakage = breakage
    }

    // MARK: Commit

    /// The steps, and what a crash after each leaves:
    /// 1. room reserved, data written: bytes without a slot; recovery cuts them.
    /// 2. slots written: an unfinished commit, cut where it is not whole.
    /// 3. segment read back and flushed: the entries are there for ever, unsigned; recovery has them signed.
    /// 4. levels and offsets written, unflushed: recovery writes them again.
    /// A failure in step 1 is taken back; one later breaks the store. What follows is `HeadLog`'s: commits go on while
    /// a head is signed, so that several may be at this point.
    mutating func commit(_ plan: BatchPlan) throws {
        try breakage.check()
        guard plan.before == frontier, plan.count > 0 else {
            throw StorageError.notCommitted("the plan continues at \(plan.first), the log at \(frontier.size)")
        }
        var parts = try writeData(plan)
        do {
            try makeDurable(&parts)
            for part in parts {
                try derived.write(part.plan, position: part.segment.end - UInt64(part.plan.data.count))
            }
            frontier = plan.after
            segment = parts.last?.segment
            heads.owe(plan.head)
        } catch {
            throw breakage.happens(error)
        }
        letGoOfOldSegments()
    }

    /// A log would otherwise fill the machine's memory, and entries are seldom read once they are old. Who reads one finds
    /// it on the disk.
    private mutating func letGoOfOldSegments() {
        guard let segment else { return }
        let entries = base.geometry.entries
        while (segment.first - oldestInMemory) / entries >= base.segmentsInMemory {
            let file = try? reads.file(.segment(oldestInMemory))
            behind.async { file?.letGo() }
            oldestInMemory += entries
        }
    }

    /// A batch's share of one segment. Nearly always there is one.
    private struct Part {
        let plan: BatchPlan
        var segment: Segment
    }

    private mutating func writeData(_ plan: BatchPlan) throws -> [Part] {
        var parts: [Part] = []
        do {
            try derived.open(for: plan)
            var rest: BatchPlan? = plan
            while let next = rest {
                let room = base.geometry.entries - next.first.value % base.geometry.entries
                let (here, after) = UInt64(next.count) > room ? next.split(at: Int(room)) : (next, nil)
                parts.append(Part(plan: here, segment: try segment(for: here)))
                try parts[parts.count - 1].segment.reserve(here.data.count, step: base.preallocation)
                try parts[parts.count - 1].segment.write(data: here.data)
                rest = after
            }
        } catch {
            try takeBack(parts, because: error)
        }
        return parts
    }

    private func segment(for plan: BatchPlan) throws -> Segment {
        if let segment, plan.first.value > segment.first, plan.first.value < segment.first + base.geometry.entries {
            return segment
        }
        return try Segment.make(
            plan.first.value, after: plan.before.root, in: base)
    }

    /// Nothing counts before its slot is written: cut the data off and go on. A cut that fails breaks the store.
    private mutating func takeBack(_ parts: [Part], because cause: any Error) throws -> Never {
        do {
            if var current = segment {
                try current.cutTail()
                segment = current
            }
            for part in parts where part.segment.first != segment?.first {
                try base.system.remove(base.layout.segment(part.segment.first))
            }
        } catch {
            throw breakage.happens(error)
        }
        throw StorageError.notCommitted("\(cause)")
    }

    /// One flush, in the ordinary case. Where the batch crosses into new segments, those are made durable first
    /// and the slot that joins them to the log last: all of the batch is there after a crash, or nothing.
    ///
    /// What is small is read back first, and not flushed if that fails; of what is large, the flush's failure counts first.
    /// Either breaks the store.
    private func makeDurable(_ parts: inout [Part]) throws {
        for position in parts.indices.reversed() {
            try parts[position].segment.writeSlot(parts[position].plan)
            let part = parts[position]
            if part.plan.data.count <= base.flushedAloneBytes {
                try part.segment.readBack(part.plan)
                try part.segment.file.flush()
            } else {
                try flusher.flush(part.segment.file) { try part.segment.readBack(part.plan) }
            }
        }
    }

    // MARK: Behind

    /// Flushes what commits leave unflushed, then says so in the watermark.
    mutating func settle() throws {
        try breakage.check()
        // Heads that are appended from here on count the next time.
        let headsEnd = heads.end
        guard watermark.size != frontier.size.value || watermark.heads != headsEnd else { return }
        do {
            try derived.flush()
            try heads.file.flush()
            // What was cut is in the log's own words once the log has grown: its next entry says it.
            if watermark.size != frontier.size.value { watermark.cut = 0 }
            watermark.size = frontier.size.value
            watermark.heads = headsEnd
            try watermark.store(in: watermarkFile)
        } catch {
            throw breakage.happens(error)
        }
    }

    mutating func close() throws {
        defer {
            behind.sync {}
            breakage.close()
            lock = nil
        }
        guard breakage.reason == nil else { return }
        try settle()
    }
}

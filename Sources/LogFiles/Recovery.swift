import LedgerCrypto
import LedgerEngine
import MerkleTree

/// Opening a log: what is durable is found, checked, written again and flushed, before anything is signed.
///
/// From the watermark on, every commit is read, hashed and compared with its slot's root. Only the last commit
/// may be incomplete, and it is cut only where nobody can have relied on it: no head and nobody in `seen`
/// reaches it. Anything else is refused and named. All that stands after the watermark is written again in
/// place, because pages in the cache may lie after a flush that failed before the crash. Running it twice
/// changes nothing.
struct Recovery {
    private let base: StoreBase
    private let seen: [SeenHead]
    private let reads: LogReads
    private let heads: OpenFile
    private let watermarkFile: OpenFile
    private var watermark: Watermark
    private var report = RecoveryReport()

    init(base: StoreBase, seen: [SeenHead]) throws {
        self.base = base
        self.seen = seen
        reads = LogReads(layout: base.layout, geometry: base.geometry, system: base.system)
        heads = try OpenFile(base.layout.heads, for: .creating, in: base.system)
        watermarkFile = try OpenFile(base.layout.watermark, for: .creating, in: base.system)
        watermark = try Watermark.newest(in: watermarkFile) ?? Watermark()
    }

    mutating func run(holding lock: OpenFile) throws -> LogFiles {
        var replay = try replayFromWatermark()
        var tail = try HeadTail(heads, flushedTo: watermark.heads)
        try checkSeen(replay, newestHead: tail.newest)
        try tail.check(reads, below: replay.frontier.size.value)
        let torn = try replay.unfinishedBytes()
        try replay.flush()
        try tail.rewrite()
        // The directory too: files that an unfinished start made have their names flushed now.
        try base.system.flushDirectory(base.layout.root)
        try moveWatermark(replay, heads: tail.end, torn: torn)
        if torn > 0 { try replay.cut() }
        report.rehashed = replay.rehashed
        let published = tail.newest.map {
            PublishedHead(head: TreeHead(size: TreeSize($0.size), root: $0.root), note: $0.note)
        }
        let breakage = Breakage()
        let durable = replay.frontier.size.value > 0 ? replay.frontier.head : nil
        let log = HeadLog(heads, end: tail.end, published: published?.head, durable: durable, breakage: breakage)
        let writer = LogWriter(
            base: base, reads: reads, frontier: replay.frontier, segment: try replay.segment(), derived: replay.derived,
            heads: log, watermarkFile: watermarkFile, watermark: watermark, lock: lock, breakage: breakage)
        return LogFiles(writer: writer, published: published, recovery: report)
    }

    /// The watermark saves time and nothing else: where what lies below it does not hold together, everything is
    /// read from entry 0.
    private mutating func replayFromWatermark() throws -> Replay {
        if watermark.size > 0 {
            if reads.cover(watermark.size), let frontier = try? reads.head(at: watermark.size) {
                var replay = try Replay(base: base, from: watermark.size, frontier: frontier)
                if try replay.run() { return replay }
            }
            report.rebuilt.append("levels and offsets: the nodes below the watermark do not give the entries' root")
        }
        var replay = try Replay(base: base, from: 0, frontier: Frontier())
        // What was read of the files as they were must not be answered from.
        reads.forget()
        _ = try replay.run()
        return replay
    }

    /// Nothing that was promised may be missing.
    private func checkSeen(_ replay: Replay, newestHead: HeadRecord.Parts?) throws {
        let size = replay.frontier.size.value
        let promised = newestHead.map { [SeenHead(by: "a signed head", size: TreeSize($0.size))] } ?? []
        for witness in promised + seen where witness.size.value > size {
            throw StorageError.corrupt(
                "\(replay.place) and nothing after it holds, but \(witness.by) reaches \(witness.size) entries")
        }
        guard watermark.size <= size else {
            throw StorageError.corrupt("\(replay.place), but the watermark says that \(watermark.size) were flushed")
        }
    }

    private mutating func moveWatermark(_ replay: Replay, heads: UInt64, torn: UInt64) throws {
        let size = replay.frontier.size.value
        let owed = watermark.size == size ? watermark.cut : 0
        let cut = torn > 0 ? torn : owed
        if cut > 0 { report.tornTail = RecoveryReport.TornTail(size: TreeSize(size), bytes: cut) }
        guard watermark.size != size || watermark.heads != heads || watermark.cut != cut else { return }
        watermark.size = size
        watermark.heads = heads
        watermark.cut = cut
        try watermark.store(in: watermarkFile)
    }
}

/// The end of `heads`, which is not known to be flushed: its whole records, without what is torn between them.
struct HeadTail {
    private let file: OpenFile
    private let start: UInt64
    private var records: [HeadRecord] = []
    /// The newest head of all, flushed or not.
    private(set) var newest: HeadRecord.Parts?
    private(set) var end: UInt64

    init(_ file: OpenFile, flushedTo start: UInt64) throws {
        self.file = file
        self.start = start
        end = start
        let scan = try HeadScan(file)
        guard scan.end >= start else {
            throw StorageError.corrupt(
                "\(file.path) has \(scan.end) bytes; the watermark says that \(start) were flushed")
        }
        var offset = start
        while let found = try scan.first(from: offset) {
            records.append(found.record)
            offset = found.next
        }
        newest = try records.last?.parts ?? HeadScan(file, end: start).newest()?.parts
        if start > 0, newest == nil {
            throw StorageError.corrupt("\(file.path): no head can be read, though \(start) bytes were flushed")
        }
    }

    /// Every head of the tail must be of the tree that the entries give: one root per size, for ever.
    func check(_ reads: LogReads, below size: UInt64) throws {
        let ours = records.map(\.parts) + (records.isEmpty ? newest.map { [$0] } ?? [] : [])
        for head in ours where head.size <= size {
            guard try reads.head(at: head.size).root == head.root else {
                throw StorageError.corrupt(
                    "\(file.path): the head of size \(head.size) has another root than the entries")
            }
        }
    }

    /// Writes the whole records again, one after the other, and flushes them.
    mutating func rewrite() throws {
        let bytes = records.flatMap(\.encoded)
        try file.write(bytes, at: start)
        end = start + UInt64(bytes.count)
        try file.truncate(to: end)
        try file.flush()
    }
}

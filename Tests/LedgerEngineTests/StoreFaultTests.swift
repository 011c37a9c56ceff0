import LedgerCrypto
import LedgerEngine
import LogFiles
import MerkleTree
import TestMaterial
import Testing

@Suite("What was answered is still there")
struct StoreFaultTests {
    private static let work = StoreWorkload(sizes: [1, 3, 5, 20, 2, 4, 1])
    /// Each head covers three commits: two of them are often durable and unsigned.
    private static let lagging = StoreWorkload(sizes: [2, 3, 6, 1, 2], commitsPerHead: 3)

    private static func steps(_ work: StoreWorkload) -> Int {
        let files = FaultyFiles(SimulatedDisk())
        _ = work.run(on: files)
        return files.steps
    }

    private static let steps = steps(work)

    @Test("after a fault before, in or after each step of the course", arguments: FaultyFiles.Manner.allCases)
    func eachStep(_ manner: FaultyFiles.Manner) throws {
        for work in [Self.work, Self.lagging] {
            for step in 0..<Self.steps(work) {
                let disk = SimulatedDisk()
                let files = FaultyFiles(disk, fault: FaultyFiles.Fault(step: step, manner: manner))
                let answered = work.run(on: files)
                try verify(disk.killed(), answered, "\(manner) at step \(step), \(files.names[step])", work)
            }
        }
    }

    @Test(
        "after the power went before or after each step, whatever had reached the disk",
        arguments: 1...3 as ClosedRange<UInt64>)
    func powerCuts(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let courses = (seed == 1 ? [Self.work, Self.lagging] : [Self.work]).flatMap { work in
            (0..<Self.steps(work)).map { (work, $0) }
        }
        for (work, step) in courses {
            let manner = [FaultyFiles.Manner.deathBefore, .deathAfter, .tornWrite][
                Int.random(in: 0..<3, using: &random)]
            let disk = SimulatedDisk()
            let files = FaultyFiles(disk, fault: FaultyFiles.Fault(step: step, manner: manner))
            let answered = work.run(on: files)
            // The same death, and the sectors fall three times.
            for fall in 0..<3 {
                let left = disk.powerCut(&random)
                try verify(
                    left, answered, "\(manner) at step \(step), \(files.names[step]), seed \(seed), fall \(fall)", work)
            }
        }
    }

    @Test(
        "after the process died, the log recovered and answered, and then the power went",
        arguments: [FaultyFiles.Manner.deathBefore, .deathAfter, .lyingFlush])
    func powerCutAfterRecovery(_ manner: FaultyFiles.Manner) throws {
        var random = SeededRandom(seed: 11)
        for step in 0..<Self.steps {
            let disk = SimulatedDisk()
            let files = FaultyFiles(disk, fault: FaultyFiles.Fault(step: step, manner: manner))
            var answered = Self.work.run(on: files)
            let left = disk.killed()
            do {
                // What is published now was promised on top of pages that nobody may have flushed.
                guard let log = try Self.work.verify(left, answered: answered) else { continue }
                if let published = log.published { answered.append(published) }
            } catch {
                Issue.record("\(manner) at step \(step): \(error)")
            }
            for fall in 0..<3 {
                try verify(
                    left.powerCut(&random), answered, "\(manner) at step \(step), \(files.names[step]), fall \(fall)")
            }
        }
    }

    @Test("after the power went again while the log recovered", arguments: 1...2 as ClosedRange<UInt64>)
    func powerCutsInRecovery(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for round in 0..<60 {
            let disk = SimulatedDisk()
            let step = Int.random(in: 0..<Self.steps, using: &random)
            let answered = Self.work.run(
                on: FaultyFiles(disk, fault: FaultyFiles.Fault(step: step, manner: .deathBefore)))
            var left = disk.powerCut(&random)
            for again in 0..<4 {
                let manner: FaultyFiles.Manner = Bool.random(using: &random) ? .deathBefore : .deathAfter
                let dying = FaultyFiles(left, fault: FaultyFiles.Fault(step: again * 3 + round % 3, manner: manner))
                _ = try? Self.work.verify(dying, answered: answered)
                left = Bool.random(using: &random) ? left.powerCut(&random) : left.killed()
            }
            try verify(left, answered, "round \(round), seed \(seed), first death at step \(step)")
        }
    }

    @Test("when the disk is full at any moment, and the log goes on when it no longer is", arguments: 0...6)
    func fullDisk(batch full: Int) throws {
        for room in stride(from: 0, to: 1_500, by: 100) {
            let disk = SimulatedDisk()
            var log = try LogFiles.create(
                StoreWorkload.directory, origin: StoreWorkload.origin, options: StoreWorkload.options, in: disk)
            var answered: [PublishedHead] = []
            for (number, batch) in Self.work.batches.enumerated() {
                disk.setCapacity(number == full ? disk.used + room : nil)
                do {
                    answered.append(
                        try log.commitSigned(BatchPlan(appending: batch, to: log.frontier)))
                    continue
                } catch StorageError.notCommitted {
                    disk.setCapacity(nil)
                } catch {
                    // Full after the slot was written: the store has to be opened again, and finds the batch.
                    disk.setCapacity(nil)
                    try log.close()
                    log = try LogFiles.open(StoreWorkload.directory, origin: StoreWorkload.origin, in: disk)
                }
                let rest = Self.work.entries[
                    Int(log.frontier.size.value)..<(answered.last.map { Int($0.size.value) } ?? 0) + batch.count]
                answered.append(
                    try rest.isEmpty
                        ? log.publishDurable()
                        : log.commitSigned(BatchPlan(appending: rest, to: log.frontier)))
            }
            #expect(answered.last?.head == StoreWorkload.heads(of: Self.work.entries).last)
            disk.setCapacity(nil)
            try log.close()
            try verify(disk.killed(), answered, "full with \(room) bytes left at batch \(full)")
        }
    }

    @Test(
        "and a flush that fails ends the store, on whichever thread: nothing is tried again on the same pages",
        arguments: [0, 1 << 20])
    func failedFlush(alone: Int) throws {
        var options = StoreWorkload.options
        options.flushedAloneBytes = alone
        let disk = SimulatedDisk()
        let probe = FaultyFiles(SimulatedDisk())
        _ = StoreWorkload(sizes: [1, 3]).run(on: probe)
        // Room is made for the first commit, and is enough for the second: its flush is the next but one.
        let room = try #require(probe.names.lastIndex(of: "preallocate"))
        let flush = try #require(probe.names[(room + 4)...].firstIndex(of: "flush"))
        let files = FaultyFiles(disk, fault: FaultyFiles.Fault(step: flush, manner: .failure))
        let log = try LogFiles.create(
            StoreWorkload.directory, origin: StoreWorkload.origin, options: options, in: files)
        _ = try log.commitSigned(BatchPlan(appending: [Self.work.entries[0]], to: log.frontier))
        let plan = BatchPlan(appending: Self.work.entries[1..<4], to: log.frontier)
        for _ in 0..<2 {
            do {
                _ = try log.commitSigned(plan)
                Issue.record("a broken store took a commit")
            } catch StorageError.broken {
                #expect(log.published?.size == TreeSize(1))
            }
        }
        #expect(throws: StorageError.self) { try log.settle() }
        #expect(files.names.last == "flush" && files.steps == flush + 1)
    }

    @Test(
        "and one byte that was written wrong, of an entry, of its length or of the slot, is seen before it is signed",
        arguments: [0, 1 << 20])
    func readBack(alone: Int) throws {
        let (slots, data) = (4_096, 4_096 + 64 * 64)
        // As much as is read back at once, several times over; in one piece; and an entry of nothing between them.
        let entries = (0..<16).map { [UInt8](repeating: UInt8($0), count: $0 == 7 ? 0 : 60_000) } + [[1, 2, 3]]
        let starts = PackedEntries.starts(in: BatchPlan(appending: entries, to: Frontier()).data) ?? []
        #expect(starts.count == entries.count)
        let before = BatchPlan(appending: [[9]], to: Frontier())
        let first = data + before.data.count
        var random = SeededRandom(seed: 7)
        func path(_ first: Int) -> String {
            let digits = String(first)
            let zeros = String(repeating: "0", count: 20 - digits.count)
            return "\(StoreWorkload.directory)/entries/\(zeros)\(digits).seg"
        }
        var places = (64..<128).map { slots + $0 }
        for start in starts { places += [0, 1].map { first + start + $0 } }
        for start in starts.dropFirst() { places.append(first + start - 1) }
        places += (0..<60).map { _ in first + Int.random(in: 0..<800_000, using: &random) }
        // One segment for all of it; and three of eight entries, of which the second and third begin with it.
        let late =
            (0..<64).map { 4_096 + $0 }
            + (0..<20).map { _ in
                4_096 + 8 * 64 + Int.random(in: 0..<400_000, using: &random)
            }
        var bends = places.map { (segment: UInt64(64), first: 0, place: $0) }
        bends += late.map { (segment: 8, first: 8, place: $0) }
        bends += (0..<5).map { (segment: 8, first: 16, place: 4_096 + 8 * 64 + $0) }
        for (segment, first, place) in bends {
            var options = StoreWorkload.options
            options.segmentEntries = segment
            options.flushedAloneBytes = alone
            let disk = SimulatedDisk()
            let log = try LogFiles.create(
                StoreWorkload.directory, origin: StoreWorkload.origin, options: options, in: disk)
            let head = try log.commitSigned(before)
            disk.bend(path(first), at: place)
            do {
                try log.commit(BatchPlan(appending: entries, to: log.frontier))
                Issue.record("nobody saw that byte \(place) of segment \(first) is another")
            } catch StorageError.broken(let what) {
                #expect(what.contains("read back"))
                #expect(log.published == head)
            }
        }
    }

    private func verify(
        _ disk: SimulatedDisk, _ answered: [PublishedHead], _ what: String, _ work: StoreWorkload = Self.work
    ) throws {
        do {
            guard let log = try work.verify(disk, answered: answered) else { return }
            try work.goOn(log)
        } catch {
            Issue.record("\(what): \(error)")
        }
    }
}

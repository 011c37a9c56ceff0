import LedgerCrypto
import LedgerEngine
import LogFiles
import MerkleTree
import TestMaterial
import Testing

/// What any store must do, on whatever files it stands.
@Suite("A store, whatever it stands on")
struct StoreContractTests {
    enum Ground: String, CaseIterable, CustomTestStringConvertible {
        case realDisk, simulatedDisk, flakyCalls
        var testDescription: String { rawValue }
    }

    private func onEach(_ ground: Ground, _ body: (any FileSystem, String) throws -> Void) throws {
        switch ground {
        case .realDisk:
            try TemporaryDirectory.with { try body(DiskFileSystem(), "\($0)/log") }
        case .simulatedDisk:
            try body(SimulatedDisk(), StoreWorkload.directory)
        case .flakyCalls:
            try body(FaultyFiles(SimulatedDisk(), isFlaky: true), StoreWorkload.directory)
        }
    }

    @Test("gives back every entry, node and note that it was given", arguments: Ground.allCases)
    func roundTrip(_ ground: Ground) throws {
        let work = StoreWorkload(sizes: [1, 3, 4, 2, 20, 7, 1])
        try onEach(ground) { system, directory in
            let log = try LogFiles.create(
                directory, origin: StoreWorkload.origin, options: StoreWorkload.options, in: system)
            var sizes: [Int] = []
            for batch in work.batches {
                let head = try log.commitSigned(BatchPlan(appending: batch, to: log.frontier))
                sizes.append(Int(head.size.value))
            }
            let heads = StoreWorkload.heads(of: work.entries)
            for start in 0..<work.entries.count {
                for end in start..<work.entries.count {
                    let expected = BatchPlan(appending: work.entries[start..<end], to: Frontier()).data
                    #expect(try log.bundle(UInt64(start)..<UInt64(end)) == expected)
                }
            }
            for size in 1...work.entries.count {
                let nodes = try log.nodes(Frontier.addresses(for: TreeSize(UInt64(size))))
                #expect(Frontier(size: TreeSize(UInt64(size)), hashes: nodes)?.head == heads[size])
                let note = try log.note(for: TreeSize(UInt64(size)))
                #expect(note == (sizes.contains(size) ? StoreWorkload.sign(heads[size]) : nil))
            }
            try log.close()
        }
    }

    @Test("lets the system forget segments that are old, and reads them all the same")
    func oldSegments() throws {
        let disk = SimulatedDisk()
        var options = StoreWorkload.options
        options.segmentsInMemory = 2
        let work = StoreWorkload(sizes: [3, 8, 1, 20, 7, 1, 4, 9])
        func write(_ batches: [[[UInt8]]]) throws -> LogFiles {
            let log = try LogFiles.open(
                StoreWorkload.directory, origin: StoreWorkload.origin, options: options, in: disk)
            for batch in batches { _ = try log.commitSigned(BatchPlan(appending: batch, to: log.frontier)) }
            return log
        }
        try LogFiles.create(StoreWorkload.directory, origin: StoreWorkload.origin, options: options, in: disk).close()
        // 32 entries fill segments 0, 8, 16 and 24.
        try write(Array(work.batches[..<4])).close()
        let first = disk.paths.filter { $0.contains("/entries/") }
        #expect(disk.filesLetGo == Array(first[..<2]))
        // A process that starts in 24 says it of the two before it too, which were read since, perhaps.
        let log = try write(Array(work.batches[4...]))
        #expect(try log.bundle(0..<53) == BatchPlan(appending: work.entries, to: Frontier()).data)
        try log.close()
        let all = disk.paths.filter { $0.contains("/entries/") }
        #expect(disk.filesLetGo == Array(first[..<2]) + Array(all[1..<5]))
    }

    @Test("keeps the segment that is written in memory at least, and all where that is asked", arguments: [0, .max])
    func segmentsInMemory(_ count: UInt64) throws {
        let disk = SimulatedDisk()
        var options = StoreWorkload.options
        options.segmentsInMemory = count
        let log = try LogFiles.create(
            StoreWorkload.directory, origin: StoreWorkload.origin, options: options, in: disk)
        for batch in StoreWorkload(sizes: [20, 3, 9]).batches {
            _ = try log.commitSigned(BatchPlan(appending: batch, to: log.frontier))
        }
        try log.close()
        let segments = disk.paths.filter { $0.contains("/entries/") }
        #expect(disk.filesLetGo == (count == 0 ? segments.dropLast() : []))
    }

    @Test("refuses what is not published", arguments: Ground.allCases)
    func bounds(_ ground: Ground) throws {
        try onEach(ground) { system, directory in
            let log = try LogFiles.create(
                directory, origin: StoreWorkload.origin, options: StoreWorkload.options, in: system)
            #expect(log.published == nil)
            #expect(throws: StorageError.self) { try log.bundle(0..<1) }
            let plan = BatchPlan(appending: StoreWorkload(sizes: [5]).entries, to: log.frontier)
            _ = try log.commitSigned(plan)
            #expect(throws: StorageError.self) { try log.bundle(4..<6) }
            #expect(throws: StorageError.self) { try log.nodes([NodeAddress(level: 2, index: 1)]) }
            #expect(throws: StorageError.self) { try log.hashes(level: 1, from: 1, count: 2) }
            #expect(try log.note(for: TreeSize(6)) == nil)
            try log.close()
        }
    }

    @Test("shows what is durable once a head covers it, and publishes no other head", arguments: Ground.allCases)
    func heads(_ ground: Ground) throws {
        try onEach(ground) { system, directory in
            let log = try LogFiles.create(
                directory, origin: StoreWorkload.origin, options: StoreWorkload.options, in: system)
            let work = StoreWorkload(sizes: [2, 3, 4])
            let heads = StoreWorkload.heads(of: work.entries)
            for batch in work.batches { try log.commit(BatchPlan(appending: batch, to: log.frontier)) }
            #expect(log.published == nil)
            #expect(throws: StorageError.self) { try log.bundle(0..<1) }
            func publish(_ head: TreeHead, _ note: [UInt8] = [1]) throws {
                try log.publish(PublishedHead(head: head, note: note))
            }
            // No commit ended there, or with another root.
            for wrong in [heads[3], TreeHead(size: TreeSize(5), root: heads[4].root)] {
                #expect(throws: StorageError.self) { try publish(wrong) }
            }
            try publish(heads[5])
            #expect(try log.bundle(0..<5).count == BatchPlan(appending: work.entries[..<5], to: Frontier()).data.count)
            #expect(throws: StorageError.self) { try log.bundle(4..<6) }
            // Never back; the same again with another note.
            #expect(throws: StorageError.self) { try publish(heads[2]) }
            try publish(heads[5], [2, 3])
            #expect(try log.note(for: TreeSize(5)) == [2, 3])
            #expect(try log.note(for: TreeSize(2)) == nil)
            try publish(heads[9])
            try log.close()
            #expect(throws: StorageError.self) { try publish(heads[9]) }
        }
    }

    @Test("takes no plan that does not continue it, and goes on", arguments: Ground.allCases)
    func wrongPlan(_ ground: Ground) throws {
        try onEach(ground) { system, directory in
            let log = try LogFiles.create(
                directory, origin: StoreWorkload.origin, options: StoreWorkload.options, in: system)
            let plan = BatchPlan(appending: [[1], [2]], to: log.frontier)
            _ = try log.commitSigned(plan)
            #expect(throws: StorageError.self) { try log.commitSigned(plan) }
            let more = BatchPlan(appending: [[3]], to: log.frontier)
            #expect(try log.commitSigned(more).size == TreeSize(3))
            try log.close()
        }
    }

    @Test("is the same after it was closed and opened", arguments: Ground.allCases)
    func reopened(_ ground: Ground) throws {
        let work = StoreWorkload(sizes: [2, 9, 1, 4])
        try onEach(ground) { system, directory in
            var published: PublishedHead?
            for (number, batch) in work.batches.enumerated() {
                let log =
                    try number == 0
                    ? LogFiles.create(
                        directory, origin: StoreWorkload.origin, options: StoreWorkload.options, in: system)
                    : LogFiles.open(directory, origin: StoreWorkload.origin, in: system)
                #expect(log.published == published)
                #expect(log.recovery == RecoveryReport())
                published = try log.commitSigned(BatchPlan(appending: batch, to: log.frontier))
                try log.close()
            }
            let looker = try PublishedLog(directory, in: system)
            #expect(looker.published == published)
            #expect(try looker.bundle(0..<16) == BatchPlan(appending: work.entries, to: Frontier()).data)
        }
    }

    @Test("has one writer: a second one is refused", arguments: [Ground.realDisk, .simulatedDisk])
    func locked(_ ground: Ground) throws {
        try onEach(ground) { system, directory in
            let log = try LogFiles.create(
                directory, origin: StoreWorkload.origin, options: StoreWorkload.options, in: system)
            #expect(throws: StorageError.self) {
                try LogFiles.open(directory, origin: StoreWorkload.origin, in: system)
            }
            try log.close()
            try LogFiles.open(directory, origin: StoreWorkload.origin, in: system).close()
        }
    }

    @Test("is not made where one is, nor opened under another origin")
    func foreign() throws {
        let disk = SimulatedDisk()
        _ = StoreWorkload(sizes: [3]).run(on: disk)
        #expect(throws: StorageError.self) {
            try LogFiles.create(StoreWorkload.directory, origin: StoreWorkload.origin, in: disk)
        }
        #expect(throws: StorageError.self) {
            try LogFiles.open(StoreWorkload.directory, origin: Array("example.org/other".utf8), in: disk)
        }
    }

    @Test("makes private files and directories")
    func privacy() throws {
        try TemporaryDirectory.with { directory in
            let log = try LogFiles.create("\(directory)/log", origin: StoreWorkload.origin)
            _ = try log.commitSigned(BatchPlan(appending: [[1]], to: log.frontier))
            for path in ["", "/entries", "/levels", "/keys", "/callers", "/private"] {
                #expect(try TemporaryDirectory.mode("\(directory)/log\(path)") == 0o700)
            }
            for path in ["LOCK", "heads", "offsets", "watermark", "levels/0", "entries/00000000000000000000.seg"] {
                #expect(try TemporaryDirectory.mode("\(directory)/log/\(path)") == 0o600)
            }
            try log.close()
        }
    }
}

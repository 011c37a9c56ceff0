import ApprovalEvents
import LedgerCrypto
import LedgerEngine
import LogFiles
import MerkleTree
import TestMaterial
import Testing

@Suite("A ledger over its whole life")
struct LedgerFaultTests {
    @Test("gives each event one position, however many submit it, again and with other content, at once")
    func concurrency() async throws {
        var test = try TestLedger()
        test.options.segmentEntries = 64
        try test.found()
        let events = try (0..<120).map { try Sample.heartbeat("e\($0)", queued: 0) }
        let others = try (0..<120).map { try Sample.heartbeat("e\($0)", queued: 1) }
        let answers = try await test.running { ledger in
            await withTaskGroup(of: [(Int, Bool, Result<SubmissionOutcome, SubmissionRefusal>)].self) { group in
                for task in 0..<24 {
                    group.addTask {
                        var random = SeededRandom(seed: UInt64(task))
                        var mine: [(Int, Bool, Result<SubmissionOutcome, SubmissionRefusal>)] = []
                        for _ in 0..<25 {
                            let number = Int.random(in: 0..<120, using: &random)
                            let isOther = Int.random(in: 0..<8, using: &random) == 0
                            let event = isOther ? others[number] : events[number]
                            let answer = await ledger.submit([event], caller: Text("caller-\(task % 5)"))
                            mine.append((number, isOther, answer[0]))
                        }
                        return mine
                    }
                }
                return await group.reduce(into: []) { $0.append(contentsOf: $1) }
            }
        }
        let entries = try test.entries()
        for (number, isOther, answer) in answers {
            switch answer {
            case .success(let outcome):
                let entry = entries[Int(outcome.index.value)]
                #expect(entry.compare(isOther ? others[number] : events[number], disclosing: []) == .same)
            case .failure(.conflict(let index?)):
                #expect(entries[Int(index.value)].identity == events[number].identity)
                #expect(
                    entries[Int(index.value)].compare(isOther ? others[number] : events[number], disclosing: [])
                        == .different)
            case .failure(let refusal):
                Issue.record("refused: \(refusal)")
            }
        }
        #expect(Set(entries.map(\.identity)).count == entries.count, "nothing is there twice")
        #expect(
            answers.count { if case .success(.sealed) = $0.2 { true } else { false } }
                == entries.count { $0.identity.id.hasPrefix("e") })
        #expect(try test.check().findings.isEmpty)
    }

    @Test("keeps every answer over crashes, power cuts and restarts", arguments: 1...6 as ClosedRange<UInt64>)
    func lives(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        var disk = SimulatedDisk()
        var test = try TestLedger(on: disk)
        try test.found()
        var answered: [Int: LeafIndex] = [:]
        var heads: [TreeHead] = []
        var next = 0
        for life in 0..<14 {
            let step = Int.random(in: 0..<140, using: &random)
            let manner = try #require(FaultyFiles.Manner.allCases.randomElement(using: &random))
            test.system = FaultyFiles(disk, fault: FaultyFiles.Fault(step: step, manner: manner))
            // Sometimes the index is lost with the process.
            if Int.random(in: 0..<4, using: &random) == 0 { test.index = MemoryIndex() }
            test.clock.pass(Int64.random(in: 0..<5_000_000, using: &random))
            if let ledger = try? await test.open() {
                for _ in 0..<12 {
                    let numbers = (0..<Int.random(in: 1...6, using: &random)).map { offset in
                        Bool.random(using: &random) && next > 0
                            ? Int.random(in: 0..<next, using: &random) : next + offset
                    }
                    next = max(next, (numbers.max() ?? 0) + 1)
                    let events = try numbers.map { try Sample.heartbeat("e\($0)") }
                    for (number, answer) in zip(numbers, await ledger.submit(events, caller: "a")) {
                        guard case .success(let outcome) = answer else { continue }
                        #expect(answered[number, default: outcome.index] == outcome.index, "life \(life), seed \(seed)")
                        answered[number] = outcome.index
                    }
                    heads.append(ledger.reader.published.head)
                }
                if Bool.random(using: &random) { await ledger.shutDown() }
            }
            disk = Bool.random(using: &random) ? disk.powerCut(&random) : disk.killed()
        }
        test.system = disk
        try await test.running { ledger in
            for (number, index) in answered {
                let again = await ledger.submit([try Sample.heartbeat("e\(number)")], caller: "b")
                #expect(again == [.success(.resent(index))], "event \(number), seed \(seed)")
            }
            try Self.checkConsistency(heads, ledger.reader)
        }
        let entries = try test.entries()
        #expect(Set(entries.map(\.identity)).count == entries.count, "nothing is there twice")
        let findings = try test.check().findings
        #expect(findings.isEmpty, "seed \(seed): \(findings.prefix(3))")
    }

    /// Every head that was ever shown is a prefix of the log as it is now.
    private static func checkConsistency(_ heads: [TreeHead], _ reader: LedgerReader) throws {
        let now = reader.published.head
        for head in Set(heads) where head.size < now.size {
            let proof = try reader.consistencyProof(first: head.size, second: now.size)
            try proof.verify(from: head, to: now)
        }
    }

    @Test("says in the log that a torn tail was cut, once")
    func tornTail() async throws {
        let disk = SimulatedDisk()
        var test = try TestLedger(on: disk)
        try test.found()
        try await test.running { ledger in _ = await ledger.submit([try Sample.heartbeat("a")], caller: "x") }
        let path = "/log/entries/00000000000000000000.seg"
        let size = try test.entries().count
        let end = try PublishedLog(test.directory, in: disk).bundle(0..<UInt64(size)).count + 4_096 + 8 * 64
        disk.change(path) { bytes in
            bytes.append(contentsOf: [UInt8](repeating: 0, count: max(0, end + 40 - bytes.count)))
            bytes[end + 30] = 7
        }
        test.system = disk.killed()
        try await test.running { _ in }
        try await test.running { _ in }
        let recovered = try test.entries().filter { $0.type == "dev.countersign.ledger.recovered.v1" }
        #expect(recovered.count == 1)
        #expect(try test.check().findings.isEmpty)
    }

    @Test("stops at once when the store breaks: run throws, everything is refused")
    func breakdown() async throws {
        let disk = SimulatedDisk()
        var test = try TestLedger(on: disk)
        try test.found()
        let probe = FaultyFiles(disk.killed())
        test.system = probe
        _ = try await test.open()
        test.system = FaultyFiles(disk.killed(), fault: FaultyFiles.Fault(step: probe.steps + 3, manner: .failure))
        test.index = MemoryIndex()
        let ledger = try await test.open()
        async let service: Void = ledger.run()
        var refusals = 0
        for number in 0..<4 {
            let answer = await ledger.submit([try Sample.heartbeat("e\(number)")], caller: "a")
            if answer == [.failure(.storageTrouble)] { refusals += 1 }
        }
        #expect(refusals >= 3)
        guard case .failed = ledger.status.condition else {
            Issue.record("the status does not say it: \(ledger.status.condition)")
            return
        }
        do {
            try await service
            Issue.record("run came back as if nothing had happened")
        } catch is StorageError {
            // What the process ends with.
        }
    }
}

import ApprovalEvents
import LedgerEngine
import LogFiles
import MerkleTree
import TestMaterial
import Testing

@Suite("The ledger's time")
struct LedgerTimeTests {
    private static let day: Int64 = 86_400_000
    private static let hour: Int64 = 3_600_000

    private func marks(_ test: TestLedger) throws -> [(index: Int, at: Timestamp, cause: MarkCause, time: Timestamp)] {
        try test.entries().enumerated().compactMap { index, entry in
            guard case .ledgerMarked(let mark) = entry.payload else { return nil }
            return (index, mark.at, mark.cause, entry.ledgerTime)
        }
    }

    private func expect(_ mark: LeafIndex, toBeTheFirstOfItsTimeIn entries: [LedgerEntry]) {
        guard case .ledgerMarked(let marked) = entries[Int(mark.value)].payload else {
            Issue.record("\(mark) is no mark")
            return
        }
        #expect(entries.firstIndex { $0.ledgerTime >= marked.at } == Int(mark.value))
    }

    @Test("never goes back: small steps are clamped")
    func clamped() async throws {
        let test = try TestLedger()
        try test.found()
        try await test.running { ledger in
            for (number, step) in [0, 500, -1_500, -400, 300].enumerated() {
                test.clock.set(by: Int64(step))
                let sealed = await ledger.submit([try Sample.heartbeat("e\(number)")], caller: "a")
                #expect(sealed == [.success(.sealed(LeafIndex(UInt64(number) + 1)))])
            }
        }
        let times = try test.entries().map(\.ledgerTime)
        #expect(times == times.sorted())
        #expect(try test.check().findings.isEmpty)
    }

    @Test("cuts an extract's mark as the first entry of its time, also where the hour's counts are due with it")
    func markAtTheHour() async throws {
        let test = try TestLedger()
        try test.found()
        let mark = try await test.running { ledger in
            _ = await ledger.submit([try Sample.heartbeat("a")], caller: "a")
            test.clock.pass(Self.hour)
            return try await ledger.markForExtract().get()
        }
        let entries = try test.entries()
        expect(mark, toBeTheFirstOfItsTimeIn: entries)
        #expect(entries.dropLast().contains { $0.type == "dev.countersign.ledger.intake_counted.v1" })
    }

    @Test(
        "cuts an extract's mark as the first entry of its time, where the newest entry is of an hour's last millisecond",
        arguments: [hour, day])
    func markBeforeTheHour(_ boundary: Int64) async throws {
        let test = try TestLedger()
        try test.found()
        let mark = try await test.running { ledger in
            test.clock.pass(boundary - test.clock.now().wall % boundary - 1)
            _ = await ledger.submit([try Sample.heartbeat("a")], caller: "a")
            return try await ledger.markForExtract().get()
        }
        let entries = try test.entries()
        expect(mark, toBeTheFirstOfItsTimeIn: entries)
        #expect(Set(entries.map(\.identity)).count == entries.count)
        #expect(try test.check().findings.isEmpty)
    }

    @Test("stops where the clock goes back by more than two seconds, and says so when it is right again")
    func backwards() async throws {
        let test = try TestLedger()
        try test.found()
        try await test.running { ledger in
            test.clock.pass(10_000)
            _ = await ledger.submit([try Sample.heartbeat("a")], caller: "a")
            test.clock.set(by: -5_000)
            let answer1 = try await ledger.submit([Sample.heartbeat("b")], caller: "a")
            #expect(answer1 == [.failure(.clockStopped)])
            guard case .clockStopped = ledger.status.condition else {
                Issue.record("the status does not say it: \(ledger.status.condition)")
                return
            }
            #expect(await ledger.markForExtract() == .failure(.clockStopped))
            test.clock.pass(4_000)
            let sealed = await ledger.submit([try Sample.heartbeat("b")], caller: "a")
            #expect(sealed == [.success(.sealed(LeafIndex(3)))])
            #expect(ledger.status.condition == .running)
        }
        guard case .ledgerRecovered(let recovered) = try test.entries()[2].payload else {
            Issue.record("no ledger.recovered stands before the next entry")
            return
        }
        #expect(recovered.cause == .clock)
    }

    @Test("stops where the wall clock has moved a minute against the monotonic one")
    func drift() async throws {
        let test = try TestLedger()
        try test.found()
        try await test.running { ledger in
            test.clock.set(by: 61_000)
            let answer2 = try await ledger.submit([Sample.heartbeat("a")], caller: "a")
            #expect(answer2 == [.failure(.clockStopped)])
            test.clock.set(by: -2_000)
            let answer3 = try await ledger.submit([Sample.heartbeat("a")], caller: "a")
            #expect(answer3 == [.success(.sealed(LeafIndex(2)))])
        }
    }

    @Test("does not start behind its own log")
    func startBehind() async throws {
        let test = try TestLedger()
        try test.found()
        test.clock.set(by: -Self.hour)
        try await test.running { ledger in
            let answer4 = try await ledger.submit([Sample.heartbeat("a")], caller: "a")
            #expect(answer4 == [.failure(.clockStopped)])
        }
    }

    @Test("is marked at every midnight that passed, before anything else")
    func midnights() async throws {
        let test = try TestLedger()
        try test.found()
        try await test.running { ledger in
            test.clock.pass(3 * Self.day)
            let sealed = await ledger.submit([try Sample.heartbeat("a")], caller: "a")
            #expect(sealed == [.success(.sealed(LeafIndex(4)))])
        }
        test.clock.pass(Self.day)
        try await test.running { _ in }
        let marks = try marks(test)
        #expect(marks.count == 4)
        #expect(marks.map(\.at.milliseconds).allSatisfy { $0 % Self.day == 0 })
        #expect(marks.prefix(3).map(\.index) == [1, 2, 3])
        let entries = try test.entries()
        for mark in marks {
            #expect(mark.time >= mark.at)
            #expect(
                entries.prefix(mark.index).allSatisfy { $0.ledgerTime < mark.at || $0.type == entries[mark.index].type }
            )
        }
    }

    @Test("is marked at the midnights of other zones, where they are asked for")
    func zones() async throws {
        var test = try TestLedger()
        test.marks = MarkSchedule { after, through in
            // Midnight at UTC+1 stands at 23:00 UTC.
            stride(from: Int64(1_795_302_000_000), through: through.milliseconds, by: 86_400_000)
                .filter { $0 > after.milliseconds }.map { Timestamp(milliseconds: $0) }
        }
        try test.found()
        test.clock.pass(Self.day)
        try await test.running { _ in }
        let hours = try marks(test).map { $0.at.milliseconds % Self.day / Self.hour }
        #expect(hours == [23, 0])
    }

    @Test("is marked before an extract, by the first entry that is not before the mark")
    func extract() async throws {
        let test = try TestLedger()
        try test.found()
        try await test.running { ledger in
            _ = await ledger.submit([try Sample.heartbeat("a"), try Sample.heartbeat("b")], caller: "a")
            // In the same millisecond: the mark has to be later all the same.
            #expect(await ledger.markForExtract() == .success(LeafIndex(3)))
            #expect(await ledger.markForExtract() == .success(LeafIndex(4)))
        }
        let entries = try test.entries()
        for mark in try marks(test) {
            #expect(mark.cause == .extract)
            #expect(entries.firstIndex { $0.ledgerTime >= mark.at } == mark.index)
        }
    }

    @Test("closes each hour with the counts of every caller")
    func hourly() async throws {
        let test = try TestLedger()
        try test.found()
        try await test.running { ledger in
            let one = try Sample.heartbeat("a")
            _ = await ledger.submit([one], caller: "x")
            _ = await ledger.submit([one], caller: "y")
            _ = await ledger.submit([try Sample.heartbeat("a", queued: 9)], caller: "y")
            test.clock.pass(Self.hour)
            await ledger.tick()
            await ledger.tick()
            test.clock.pass(Self.hour)
            await ledger.tick()
        }
        let counts = try test.entries().compactMap { entry -> LedgerIntakeCounted? in
            if case .ledgerIntakeCounted(let counted) = entry.payload { counted } else { nil }
        }
        #expect(counts.map(\.caller) == ["x", "y"])
        #expect(counts.map(\.accepted) == [1, 0])
        #expect(counts.map(\.resent) == [0, 1])
        #expect(counts[1].refused == ["conflict": 1])
    }
}

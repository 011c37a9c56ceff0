import ApprovalEvents
import LedgerCrypto
import LedgerEngine
import LogFiles
import MerkleTree
import TestMaterial
import Testing

@Suite("check")
struct CheckTests {
    /// A ledger of 12 entries in two segments, closed.
    private static func ledger() async throws -> (test: TestLedger, disk: SimulatedDisk) {
        let disk = SimulatedDisk()
        let test = try TestLedger(on: disk)
        try test.found()
        try await test.running { ledger in
            for number in 0..<5 {
                _ = await ledger.submit(
                    [try Sample.heartbeat("a\(number)"), try Sample.heartbeat("b\(number)")], caller: "gateway")
            }
        }
        return (test, disk)
    }

    private static func findings(_ test: TestLedger, on disk: SimulatedDisk) throws -> [CheckFinding] {
        var damaged = test
        damaged.system = disk
        return try damaged.check().findings
    }

    @Test("finds nothing wrong with a log that is right, and counts what it read")
    func clean() async throws {
        let (test, _) = try await Self.ledger()
        let (summary, findings) = try test.check()
        #expect(findings.isEmpty)
        #expect(summary.entries == 12)
        #expect(summary.commits == 8, "7, and one that crosses into the second segment")
        #expect(summary.heads == 7)
        #expect(!summary.writerIsRunning)
    }

    @Test("looks at a log whose writer runs")
    func running() async throws {
        let test = try TestLedger()
        try test.found()
        try await test.running { ledger in
            _ = await ledger.submit([try Sample.heartbeat("a")], caller: "gateway")
            let (summary, findings) = try test.check()
            #expect(findings.isEmpty)
            #expect(summary.writerIsRunning)
            #expect(summary.entries == 2)
        }
    }

    @Test("finds and names one flipped bit anywhere in the entry files")
    func flips() async throws {
        let (test, whole) = try await Self.ledger()
        var random = SeededRandom(seed: 21)
        for path in whole.paths.filter({ $0.hasSuffix(".seg") }) {
            let length = try #require(whole.bytes(path)).count
            // The header is under one checksum: a few of its bytes. Of all the rest, every eleventh from a start by lot.
            let start = Int.random(in: 0..<11, using: &random)
            let places =
                Array(stride(from: 3, to: 4_096, by: 509)) + Array(stride(from: 4_096 + start, to: length, by: 11))
            for place in places {
                let disk = whole.killed()
                let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &random)
                disk.change(path) { $0[place] ^= bit }
                let findings = try Self.findings(test, on: disk)
                #expect(findings.contains { $0.file == path }, "bit \(bit) of byte \(place) in \(path)")
            }
        }
    }

    @Test("names the entry whose bytes were changed, and only that one")
    func naming() async throws {
        let (test, whole) = try await Self.ledger()
        let bundle = try PublishedLog(test.directory, in: whole).bundle(0..<12)
        let starts = try #require(PackedEntries.starts(in: bundle))
        let path = "/log/entries/00000000000000000000.seg"
        for index in 0..<8 {
            for offset in [0, 1, 2, 90] {
                let disk = whole.killed()
                let place = 4_096 + 8 * 64 + starts[index] + offset
                disk.change(path) { $0[place] ^= 4 }
                let findings = try Self.findings(test, on: disk)
                #expect(
                    findings.map(\.entry) == [LeafIndex(UInt64(index))], "entry \(index), byte \(offset): \(findings)")
                #expect(findings.first?.offset == UInt64(4_096 + 8 * 64 + starts[index]))
            }
        }
    }

    @Test("goes on after a finding, and names them all")
    func several() async throws {
        let (test, whole) = try await Self.ledger()
        let path = "/log/entries/00000000000000000000.seg"
        let starts = try #require(PackedEntries.starts(in: try PublishedLog(test.directory, in: whole).bundle(0..<8)))
        let disk = whole.killed()
        disk.change(path) { bytes in
            for index in [1, 2, 5] { bytes[4_096 + 8 * 64 + starts[index] + 40] ^= 1 }
        }
        #expect(try Self.findings(test, on: disk).compactMap(\.entry) == [1, 2, 5].map { LeafIndex($0) })
    }

    @Test("finds what is wrong in levels, offsets, heads and watermark")
    func derived() async throws {
        let (test, whole) = try await Self.ledger()
        var random = SeededRandom(seed: 22)
        for path in whole.paths where !path.hasSuffix(".seg") && !path.hasSuffix("LOCK") {
            let bytes = try #require(whole.bytes(path))
            for place in stride(from: 0, to: bytes.count, by: 13) where path != "/log/watermark" || bytes[place] != 0 {
                let disk = whole.killed()
                let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &random)
                disk.change(path) { $0[place] ^= bit }
                let findings = try Self.findings(test, on: disk)
                #expect(findings.contains { $0.file == path }, "bit \(bit) of byte \(place) in \(path): \(findings)")
            }
        }
    }

    @Test("finds heads that no key of the log has signed, and heads that are missing")
    func heads() async throws {
        let (test, whole) = try await Self.ledger()
        var stranger = try TestLedger(on: whole.killed())
        stranger.directory = test.directory
        let foreign = try stranger.check().findings
        #expect(foreign.count == 7)
        #expect(foreign.allSatisfy { $0.file == "/log/heads" })
        let disk = whole.killed()
        disk.change("/log/heads") { $0.removeLast(64) }
        #expect(try Self.findings(test, on: disk).contains { $0.file == "/log/heads" })
    }

    @Test("finds an entry that is no entry, and time that goes back")
    func contents() throws {
        let test = try TestLedger()
        try test.found()
        let storage = try LogFiles.open(test.directory, origin: TestLedger.origin, in: test.system)
        let early = try LedgerEntry.seal(
            Sample.heartbeat("e"), time: Timestamp(milliseconds: 1_000), caller: "x",
            salt: [UInt8](repeating: 1, count: 16))
        let plan = BatchPlan(appending: [Array("{ }".utf8), early.bytes], to: storage.frontier)
        try storage.commit(plan)
        try storage.publish(PublishedHead(head: plan.head, note: test.signer.sign(plan.head)))
        try storage.close()
        let findings = try test.check().findings
        #expect(findings.map(\.entry) == [LeafIndex(1), LeafIndex(2)])
    }
}

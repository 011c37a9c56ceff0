import ApprovalEvents
import LedgerCrypto
import MerkleTree
import SignedNotes
import TestLog
import Testing
import Verification

@Suite("A log tree") struct LogTreeTests {
    let log: TestLog
    let files: [String: [UInt8]]

    init() throws {
        log = try Self.log(of: 600)
        files = try log.tiles()
    }

    static func log(of count: Int) throws -> TestLog {
        var log = try TestLog()
        while log.entries.count < count { try log.mark(TestLog.start + Int64(log.entries.count) * 1000) }
        return log
    }

    func report(_ files: [String: [UInt8]], since: [UInt8]? = nil) throws -> VerificationReport {
        try LogTree { files[$0] }.verify(under: log.trust, since: since).report
    }

    @Test("holds, and is read to the last entry") func holds() throws {
        var told: [UInt64] = []
        let verdict = try LogTree { files[$0] }.verify(under: log.trust) { done, _ in told.append(done) }
        #expect(verdict.report.verdict == .holds, "\(verdict.report)")
        #expect(told == [256, 512, 600])
    }

    @Test("holds at sizes around a full tile", arguments: [1, 2, 255, 256, 257, 512, 513])
    func sizes(count: Int) throws {
        let log = try Self.log(of: count)
        let files = try log.tiles()
        let report = try LogTree { files[$0] }.verify(under: log.trust).report
        #expect(report.verdict == .holds, "\(report)")
    }

    @Test("with one bit changed in an entry names bundle and entry") func changedEntry() throws {
        for (path, first, index) in [("tile/entries/001", 256, 300), ("tile/entries/002.p/88", 512, 530)] {
            var offset = 0
            for entry in log.entries[first..<index] { offset += 2 + entry.bytes.count }
            for bit in [0, 3, 7] {
                var changed = files
                changed[path]?[offset + 2 + 40] ^= 1 << UInt8(bit)
                let report = try report(changed)
                let reason = try #require(report["entries"]?.reason)
                #expect(report.verdict == .fails)
                #expect(reason.contains("entry \(index) in \(path) was changed"), "\(reason)")
            }
        }
    }

    @Test("with one bit changed anywhere in a bundle is found, and the bundle named") func anyBit() throws {
        let log = try Self.log(of: 5)
        let files = try log.tiles()
        let path = "tile/entries/000.p/5"
        let bytes = try #require(files[path])
        for position in bytes.indices {
            var changed = files
            changed[path]?[position] ^= 1
            let report = try LogTree { changed[$0] }.verify(under: log.trust).report
            #expect(report.verdict == .fails)
            #expect(report.checks.contains { $0.outcome.reason?.contains(path) == true }, "byte \(position)")
        }
    }

    @Test("with one bit changed in a tile of any level names that tile and no other") func changedTile() throws {
        for path in ["tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"] {
            var changed = files
            changed[path]?[33] ^= 0x10
            let report = try report(changed)
            #expect(report.verdict == .fails)
            #expect(report["entries"] == .holds)
            #expect(report["tiles"] == .fails(reason: "\(path): hash 1 is wrong"))
        }
    }

    @Test("names both where a tile and an entry of another one are changed") func two() throws {
        var changed = files
        changed["tile/0/000"]?[5] ^= 1
        changed["tile/entries/001"]?[60] ^= 1
        let report = try report(changed)
        #expect(report["entries"]?.reason?.contains("entry 256 in tile/entries/001 was changed") == true, "\(report)")
        #expect(report["tiles"]?.reason?.contains("tile/0/000") == true)
    }

    @Test("names every file that is missing, short or long") func brokenFiles() throws {
        for path in files.keys where path != "checkpoint" {
            var missing = files
            missing[path] = nil
            #expect(try report(missing)["files"] == .fails(reason: "\(path) is missing"))
            for change in [{ Array($0.dropLast()) }, { $0 + [0] }] as [([UInt8]) -> [UInt8]] {
                var changed = files
                changed[path] = files[path].map(change)
                #expect(try report(changed)["files"]?.reason?.hasPrefix(path) == true)
            }
        }
    }

    @Test("may have a full tile where a partial one would be: it is cut down") func fullForPartial() throws {
        let larger = try Self.log(of: 1024)
        var files = try larger.tiles()
        files["checkpoint"] = try larger.note(600)
        files["tile/1/000.p/2"] = files["tile/1/000.p/4"].map { Array($0.prefix(64)) }
        #expect(try LogTree { files[$0] }.verify(under: larger.trust).report.verdict == .holds)
    }

    @Test("without a head, or under a foreign one, shows nothing") func heads() throws {
        var headless = files
        headless["checkpoint"] = nil
        #expect(try report(headless).verdict == .fails)
        var foreign = files
        foreign["checkpoint"] = try TestLog(origin: "example.com/other").note()
        #expect(try report(foreign).verdict == .fails)
        var smaller = files
        smaller["checkpoint"] = try log.note(599)
        #expect(try report(smaller).verdict == .fails, "its partial tiles are not there")
    }

    @Test("agrees with itself and fails where the head is another's") func rewritten() throws {
        var other = try TestLog()
        while other.entries.count < 600 { try other.mark(TestLog.start + 7 + Int64(other.entries.count) * 1000) }
        var files = try other.tiles()
        files["checkpoint"] = try log.note()
        let report = try report(files)
        #expect(report.verdict == .fails)
        #expect(report["entries"]?.reason?.contains("not the signed one") == true)
    }

    @Test("holds since every earlier head, and not since one of another history") func since() throws {
        for size in [0, 1, 2, 255, 256, 257, 599, 600] {
            #expect(try report(files, since: log.note(size))["consistency"] == .holds)
        }
        let other = try Self.forked(from: log, at: 300, to: 600)
        #expect(try report(files, since: other.note(300))["consistency"] == .holds)
        #expect(try report(files, since: other.note(301)).verdict == .fails)
        let longer = try Self.forked(from: log, at: 600, to: 601)
        #expect(try report(files, since: longer.note()).verdict == .fails, "rolled back")
        #expect(try report(files, since: TestLog(key: "other").note()).verdict == .fails)
        #expect(try report(files, since: [1, 2]).verdict == .fails)
    }

    static func forked(from log: TestLog, at size: Int, to end: Int) throws -> TestLog {
        var fork = try TestLog()
        for entry in log.entries[1..<size] { fork.add(entry) }
        while fork.entries.count < end { try fork.mark(TestLog.start + 5 + Int64(fork.entries.count) * 1000) }
        return fork
    }

    @Test("in which the clock falls, or an entry is none, is named") func content() throws {
        var log = try TestLog()
        try log.mark(TestLog.start + 5000)
        try log.mark(TestLog.start + 2000, writtenAt: TestLog.start + 2000)
        let files = try log.tiles()
        let report = try LogTree { files[$0] }.verify(under: log.trust).report
        #expect(report["clock"] == .fails(reason: "entry 2"))
        #expect(report["entries"] == .holds)
    }
}

@Suite("Two heads") struct HeadConsistencyTests {
    let log: TestLog

    init() throws {
        log = try LogTreeTests.log(of: 13)
    }

    func verdict(_ older: [UInt8], _ newer: [UInt8], _ proof: [UInt8]) throws -> VerificationReport.Verdict {
        try HeadConsistency.verify(older: older, newer: newer, proof: proof, under: log.trust).verdict
    }

    @Test("of one log are consistent, each with each later one") func all() throws {
        for first in 1...13 {
            for second in first...13 {
                let proof = log.consistency(first, second).lines
                #expect(try verdict(log.note(first), log.note(second), proof) == .holds)
            }
        }
    }

    @Test("the wrong way round, with a changed proof, or of a fork are not") func wrong() throws {
        let (older, newer, proof) = (try log.note(6), try log.note(13), log.consistency(6, 13).lines)
        #expect(try verdict(newer, older, proof) == .fails)
        for position in proof.indices {
            var changed = proof
            changed[position] ^= 1
            #expect(try verdict(older, newer, changed) == .fails)
        }
        for length in proof.indices { #expect(try verdict(older, newer, Array(proof[..<length])) == .fails) }
        #expect(try verdict(older, newer, proof + proof) == .fails)
        let fork = try LogTreeTests.forked(from: log, at: 5, to: 13)
        #expect(try verdict(older, fork.note(), fork.consistency(6, 13).lines) == .fails)
        #expect(try verdict(TestLog(origin: "x").note(), newer, proof) == .fails)
    }
}

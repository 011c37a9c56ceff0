import ApprovalEvents
import LedgerCrypto
import MerkleTree
import SignedNotes
import TestLog
import TestMaterial
import Testing
import Verification

/// A log of several sections, so that what is found in each has to be put together in order.
@Suite("A log tree, looked at from several threads") struct SharedLogTreeTests {
    static let count = 4700
    let log: TestLog
    let files: [String: [UInt8]]

    init() throws {
        log = try LogTreeTests.log(of: Self.count)
        files = try log.tiles()
    }

    /// The report of one thread, after those of more were found to be the same.
    @discardableResult
    func same(
        _ files: [String: [UInt8]], since: [UInt8]? = nil, scope: LogTreeScope = .everything
    ) async throws -> VerificationReport {
        let trust = try log.trust
        let alone = try LogTree { files[$0] }.verify(under: trust, since: since, scope: scope)
        for jobs in [1, 2, 7] {
            let shared = try await SharedLogTree { files[$0] }.verify(
                under: trust, since: since, scope: scope, jobs: jobs)
            #expect(shared.report == alone.report, "\(jobs) jobs")
            #expect(shared.head == alone.head)
        }
        return alone.report
    }

    @Test("holds, and is told of in order") func holds() async throws {
        let report = try await same(files)
        #expect(report.verdict == .holds, "\(report)")
        var told: [UInt64] = []
        let files = files
        _ = try await SharedLogTree { files[$0] }.verify(under: log.trust, jobs: 3) { done, of in
            told.append(done)
            #expect(of == UInt64(Self.count))
        }
        #expect(told == (1...18).map { $0 * 256 } + [4700])
    }

    @Test("holds at every size around sections") func sizes() async throws {
        for size in [0, 1, 255, 256, 257, 2047, 2048, 2049, 4095, 4096, 4097, 4608] {
            var files = files
            files["checkpoint"] = try log.note(size)
            // Full tiles stand in for the partial ones of an earlier head, but not above the entries.
            let full = size / 256
            if full > 0 {
                files["tile/1/000.p/\(full)"] = files["tile/1/000.p/18"].map { Array($0.prefix(32 * full)) }
            }
            let report = try await same(files)
            #expect(report.verdict == .holds, "\(size): \(report)")
        }
    }

    @Test("names the same entries, files and tiles, in the same order") func wrong() async throws {
        var random = SeededRandom(seed: 6962)
        let paths = files.keys.filter { $0 != "checkpoint" }.sorted()
        for _ in 0..<25 {
            var changed = files
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let path = paths[Int.random(in: paths.indices, using: &random)]
                switch Int.random(in: 0...5, using: &random) {
                case 0: changed[path] = nil
                case 1: changed[path]?.removeLast()
                default:
                    guard let size = changed[path]?.count else { continue }
                    changed[path]?[Int.random(in: 0..<size, using: &random)] ^= 1
                }
            }
            let report = try await same(changed, since: log.note(Int.random(in: 0...Self.count, using: &random)))
            #expect(report.verdict == .fails, "seed \(random.seed)")
        }
    }

    @Test("names the first ten of many, and counts the rest") func many() async throws {
        var changed = files
        for path in files.keys where path.hasPrefix("tile/0/") { changed[path]?[40] ^= 1 }
        let reason = try #require(try await same(changed)["tiles"]?.reason)
        #expect(reason.contains("tile/0/000: hash 1 is wrong"))
        #expect(reason.hasSuffix("; and 9 more"), "\(reason)")
    }

    @Test("holds since every earlier head, and not since one of another history") func since() async throws {
        for size in [0, 1, 255, 256, 300, 2048, 2050, 4096, 4600, 4608, 4699, 4700] {
            #expect(try await same(files, since: log.note(size))["consistency"] == .holds, "\(size)")
        }
        let other = try LogTreeTests.forked(from: log, at: 2100, to: 2400)
        #expect(try await same(files, since: other.note(2100))["consistency"] == .holds)
        for size in [2101, 2304, 2400] {
            let outcome = try await same(files, since: other.note(size))["consistency"]
            #expect(outcome?.reason?.contains("history was rewritten") == true)
        }
    }

    @Test("sees the clock fall inside a section and from one to the next", arguments: [5, 2047, 2048, 2049, 2304])
    func clock(place: Int) async throws {
        var log = try TestLog()
        while log.entries.count < place { try log.mark(TestLog.start + Int64(log.entries.count) * 1000) }
        try log.mark(TestLog.start, writtenAt: TestLog.start)
        while log.entries.count < place + 300 { try log.mark(TestLog.start + Int64(log.entries.count) * 1000) }
        let (files, trust) = (try log.tiles(), try log.trust)
        let report = try await SharedLogTree { files[$0] }.verify(under: trust, jobs: 3).report
        #expect(report == (try LogTree { files[$0] }.verify(under: trust).report))
        #expect(report["clock"] == .fails(reason: "entry \(place)"))
        #expect(report["entries"] == .holds && report["entry-form"] == .holds)
        let hashes = try await SharedLogTree { files[$0] }.verify(under: trust, scope: .hashes, jobs: 3).report
        #expect(hashes.verdict == .holds, "nobody asked for the clock")
    }

    @Test("of which only the hashes are asked for says that it did not read the entries") func hashes() async throws {
        let report = try await same(files, since: log.note(3000), scope: .hashes)
        #expect(report.verdict == .holds)
        for id in ["entry-form", "clock"] {
            #expect(report[id] == .notChecked(reason: "only the hashes were asked for"))
            #expect(report.checks.first { $0.id == id }?.isAsked == false)
        }
        let whole = try await same(files, since: log.note(3000))
        let unread = ["entry-form", "clock"]
        #expect(
            report.checks.filter { !unread.contains($0.id) } == whole.checks.filter { !unread.contains($0.id) })
        var changed = files
        changed["tile/entries/010"]?[100] ^= 1
        let failing = try await same(changed, scope: .hashes)
        #expect(failing["entries"]?.reason?.contains("entry 2560 in tile/entries/010 was changed") == true)
        #expect(failing.verdict == .fails)
    }

    @Test("ends with the trouble of a file that cannot be read") func trouble() async throws {
        struct Unreadable: Error {}
        let files = files
        let tree = SharedLogTree { path in
            if path == "tile/0/009" { throw Unreadable() }
            return files[path]
        }
        await #expect(throws: Unreadable.self) { try await tree.verify(under: log.trust, jobs: 2) }
    }
}

import ApprovalEvents
import EvidencePackages
import LedgerCrypto
import MerkleTree
import Oversight
import Reporting
import TestLog
import Testing
import Verification

@Suite("An evidence package") struct PackageTests {
    let log: TestLog
    let package: EvidencePackage
    let archive: [UInt8]

    init() throws {
        log = try TestLog.threeDays()
        let extract = try log.extract(from: TestLog.start + TestLog.day, to: TestLog.start + 2 * TestLog.day)
        package = try EvidencePackage(extract: extract, trust: log.trust, framework: .soc2, nonce: "pick-7")
        archive = try package.archive()
    }

    func verdict(_ files: [String: [UInt8]], nonce: Text? = nil) throws -> PackageVerdict {
        try EvidencePackage(found: files, folder: package.folder).verify(under: log.trust, nonce: nonce)
    }

    @Test("holds, with the reader's nonce in it") func holds() throws {
        let found = try EvidencePackage(archive: archive)
        #expect(found == package)
        let verdict = try found.verify(under: log.trust, nonce: "pick-7")
        #expect(verdict.report.verdict == .holds, "\(verdict.report)")
        #expect(verdict.content?.findings.map(\.subject) == ["apr_self"])
        #expect(try found.verify(under: log.trust, nonce: "pick-8").report["nonce"] != .holds)
    }

    @Test("is the same bytes each time") func deterministic() throws {
        let extract = try log.extract(from: TestLog.start + TestLog.day, to: TestLog.start + 2 * TestLog.day)
        let again = try EvidencePackage(extract: extract, trust: log.trust, framework: .soc2, nonce: "pick-7")
        #expect(try again.archive() == archive)
    }

    @Test("is not made of an extract that does not hold") func refused() throws {
        var extract = try log.extract(from: nil, to: nil)
        extract[extract.count - 40] ^= 1
        #expect(throws: EvidencePackage.Failure.self) {
            try EvidencePackage(extract: extract, trust: log.trust, framework: .soc2)
        }
        let other = try TestLog(key: "other")
        #expect(throws: EvidencePackage.Failure.self) {
            try EvidencePackage(extract: log.extract(from: nil, to: nil), trust: other.trust, framework: .soc2)
        }
    }

    @Test("with one bit changed in any file fails and names it") func changedFiles() throws {
        for path in package.files.keys.sorted() {
            let bytes = try #require(package.files[path])
            guard !bytes.isEmpty else { continue }
            for position in Set([0, bytes.count / 2, bytes.count - 1]) {
                var files = package.files
                files[path]?[position] ^= 1
                let report = try verdict(files).report
                #expect(report.verdict == .fails, "\(path) \(position)")
                #expect(report.checks.contains { $0.outcome.reason?.contains(path) == true }, "\(path) \(position)")
            }
        }
    }

    @Test("without one of its files fails") func missingFiles() throws {
        for path in package.files.keys {
            var files = package.files
            files[path] = nil
            #expect(try verdict(files).report.verdict == .fails, "\(path)")
        }
    }

    @Test("in which a number was changed and the manifests made new is still caught") func resealed() throws {
        for path in ["data/40-results/exceptions.csv", "data/40-results/figures.json", "index.html", "README.txt"] {
            let text = String(decoding: try #require(package.files[path]), as: UTF8.self)
            let changed = text.replacing("apr_self", with: "apr_none").replacing("1", with: "0")
            let files = resealed([path: Array(changed.utf8)])
            let report = try verdict(files).report
            #expect(report["bag"] == .holds, "\(report)")
            #expect(report["regenerated"]?.reason?.contains(path) == true)
        }
    }

    @Test("with an entry withheld and everything else made new is still caught") func withheld() throws {
        let path = "data/10-ledger/entries.jsonl"
        var lines = try #require(package.files[path]).split(separator: 0x0A).map { Array($0) }
        lines.remove(at: 4)
        let report = try verdict(resealed([path: lines.flatMap { $0 + [0x0A] }])).report
        #expect(report.verdict == .fails)
        #expect(report["range"] != .holds)
    }

    @Test("to which something was added fails where it speaks of results, and says so where it does not") func added()
        throws
    {
        let inside = resealed(["data/40-results/extra.csv": [1]])
        #expect(try verdict(inside).report["regenerated"]?.reason?.contains("extra.csv") == true)
        let outside = resealed(["data/80-custody/custody.jsonl": [1]])
        let report = try verdict(outside).report
        #expect(report.verdict == .holds, "\(report)")
        #expect(report["outside"]?.reason?.contains("custody.jsonl") == true)
    }

    @Test("of a foreign log, or under another key, fails") func foreign() throws {
        #expect(try package.verify(under: TestLog(origin: "example.com/other").trust).report.verdict == .fails)
        #expect(try package.verify(under: TestLog(key: "other").trust).report.verdict == .fails)
    }

    @Test("holds no cell that a spreadsheet would run") func injection() throws {
        var log = try TestLog()
        let subjects: [Text] = ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "1E5", "007", Story.hostile]
        for (place, subject) in subjects.enumerated() {
            let time = TestLog.start + Int64(place + 1) * 60_000
            for event in try Story.approval(subject, time: time) { try log.append(event) }
        }
        let package = try EvidencePackage(extract: log.extract(from: nil, to: nil), trust: log.trust, framework: .soc2)
        let table = try #require(package.files["data/20-populations/P1-requests-for-approval.csv"])
        let text = String(decoding: table, as: UTF8.self)
        #expect(table.starts(with: [0xEF, 0xBB, 0xBF]))
        #expect(text.unicodeScalars.filter { $0 == "\n" }.count == 1 + subjects.count)
        for subject in subjects.dropLast() { #expect(text.contains(",'\(subject),"), "\(subject)") }
        #expect(text.contains("\"</td><script>"), "quoted, and begins with no formula")
    }

    /// The package's files with some put in and both manifests made again, as a forger would.
    private func resealed(_ changed: [String: [UInt8]]) -> [String: [UInt8]] {
        var files = package.files.merging(changed) { $1 }
        func manifest(_ paths: [String]) -> [UInt8] {
            Array(paths.sorted().map { "\(Digest.sha256(files[$0] ?? []).hex)  \($0)\n" }.joined().utf8)
        }
        let payload = files.filter { $0.key.hasPrefix("data/") }.values
        let info = String(decoding: files["bag-info.txt"] ?? [], as: UTF8.self)
            .replacing(
                /Payload-Oxum: .*\n/, with: "Payload-Oxum: \(payload.map(\.count).reduce(0, +)).\(payload.count)\n")
        files["bag-info.txt"] = Array(info.utf8)
        files["manifest-sha256.txt"] = manifest(files.keys.filter { $0.hasPrefix("data/") })
        files["tagmanifest-sha256.txt"] = manifest(
            files.keys.filter { !$0.hasPrefix("data/") && $0 != "tagmanifest-sha256.txt" })
        return files
    }
}

import Foundation
import TestMaterial
import Testing

/// One bit anywhere in the entry files is found and named by `countersign check`, and by the auditor's command.
struct CheckTests {
    @Test func `a flipped bit anywhere in the entries is found and named`() async throws {
        let scratch = try ScratchFolder()
        let ledger = try TestLedger(in: scratch)
        let server = try ServerProcess(data: ledger.data)
        let client = Client(address: server.address, token: ledger.token)
        for number in 0..<12 {
            let posted = try await client.post(Load.event(id: "event-\(number)"))
            #expect(posted.status == 201)
        }
        server.stop()
        let exported = try Binary.countersign.run(["tiles", "export", scratch.path("tiles"), "--data", ledger.data])
        try #require(exported.code == 0, "\(exported.errors)")
        let clean = try Binary.countersign.run(["check", "--data", ledger.data])
        #expect(clean.code == 0 && clean.output.contains("nothing is wrong"), "\(clean.output)\(clean.errors)")

        let entries = try FileManager.default.contentsOfDirectory(atPath: ledger.data + "/entries")
        let segment = URL(fileURLWithPath: ledger.data + "/entries/" + (try #require(entries.first)))
        try flipBits(of: segment, needle: "event-", count: 24) { place in
            let found = try Binary.countersign.run(["check", "--data", ledger.data])
            #expect(found.code == 1, "the flipped bit at \(place) was not found")
            #expect(found.output.contains("WRONG") && found.output.contains(".seg, entry "), "\(found.output)")
        }
        let bundle = URL(fileURLWithPath: scratch.path("tiles/tile/entries"))
        let file = try #require(
            FileManager.default.enumerator(at: bundle, includingPropertiesForKeys: [.isRegularFileKey])?
                .compactMap { $0 as? URL }.first {
                    (try? $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true
                })
        try flipBits(of: file, needle: "event-", count: 12) { place in
            let found = try Binary.verify.run(["log", scratch.path("tiles"), "--trust", ledger.data + "/trust"])
            #expect(found.code == 1, "the flipped bit at \(place) was not found: \(found.output)")
            #expect(found.output.contains("tile/entries/"), "\(found.output)")
        }
    }

    /// Flips single bits around the first entries, one after the other, and puts each back.
    private func flipBits(of file: URL, needle: String, count: Int, check: (Int) throws -> Void) throws {
        let good = try Data(contentsOf: file)
        let start = try #require(good.range(of: Data(needle.utf8))).lowerBound
        let end = try #require(good.range(of: Data(needle.utf8), options: .backwards)).upperBound
        var random = SeededRandom(seed: 0xF11B)
        for _ in 0..<count {
            let place = Int.random(in: start..<end, using: &random)
            var bad = good
            bad[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
            try bad.write(to: file)
            try check(place)
        }
        try good.write(to: file)
    }
}

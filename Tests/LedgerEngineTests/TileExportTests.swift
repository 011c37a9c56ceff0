import ApprovalEvents
import LedgerCrypto
import LedgerEngine
import LogFiles
import MerkleTree
import SignedNotes
import TestMaterial
import Testing

@Suite("The static tree")
struct TileExportTests {
    @Test("holds every tile and bundle of its checkpoint, and grows with the log")
    func export() async throws {
        let disk = SimulatedDisk()
        var test = try TestLedger(on: disk)
        test.options.segmentEntries = 512
        try test.found()
        var kept = 0
        for round in 0..<3 {
            try await test.running { ledger in
                let events = try (0..<280).map { try Sample.heartbeat("\(round)-\($0)") }
                _ = await ledger.submit(events, caller: "a")
            }
            let log = try PublishedLog(test.directory, in: disk)
            let export = TileExport(try LedgerReader(log), to: "/tiles", in: disk)
            let summary = try export.run()
            if round > 0 { #expect(summary.kept > kept) }
            kept = summary.kept
            try verify(disk, test, size: summary.head.size)
            let again = TileExport(try LedgerReader(log), to: "/tiles", in: disk)
            #expect(try again.run().written == 0)
        }
    }

    private func verify(_ disk: SimulatedDisk, _ test: TestLedger, size: TreeSize) throws {
        let note = try SignedNote(parsing: try #require(disk.bytes("/tiles/checkpoint")))
        _ = try note.verify(with: test.signer.verifierKeys)
        let head = try Checkpoint(parsing: note.text).head
        #expect(head.size == size)
        var frontier = Frontier()
        for tile in TileAddress.all(for: size) {
            let hashes = try #require(disk.bytes("/tiles/\(TilePath.format(tile))"))
            #expect(hashes.count == tile.width * 32)
            guard tile.level == 0 else { continue }
            let path = "/tiles/\(TilePath.format(entries: tile.index, width: tile.width))"
            let bundle = try #require(disk.bytes(path))
            let leaves = try #require(PackedEntries(data: bundle)).leaves
            #expect(leaves.flatMap(\.bytes) == hashes)
            for leaf in leaves { frontier.append(leaf) }
        }
        #expect(frontier.head == head)
    }

    @Test("is not written over another log's")
    func foreign() async throws {
        let disk = SimulatedDisk()
        for directory in ["/log", "/other"] {
            var test = try TestLedger(on: disk)
            test.directory = directory
            try test.found()
            let export = TileExport(try LedgerReader(PublishedLog(directory, in: disk)), to: "/tiles", in: disk)
            if directory == "/log" {
                _ = try export.run()
            } else {
                // The same origin and size, and another root.
                #expect(throws: StorageError.self) { try export.run() }
            }
        }
    }

    @Test("is served for every published size, with the widths that it has")
    func widths() async throws {
        let test = try TestLedger()
        try test.found()
        try await test.running { ledger in
            let events = try (0..<300).map { try Sample.heartbeat("\($0)") }
            _ = await ledger.submit(events, caller: "a")
            let reader = ledger.reader
            for width in [1, 45, 256] {
                #expect(
                    try reader.tile(try #require(TileAddress(level: 0, index: 0, width: width)))?.count == width * 32)
                #expect(try reader.bundle(0, width: width).flatMap(PackedEntries.starts)?.count == width)
            }
            #expect(try reader.tile(try #require(TileAddress(level: 0, index: 1, width: 45)))?.count == 45 * 32)
            #expect(try reader.tile(try #require(TileAddress(level: 0, index: 1, width: 46))) == nil)
            #expect(try reader.tile(try #require(TileAddress(level: 1, index: 0, width: 1)))?.count == 32)
            #expect(try reader.tile(try #require(TileAddress(level: 1, index: 0, width: 2))) == nil)
            #expect(try reader.bundle(1, width: 46) == nil)
            #expect(try reader.bundle(1 << 60, width: 1) == nil)
        }
    }
}

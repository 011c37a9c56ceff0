import ApprovalEvents
import LedgerCrypto
import LedgerEngine
import LogFiles
import MerkleTree
import SignedNotes
import TestMaterial
import Testing

/// Exports end at every step, and the folder is held to its own checkpoint.
@Suite("An export that does not come to its end")
struct TileExportFaultTests {
    /// A log of `second` entries on a disk, or a few more that are its own, and a folder that holds its first `first`;
    /// none for 0.
    private func stage(_ first: Int, _ second: Int) async throws -> (disk: SimulatedDisk, first: UInt64?) {
        let disk = SimulatedDisk()
        var test = try TestLedger(on: disk)
        test.options.segmentEntries = 512
        try test.found()
        var exported: UInt64?
        for (old, size) in [(0, first), (first, second)] where size > 0 {
            try await test.running { ledger in
                let events = try (old..<size).map { try Sample.heartbeat("\($0)") }
                _ = await ledger.submit(events, caller: "a")
            }
            if size == first { exported = try export(on: disk).head.size.value }
        }
        return (disk, exported)
    }

    private func export(on disk: any FileSystem) throws -> TileExport.Summary {
        try TileExport(try LedgerReader(PublishedLog("/log", in: disk)), to: "/tiles", in: disk).run()
    }

    /// Whether the folder is whole under its checkpoint; nil where it has none yet.
    private func verifiedSize(_ disk: SimulatedDisk, _ what: String) throws -> UInt64? {
        guard let note = disk.bytes("/tiles/checkpoint") else { return nil }
        let head = try Checkpoint(parsing: try SignedNote(parsing: note).text).head
        var frontier = Frontier()
        for tile in TileAddress.all(for: head.size) {
            let hashes = try #require(disk.bytes("/tiles/\(TilePath.format(tile))"), "\(what): \(tile)")
            #expect(hashes.count == tile.width * 32, "\(what): \(tile)")
            guard tile.level == 0 else { continue }
            let path = "/tiles/\(TilePath.format(entries: tile.index, width: tile.width))"
            let bundle = try #require(disk.bytes(path), "\(what): \(path)")
            let leaves = try #require(PackedEntries(data: bundle)).leaves
            #expect(leaves.flatMap(\.bytes) == hashes, "\(what): \(path)")
            for leaf in leaves { frontier.append(leaf) }
        }
        #expect(frontier.head == head, "\(what)")
        return head.size.value
    }

    @Test(
        "leaves a folder that verifies under its own checkpoint, and the next one completes it",
        arguments: [[0, 260], [200, 300], [300, 600]])
    func everyStep(sizes: [Int]) async throws {
        let (disk, first) = try await stage(sizes[0], sizes[1])
        let probe = FaultyFiles(disk.killed())
        let whole = try export(on: probe)
        var random = SeededRandom(seed: 0x5EED_0004)
        let ends = FaultyFiles.Manner.allCases.flatMap { manner in (0..<probe.steps).map { (manner, $0) } }
        for (manner, step) in ends {
            let dying = disk.killed()
            _ = try? export(on: FaultyFiles(dying, fault: FaultyFiles.Fault(step: step, manner: manner)))
            let what = "\(sizes), \(manner) at step \(step), \(probe.names[step])"
            for left in [dying.killed(), dying.powerCut(&random)] {
                let size = try verifiedSize(left, what)
                #expect([first, whole.head.size.value].contains(size), "\(what)")
                let again = try export(on: left)
                #expect(again.head == whole.head)
                #expect(try verifiedSize(left.powerCut(&random), what) == whole.head.size.value, "\(what), again")
                #expect(!left.paths.contains { $0.hasSuffix("/000.partial") }, "\(what): a leftover stays")
            }
        }
    }

    @Test("takes partial tiles away one export after their full ones came")
    func superseded() async throws {
        let (disk, first) = try await stage(200, 300)
        let width = try #require(first)
        let size = try export(on: disk).head.size.value
        #expect(disk.bytes("/tiles/tile/entries/000.p/\(width)") != nil, "a reader may hold the checkpoint before")
        _ = try export(on: disk)
        #expect(disk.bytes("/tiles/tile/entries/000.p/\(width)") == nil)
        #expect(disk.bytes("/tiles/tile/0/000.p/\(width)") == nil)
        #expect(disk.bytes("/tiles/tile/entries/001.p/\(size - 256)") != nil)
        #expect(try verifiedSize(disk, "after the removal") == size)
    }

    @Test("keeps others out while it runs, and is refused by a folder with more entries")
    func refused() async throws {
        let (disk, _) = try await stage(200, 300)
        let size = try export(on: disk).head.size.value
        let held = try disk.open("/tiles/.lock", for: .creating)
        #expect(try disk.lock(held))
        #expect(throws: StorageError.self) { try export(on: disk) }
        disk.close(held)
        #expect(try export(on: disk).written == 0)
        disk.change("/tiles/checkpoint") { note in
            note = Array(String(decoding: note, as: UTF8.self).replacing("\n\(size)\n", with: "\n400\n").utf8)
        }
        #expect(throws: StorageError.self) { try export(on: disk) }
    }
}

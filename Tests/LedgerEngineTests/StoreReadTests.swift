import LedgerCrypto
import LedgerEngine
import LogFiles
import MerkleTree
import Testing

/// What a store keeps of its files for the next reader must not show.
@Suite("Reading a store again and again")
struct StoreReadTests {
    private static func log(of entries: [[UInt8]], on disk: SimulatedDisk, segment: UInt64) throws -> LogFiles {
        var options = StoreWorkload.options
        options.segmentEntries = segment
        let log = try LogFiles.create(
            StoreWorkload.directory, origin: StoreWorkload.origin, options: options, in: disk)
        for start in stride(from: 0, to: entries.count, by: 500) {
            let batch = Array(entries[start..<min(start + 500, entries.count)])
            _ = try log.commitSigned(BatchPlan(appending: batch, to: log.frontier))
        }
        return log
    }

    @Test("A proof has the same hashes, whether its nodes are read or remembered")
    func proofs() throws {
        let entries = (0..<1_500).map { Array("entry \($0)".utf8) }
        let log = try Self.log(of: entries, on: SimulatedDisk(), segment: 1_024)
        let reader = try LedgerReader(log)
        let heads = StoreWorkload.heads(of: entries)
        // Sizes that end inside the levels that are remembered, and beside them; each twice.
        for size in [256, 257, 511, 512, 768, 1_024, 1_280, 1_499, 1_500] {
            for index in [0, 1, 255, size / 2, size - 1] {
                for _ in 0..<2 {
                    let proof = try reader.inclusionProof(
                        index: LeafIndex(UInt64(index)), size: TreeSize(UInt64(size)))
                    try proof.verify(
                        leaf: TreeHash.leaf(entries[index]), at: LeafIndex(UInt64(index)), in: heads[size])
                }
            }
        }
        try log.close()
    }

    @Test("Nothing that is remembered goes beyond the published size")
    func bounds() throws {
        let entries = (0..<600).map { Array("entry \($0)".utf8) }
        let log = try Self.log(of: entries, on: SimulatedDisk(), segment: 1_024)
        try log.commit(BatchPlan(appending: entries, to: log.frontier))
        for _ in 0..<2 {
            #expect(try log.nodes([NodeAddress(level: 8, index: 1)]).count == 1)
            #expect(throws: StorageError.self) { try log.nodes([NodeAddress(level: 8, index: 2)]) }
        }
        #expect(try log.publishDurable().size.value == 1_200)
        #expect(try log.nodes([NodeAddress(level: 8, index: 2)]).count == 1)
        try log.close()
    }

    @Test("Entries of more segments than are held open are read in any order")
    func segments() throws {
        let entries = (0..<600).map { Array("entry \($0)".utf8) }
        // 300 segments: two of them share a place where they are 256 apart.
        let log = try Self.log(of: entries, on: SimulatedDisk(), segment: 2)
        for round in 0..<3 {
            for place in 0..<600 {
                let index = (place * 7 + round * 256) % 600
                let bundle = try log.bundle(UInt64(index)..<UInt64(index) + 1)
                #expect(Array(bundle.dropFirst(2)) == entries[index])
            }
        }
        try log.close()
    }

    @Test("One entry is read whole, however long it is", arguments: [0, 1, 4_093, 4_094, 4_095, 9_000, 65_535])
    func lengths(_ length: Int) throws {
        let entries = [[1], [UInt8](repeating: 7, count: length), [2, 3]]
        let log = try Self.log(of: entries, on: SimulatedDisk(), segment: 1_024)
        for (index, entry) in entries.enumerated() {
            let bundle = try log.bundle(UInt64(index)..<UInt64(index) + 1)
            #expect(bundle == BatchPlan(appending: [entry], to: Frontier()).data)
        }
        try log.close()
    }
}

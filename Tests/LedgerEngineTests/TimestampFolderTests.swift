import LedgerEngine
import LogFiles
import MerkleTree
import TestMaterial
import Testing

@Suite("The timestamps of a log")
struct TimestampFolderTests {
    private static let size = TreeSize(7)

    @Test("are kept once each, and listed by size")
    func keeping() throws {
        let folder = TimestampFolder("/log", in: SimulatedDisk())
        #expect(try folder.sizes().isEmpty)
        #expect(try folder.add([1, 2, 3], for: TreeSize(10)))
        #expect(try folder.add([4], for: TreeSize(9)))
        #expect(try !folder.add([5], for: TreeSize(9)), "the earlier answer says more")
        #expect(try folder.sizes() == [TreeSize(9), TreeSize(10)])
        #expect(try folder.answer(for: TreeSize(9)) == [4])
        #expect(try folder.answer(for: TreeSize(8)) == nil)
    }

    @Test(
        "are there whole or not at all after any fault, and to stay once they were kept",
        arguments: FaultyFiles.Manner.allCases)
    func faults(_ manner: FaultyFiles.Manner) throws {
        let probe = FaultyFiles(SimulatedDisk())
        let answer = [UInt8](repeating: 0xA5, count: 3_000)
        try TimestampFolder("/log", in: probe).add(answer, for: Self.size)
        var random = SeededRandom(seed: 0x5EED_0005)
        for step in 0..<probe.steps {
            let disk = SimulatedDisk()
            let dying = FaultyFiles(disk, fault: FaultyFiles.Fault(step: step, manner: manner))
            _ = try? TimestampFolder("/log", in: dying).add(answer, for: Self.size)
            for left in [disk.killed(), disk.powerCut(&random)] {
                let folder = TimestampFolder("/log", in: left)
                let kept = try folder.answer(for: Self.size)
                #expect(kept == nil || kept == answer, "\(manner) at step \(step), \(probe.names[step])")
                try folder.add(answer, for: Self.size)
                let after = TimestampFolder("/log", in: left.powerCut(&random))
                #expect(try after.answer(for: Self.size) == answer, "\(manner) at step \(step), again")
            }
        }
    }
}

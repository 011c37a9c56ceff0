import LedgerCrypto
import LedgerEngine
import LogFiles
import MerkleTree
import TestMaterial
import Testing

@Suite("Recovery")
struct RecoveryTests {
    private static let segment = "/log/entries/00000000000000000000.seg"
    /// 4 KiB of header, 8 slots of 64 bytes.
    private static let dataOffset = 4_096 + 8 * 64

    /// A log of three batches, of which the last is durable and has no head yet: nobody was answered for it.
    private static func unsigned() throws -> (work: StoreWorkload, disk: SimulatedDisk, answered: [PublishedHead]) {
        let work = StoreWorkload(sizes: [2, 1, 3])
        let disk = SimulatedDisk()
        let log = try LogFiles.create(
            StoreWorkload.directory, origin: StoreWorkload.origin, options: StoreWorkload.options, in: disk)
        var answered: [PublishedHead] = []
        for (number, batch) in work.batches.enumerated() {
            let plan = BatchPlan(appending: batch, to: log.frontier)
            if number < 2 {
                answered.append(try log.commitSigned(plan))
            } else {
                try log.commit(plan)
            }
        }
        return (work, disk.killed(), answered)
    }

    @Test("keeps a last commit that is whole, and signs it")
    func wholeWithoutHead() throws {
        let (work, disk, answered) = try Self.unsigned()
        let log = try #require(try work.verify(disk, answered: answered))
        #expect(log.frontier.size == TreeSize(6))
        #expect(log.recovery.tornTail == nil)
        try log.close()
    }

    @Test("cuts a torn tail of every length of the last batch, says so once, and goes on")
    func tornTails() throws {
        let (work, whole, _) = try Self.unsigned()
        let first = BatchPlan(appending: work.entries.prefix(3), to: Frontier()).data.count
        let all = BatchPlan(appending: work.entries, to: Frontier()).data.count
        for length in first..<all {
            for leavesZeros in [false, true] {
                let disk = whole.killed()
                disk.change(Self.segment) { bytes in
                    let end = Self.dataOffset + length
                    if leavesZeros {
                        for position in end..<bytes.count { bytes[position] = 0 }
                    } else {
                        bytes.removeLast(bytes.count - end)
                    }
                }
                let log = try #require(try work.verify(disk, answered: []))
                // Where the last bytes of the batch are zeros, the zeros in their place are the batch.
                guard log.frontier.size == TreeSize(3) else {
                    #expect(leavesZeros && log.frontier.size == TreeSize(6) && log.recovery.tornTail == nil)
                    continue
                }
                #expect(log.recovery.tornTail?.size == TreeSize(3), "length \(length)")
                try log.close()
                // Until the log itself says it, every start knows it.
                let later = disk.killed()
                let again = try #require(try work.verify(later, answered: []))
                #expect(again.recovery.tornTail == log.recovery.tornTail)
                try work.goOn(again)
                let last = try #require(try work.verify(later.killed(), answered: []))
                #expect(last.recovery.tornTail == nil)
                try last.close()
            }
        }
    }

    @Test("cuts nothing that somebody has seen")
    func seen() throws {
        let (work, disk, _) = try Self.unsigned()
        disk.change(Self.segment) { $0.removeLast($0.count - Self.dataOffset - 200) }
        for (name, size) in [("index.db", 6), ("witness w1", 4)] as [(String, UInt64)] {
            #expect {
                try LogFiles.open(
                    StoreWorkload.directory, origin: StoreWorkload.origin,
                    seen: [SeenHead(by: name, size: TreeSize(size))], in: disk)
            } throws: { error in
                guard case StorageError.corrupt(let what) = error else { return false }
                return what.contains(name) && what.contains(Self.segment)
            }
        }
        #expect(try work.verify(disk, answered: [])?.recovery.tornTail != nil)
    }

    @Test("cuts nothing that a signed head reaches, whatever is damaged")
    func promised() throws {
        let work = StoreWorkload(sizes: [2, 1, 3])
        let whole = SimulatedDisk()
        let answered = work.run(on: FaultyFiles(whole, fault: FaultyFiles.Fault(step: 10_000, manner: .failure)))
        #expect(answered.count == 3)
        let end = Self.dataOffset + BatchPlan(appending: work.entries, to: Frontier()).data.count
        let places = Array(4_096..<4_096 + 3 * 64) + Array(stride(from: Self.dataOffset, to: end, by: 7))
        for place in places {
            let disk = whole.killed()
            // No watermark: everything is looked at again.
            disk.change("/log/watermark") { $0.removeAll() }
            disk.change(Self.segment) { $0[place] ^= 0x10 }
            #expect("byte \(place)") {
                try LogFiles.open(StoreWorkload.directory, origin: StoreWorkload.origin, in: disk)
            } throws: { error in
                guard case StorageError.corrupt(let what) = error else { return false }
                return what.contains(Self.segment)
            }
        }
    }

    @Test("refuses a log that lost a segment, or whose heads are of another root")
    func lostFiles() throws {
        let work = StoreWorkload(sizes: [5, 6, 9, 3])
        let whole = SimulatedDisk()
        _ = work.run(on: whole)
        for name in whole.paths.filter({ $0.hasSuffix(".seg") }) {
            let disk = whole.killed()
            try disk.remove(name)
            #expect(throws: (any Error).self, "\(name)") {
                try LogFiles.open(StoreWorkload.directory, origin: StoreWorkload.origin, in: disk)
            }
        }
        let disk = whole.killed()
        let other = SimulatedDisk()
        _ = StoreWorkload(sizes: [5, 6, 9, 2, 1]).run(on: other)
        let foreign = try #require(other.bytes("/log/heads"))
        disk.change("/log/heads") { $0 = foreign }
        disk.change("/log/watermark") { $0.removeAll() }
        disk.change("/log/entries/00000000000000000016.seg") { _ in }
        // The same entries in other commits have the same roots: nothing is wrong with that.
        #expect(try work.verify(disk, answered: []) != nil)
    }

    @Test("makes levels and offsets anew where they are lost or wrong")
    func derived() throws {
        let work = StoreWorkload(sizes: [5, 6, 9, 3])
        let whole = SimulatedDisk()
        let answered = work.run(on: whole)
        for name in whole.paths.filter({ $0.contains("/levels/") }) {
            let disk = whole.killed()
            try disk.remove(name)
            let log = try #require(try work.verify(disk, answered: answered))
            #expect(log.recovery.rehashed == 23)
            try log.close()
        }
        let disk = whole.killed()
        disk.change("/log/levels/0") { $0[22 * 32] ^= 1 }
        disk.change("/log/offsets") { $0.removeAll() }
        let log = try #require(try work.verify(disk, answered: answered))
        #expect(log.recovery.rehashed == 23)
        #expect(log.recovery.rebuilt.count == 1)
        try log.close()
    }

    @Test(
        "answers from the levels that it made anew, and not from what it read of the damaged ones",
        arguments: [(5, 8), (11, 9)])
    func derivedUpperLevels(batches: Int, level: Int) throws {
        let work = StoreWorkload(sizes: Array(repeating: 60, count: batches))
        let whole = SimulatedDisk()
        let answered = work.run(on: whole)
        let disk = whole.killed()
        disk.change("/log/levels/\(level)") { $0[7] ^= 1 }
        let log = try #require(try work.verify(disk, answered: answered))
        #expect(log.recovery.rebuilt.count == 1)
        let head = try #require(answered.last?.head)
        for index in stride(from: 0, to: head.size.value, by: 37).map({ LeafIndex($0) }) {
            let plan = try InclusionProof.plan(index: index, size: head.size)
            let proof = InclusionProof(hashes: plan.assemble(try log.nodes(plan.nodes)))
            let leaf = TreeHash.leaf(StoreWorkload.entry(Int(index.value)))
            #expect(throws: Never.self) { try proof.verify(leaf: leaf, at: index, in: head) }
        }
        try log.close()
    }

    @Test("changes nothing when it is run again")
    func idempotent() throws {
        var random = SeededRandom(seed: 5)
        for _ in 0..<40 {
            let disk = SimulatedDisk()
            let fault = FaultyFiles.Fault(step: Int.random(in: 20..<90, using: &random), manner: .deathAfter)
            let work = StoreWorkload(sizes: [3, 7, 2, 12, 1])
            _ = work.run(on: FaultyFiles(disk, fault: fault))
            let left = disk.powerCut(&random)
            guard let first = try work.verify(left, answered: []) else { continue }
            try first.close()
            let files = left.paths.map { left.bytes($0) }
            let second = try #require(try work.verify(left.killed(), answered: []))
            #expect(second.frontier == first.frontier)
            #expect(second.recovery.rehashed == 0)
            try second.close()
            #expect(left.paths.map { left.bytes($0) } == files)
        }
    }
}

import ApprovalEvents
import LedgerCrypto
import MerkleTree
import TestLog
import Testing
import Verification

@Suite("A bundle, read by whoever follows a log") struct BundleReadingTests {
    let log: TestLog
    let bundle: [UInt8]

    init() throws {
        log = try LogTreeTests.log(of: 20)
        bundle = try #require(try log.tiles()["tile/entries/000.p/20"])
    }

    @Test("gives every leaf hash and the times at both ends") func whole() throws {
        let reading = try BundleReading(bundle, count: 20, from: LeafIndex(0))
        #expect(reading.leaves == log.leaves)
        #expect(reading.troubles.isEmpty)
        #expect(reading.times?.lowerBound == log.entries.first?.ledgerTime)
        #expect(reading.times?.upperBound == log.entries.last?.ledgerTime)
        #expect(reading.clockTrouble(after: reading.times?.lowerBound) == nil)
        #expect(reading.clockTrouble(after: nil) == nil)
        let late = try #require(reading.clockTrouble(after: reading.times?.upperBound))
        #expect(late.kind == .clock && late.index == LeafIndex(0))
    }

    @Test("names entries that are none, and where the clock falls") func troubles() throws {
        var entries = log.entries.map(\.bytes)
        entries.swapAt(3, 9)
        entries[12][0] = UInt8(ascii: "[")
        let changed = entries.flatMap { [UInt8($0.count >> 8), UInt8($0.count & 255)] + $0 }
        let reading = try BundleReading(changed, count: 20, from: LeafIndex(512))
        #expect(reading.leaves == entries.map { TreeHash.leaf($0) })
        // After the tenth entry, which stands fourth, the six that follow are earlier; so is the fourth at the tenth's place.
        #expect(reading.troubles.filter { $0.kind == .clock }.map(\.index.value) == Array(516...521))
        #expect(reading.troubles.filter { $0.kind == .form }.map(\.index.value) == [524])
    }

    @Test("reads only what is new, where a part is known") func known() throws {
        var entries = log.entries.map(\.bytes)
        entries[2][0] = UInt8(ascii: "[")
        let changed = entries.flatMap { [UInt8($0.count >> 8), UInt8($0.count & 255)] + $0 }
        let reading = try BundleReading(changed, count: 20, from: LeafIndex(256), known: 5)
        #expect(reading.leaves.count == 20 && reading.troubles.isEmpty)
        #expect(reading.times?.lowerBound == log.entries[5].ledgerTime)
        #expect(reading.clockTrouble(after: log.entries[4].ledgerTime) == nil)
        #expect(reading.clockTrouble(after: log.entries[6].ledgerTime)?.index == LeafIndex(261))
    }

    @Test("is refused when it is cut or too long, and cut where a partial one is asked") func coding() throws {
        for count in [0, 19, 21] {
            #expect(throws: EntryBundle.Failure.self) {
                try BundleReading(bundle, count: count, from: LeafIndex(0))
            }
        }
        for length in stride(from: 0, to: bundle.count, by: 7) {
            #expect(throws: EntryBundle.Failure.self) {
                try BundleReading(Array(bundle[..<length]), count: 20, from: LeafIndex(0))
            }
        }
        let cut = try EntryBundle.cut(bundle, to: 5)
        #expect(try BundleReading(cut, count: 5, from: LeafIndex(0)).leaves == Array(log.leaves[..<5]))
        #expect(throws: EntryBundle.Failure.self) { try EntryBundle.cut(bundle, to: 21) }
    }
}

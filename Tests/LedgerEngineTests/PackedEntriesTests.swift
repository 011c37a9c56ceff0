import LedgerEngine
import MerkleTree
import TestMaterial
import Testing

@Suite("Entries in bundle coding")
struct PackedEntriesTests {
    private static let entries = [[], [1], [UInt8](repeating: 2, count: 300), [3, 4], []] as [[UInt8]]

    /// Written from the format, not by the code.
    private static let data: [UInt8] = entries.flatMap { [UInt8($0.count / 256), UInt8($0.count % 256)] + $0 }

    @Test("are what the format says, and read back as what they were")
    func format() throws {
        let packed = BatchPlan(appending: Self.entries, to: Frontier()).entries
        #expect(packed.data == Self.data)
        let read = try #require(PackedEntries(data: Self.data))
        #expect(read.starts == packed.starts && read.leaves == packed.leaves)
        #expect(read.leaves == Self.entries.map { TreeHash.leaf($0) })
        for (number, entry) in Self.entries.enumerated() {
            #expect(Array(read.data[read.place(of: number)].dropFirst(2)) == entry)
        }
        let largest = [UInt8](repeating: 7, count: 65_535)
        let one = BatchPlan(appending: [largest, []], to: Frontier()).data
        #expect(one.prefix(2) == [0xFF, 0xFF] && PackedEntries.starts(in: one) == [0, 65_537])
    }

    @Test("are cut off by every prefix that does not end with one")
    func prefixes() {
        var ends = [0]
        for entry in Self.entries { ends.append(ends[ends.count - 1] + 2 + entry.count) }
        for length in 0...Self.data.count {
            let starts = PackedEntries.starts(in: Array(Self.data[..<length]))
            if let count = ends.firstIndex(of: length) {
                #expect(starts == Array(ends[..<count]))
            } else {
                #expect(starts == nil, "\(length) bytes")
            }
        }
    }

    @Test("are cut in two anywhere, and taken by as many bytes as are asked for")
    func parts() {
        let whole = BatchPlan(appending: Self.entries, to: Frontier())
        for count in 0...Self.entries.count {
            let (left, right) = whole.split(at: count)
            #expect(left.data + right.data == whole.data)
            #expect(left.count == count && right.after == whole.after)
        }
        for first in Self.entries.indices {
            for bytes in 0...whole.data.count {
                let run = whole.entries.run(from: first, bytes: bytes)
                let length = { (run: Range<Int>) in Self.entries[run].reduce(0) { $0 + 2 + $1.count } }
                #expect(run.lowerBound == first && (run.count == 1 || length(run) <= bytes))
                #expect(run.upperBound == whole.count || length(first..<run.upperBound + 1) > bytes)
            }
        }
    }
}

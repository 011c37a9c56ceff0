import ApprovalEvents
import Foundation
import LedgerEngine
import MerkleTree
import SQLiteIndex
import TestMaterial
import Testing

@Suite("Marks, against a dictionary") struct MarkModelTests {
    @Test(arguments: [1, 2, 3] as [UInt64]) func `Many small runs, merged and reopened, answer as a dictionary does`(
        seed: UInt64
    ) throws {
        var random = SeededRandom(seed: seed)
        let directory = try Directory()
        var path = directory.file("index.db")
        let sizes = MarkSizes(tail: 256, fanOut: 3)
        var index = try SQLiteIndex(path: path, sizes: sizes)
        var (positions, subjects) = ([EventIdentity: LeafIndex](), [Text: [LeafIndex]]())
        var (size, copies) = (UInt64(0), 0)
        while size < 20_000 {
            let count = UInt64([1, 7, 100, 300, 2_000].randomElement(using: &random) ?? 1)
            let rows = (size..<size + count).map { row($0, &random) }
            try index.apply(rows, head: Rows.head(size + count))
            for row in rows {
                positions[row.identity] = row.index
                if let subject = row.subject { subjects[subject, default: []].append(row.index) }
            }
            size += count
            let old = try #require(positions.keys.randomElement(using: &random))
            let unknown = EventIdentity(source: old.source, id: "unknown")
            #expect(try index.positions(of: [old, unknown]) == [positions[old], nil], "seed \(seed), size \(size)")
            let twice = Self.row(at: size + 1, old, "s")
            let fresh = row(size, &random)
            #expect(throws: IndexError.self) { try index.apply([fresh, twice], head: Rows.head(size + 2)) }
            #expect(try index.positions(of: [fresh.identity]) == [nil])
            switch UInt8.random(in: 0..<8, using: &random) {
            case 0:
                try index.close()
                index = try SQLiteIndex(path: path, sizes: sizes)
            case 1:
                copies += 1
                let copy = directory.file("copy-\(copies).db")
                for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path + suffix) {
                    try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
                }
                try index.close()
                path = copy
                index = try SQLiteIndex(path: path, sizes: sizes)
            default: break
            }
            #expect(try index.applied() == Rows.head(size), "seed \(seed)")
        }
        let all = Array(positions.keys)
        #expect(try index.positions(of: all) == all.map { positions[$0] }, "seed \(seed)")
        for (subject, expected) in subjects.prefix(300) {
            #expect(try found(subject, index, size) == expected, "seed \(seed), \(subject)")
        }
        #expect(try found("common", index, size) == subjects["common"], "seed \(seed)")
    }

    private func found(_ subject: Text, _ index: SQLiteIndex, _ size: UInt64) throws -> [LeafIndex] {
        var query = EventQuery(subject: subject, below: TreeSize(size), limit: 333)
        var found: [LeafIndex] = []
        while true {
            let page = try index.search(query)
            found += page.indexes
            guard let next = page.next else { return found }
            query.after = next
        }
    }

    private func row(_ position: UInt64, _ random: inout SeededRandom) -> IndexRow {
        let kind = UInt8.random(in: 0..<4, using: &random)
        let subject: Text? = kind == 0 ? nil : kind == 1 ? "common" : Text("s-\(random.next() % 5_000)")
        return Self.row(at: position, EventIdentity(source: "/a", id: Text("\(random.next())")), subject)
    }

    private static func row(at position: UInt64, _ identity: EventIdentity, _ subject: Text?) -> IndexRow {
        IndexRow(
            index: LeafIndex(position), identity: identity, type: "t", subject: subject, actors: [], approvers: [],
            time: Rows.time(position), ledgerTime: Rows.time(position))
    }
}

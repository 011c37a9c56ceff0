import ApprovalEvents
import Foundation
import LedgerEngine
import MerkleTree
import SQLiteIndex
import Testing

@Suite("The index") struct SQLiteIndexTests {
    let directory: Directory
    let path: String

    init() throws {
        directory = try Directory()
        path = directory.file("index.db")
    }

    @Test func `A new index reaches nothing`() throws {
        let index = try SQLiteIndex(path: path)
        #expect(try index.applied() == .empty)
        #expect(index.complaint == nil)
        #expect(try index.positions(of: [Rows.identity(0)]) == [nil])
        #expect(try index.search(EventQuery(below: TreeSize(10), limit: 10)) == EventPage(indexes: [], next: nil))
    }

    @Test func `What was applied is there after a restart, with its head`() throws {
        let before = try Rows.filled(path, to: 100)
        try before.apply(Rows.rows(100..<101), head: Rows.head(101))
        try before.close()
        let after = try SQLiteIndex(path: path)
        #expect(try after.applied() == Rows.head(101))
        let asked = (0..<102).map { Rows.identity(UInt64($0)) }
        #expect(try after.positions(of: asked) == (0..<101).map { LeafIndex($0) } + [nil])
    }

    @Test func `An identity is its source and its id, byte for byte`() throws {
        let index = try Rows.filled(path, to: 4)
        let near: [EventIdentity] = [
            EventIdentity(source: "/gateways/1", id: "id-0"), EventIdentity(source: "/gateways/0", id: "id-00"),
            EventIdentity(source: "/gateways/", id: "0id-0"), EventIdentity(source: "/gateways/0", id: "ID-0"),
            EventIdentity(source: "/gateways/0", id: "id-0\u{0}"),
        ]
        #expect(try index.positions(of: near) == near.map { _ in nil })
    }

    @Test func `Canonically equivalent ids are two ids`() throws {
        let index = try SQLiteIndex(path: path)
        let ids: [Text] = ["\u{e9}", "e\u{301}"]
        let rows = ids.enumerated().map { place, id in
            IndexRow(
                index: LeafIndex(UInt64(place)), identity: EventIdentity(source: "/a", id: id), type: "t", subject: nil,
                actors: [], approvers: [], time: Rows.time(0), ledgerTime: Rows.time(0))
        }
        try index.apply(rows, head: Rows.head(2))
        #expect(try index.positions(of: rows.map(\.identity)) == [LeafIndex(0), LeafIndex(1)])
    }

    @Test func `Rows that do not continue, or miss their head, change nothing`() throws {
        let index = try Rows.filled(path, to: 10)
        #expect(throws: IndexError.notContiguous(expected: 10, got: 11)) {
            try index.apply(Rows.rows(11..<13), head: Rows.head(13))
        }
        #expect(throws: IndexError.notContiguous(expected: 10, got: 9)) {
            try index.apply(Rows.rows(9..<13), head: Rows.head(13))
        }
        #expect(throws: IndexError.notContiguous(expected: 13, got: 14)) {
            try index.apply(Rows.rows(10..<13), head: Rows.head(14))
        }
        #expect(try index.applied() == Rows.head(10))
        try index.apply(Rows.rows(10..<13), head: Rows.head(13))
        #expect(try index.applied() == Rows.head(13))
    }

    @Test func `An event that is there twice is named, and its whole batch stays out`() throws {
        let index = try Rows.filled(path, to: 10)
        let twice = IndexRow(
            index: LeafIndex(11), identity: Rows.identity(3), type: "new.type", subject: nil, actors: ["new:actor"],
            approvers: [], time: Rows.time(11), ledgerTime: Rows.time(11))
        #expect(throws: IndexError.duplicate(source: "/gateways/1", id: "id-3", at: 11)) {
            try index.apply([Rows.row(10), twice], head: Rows.head(12))
        }
        #expect(try index.applied() == Rows.head(10))
        #expect(try index.positions(of: [Rows.identity(3), Rows.identity(10)]) == [LeafIndex(3), nil])
        // Words of the batch that was rolled back are not taken for known.
        try index.apply([Rows.row(10)], head: Rows.head(11))
        let row = IndexRow(
            index: LeafIndex(11), identity: EventIdentity(source: "/n", id: "n"), type: "new.type", subject: nil,
            actors: ["new:actor"], approvers: [], time: Rows.time(11), ledgerTime: Rows.time(11))
        try index.apply([row], head: Rows.head(12))
        let page = try index.search(EventQuery(type: "new.type", actor: "new:actor", below: TreeSize(12), limit: 5))
        #expect(page.indexes == [LeafIndex(11)])
    }

    /// 32,768 entries are a run and what comes after them the tail.
    @Test func `A row whose identity was asked for is held against what came since`() throws {
        let index = try Rows.filled(path, to: 33_000)
        try index.apply(Rows.rows(33_000..<33_010), head: Rows.head(33_010))
        func apply(_ identity: UInt64, askedAt size: UInt64) throws {
            let row = IndexRow(
                index: LeafIndex(33_010), identity: Rows.identity(identity), type: "t", subject: nil, actors: [],
                approvers: [], time: Rows.time(33_010), ledgerTime: Rows.time(33_010), askedAt: TreeSize(size))
            try index.apply([row], head: Rows.head(33_011))
        }
        // In the run, asked before it was one; in the tail, whenever it was asked.
        let repeats: [(UInt64, UInt64)] = [
            (5, 0), (5, 32_767), (32_767, 32_767), (32_768, 32_768), (33_005, 33_000), (33_005, 33_010),
        ]
        for (identity, size) in repeats {
            #expect(throws: IndexError.self, "\(identity), asked at \(size)") { try apply(identity, askedAt: size) }
        }
        try apply(33_010, askedAt: 33_000)
        #expect(try index.positions(of: [Rows.identity(33_010)]) == [LeafIndex(33_010)])
    }

    @Test func `Reset forgets everything and begins anew`() throws {
        let index = try Rows.filled(path, to: 50)
        try index.reset()
        #expect(try index.applied() == .empty)
        #expect(try index.positions(of: [Rows.identity(3)]) == [nil])
        try index.apply(Rows.rows(0..<20), head: Rows.head(20))
        #expect(try index.positions(of: [Rows.identity(3)]) == [LeafIndex(3)])
    }

    @Test func `The files are private`() throws {
        let index = try Rows.filled(path, to: 50)
        for name in try FileManager.default.contentsOfDirectory(atPath: directory.path) {
            let attributes = try FileManager.default.attributesOfItem(atPath: directory.file(name))
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
        try index.close()
    }

    @Test func `Readers and the writer run beside one another`() async throws {
        let index = try Rows.filled(path, to: 1_000)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for start in stride(from: UInt64(1_000), to: 3_000, by: 100) {
                    try index.apply(Rows.rows(start..<start + 100), head: Rows.head(start + 100))
                }
            }
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<50 {
                        #expect(try index.positions(of: [Rows.identity(999)]) == [LeafIndex(999)])
                        let page = try index.search(EventQuery(subject: "apr_7", below: TreeSize(1_000), limit: 10))
                        #expect(page.indexes == (28..<32).map { LeafIndex($0) })
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try index.applied() == Rows.head(3_000))
    }
}

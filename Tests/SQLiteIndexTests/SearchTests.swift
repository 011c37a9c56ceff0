import ApprovalEvents
import LedgerEngine
import MerkleTree
import SQLiteIndex
import Testing

@Suite("A search") struct SearchTests {
    static let size: UInt64 = 240
    let directory: Directory
    let index: SQLiteIndex

    init() throws {
        directory = try Directory()
        index = try Rows.filled(directory.file("index.db"), to: Self.size)
    }

    /// What a search must find, by looking at every row.
    private func expected(_ query: EventQuery) -> [LeafIndex] {
        Rows.rows(0..<min(Self.size, query.below.value)).filter { row in
            (query.subject == nil || row.subject == query.subject) && (query.type == nil || row.type == query.type)
                && query.actor.map { row.actors.contains($0) } ?? true
                && query.approver.map { row.approvers.contains($0) } ?? true
                && query.from.map { row.ledgerTime >= $0 } ?? true && query.to.map { row.ledgerTime < $0 } ?? true
                && query.after.map { row.index > $0 } ?? true
        }.map(\.index)
    }

    private func pages(_ query: EventQuery) throws -> [LeafIndex] {
        var query = query
        var found: [LeafIndex] = []
        while true {
            let page = try index.search(query)
            #expect(page.indexes.count <= query.limit)
            found += page.indexes
            guard let next = page.next else { return found }
            query.after = next
        }
    }

    @Test func `Every combination of keys finds what a look at every row finds, page by page`() throws {
        let subjects: [Text?] = [nil, "apr_3", "apr_nobody"]
        let types: [Text?] = [nil, "dev.countersign.approval.reviewed.v1", "dev.countersign.unknown.v1"]
        let actors: [Text?] = [nil, "okta:person-2", "okta:nobody"]
        let approvers: [Text?] = [nil, "okta:reviewer-1"]
        for subject in subjects {
            for type in types {
                for actor in actors {
                    for approver in approvers {
                        for limit in [1, 7, 1_000] {
                            let query = EventQuery(
                                subject: subject, type: type, actor: actor, approver: approver,
                                below: TreeSize(Self.size),
                                limit: limit)
                            #expect(try pages(query) == expected(query), "\(query)")
                        }
                    }
                }
            }
        }
    }

    @Test func `Times bound from inside on the left and from outside on the right`() throws {
        for shift in [Int64(-1), 0, 1] {
            for (from, to) in [(0, 240), (10, 20), (11, 12), (239, 500), (20, 10)] as [(UInt64, UInt64)] {
                let query = EventQuery(
                    type: "dev.countersign.approval.reviewed.v1",
                    from: Timestamp(milliseconds: Rows.time(from).milliseconds + shift),
                    to: Timestamp(milliseconds: Rows.time(to).milliseconds + shift), below: TreeSize(Self.size),
                    limit: 9)
                #expect(try pages(query) == expected(query), "\(query)")
                var all = query
                all.type = nil
                #expect(try pages(all) == expected(all), "\(all)")
            }
        }
    }

    @Test func `A bound between two milliseconds means the later one`() throws {
        let query = EventQuery(from: Timestamp("2026-11-22T03:00:05.000000001Z"), below: TreeSize(Self.size), limit: 1)
        #expect(try index.search(query).indexes == Array(expected(query).prefix(1)))
    }

    @Test(arguments: [0, 1, 17, 239, 240, 10_000] as [UInt64]) func `Nothing beyond the published size is shown`(
        size: UInt64
    ) throws {
        let query = EventQuery(actor: "okta:person-2", below: TreeSize(size), limit: 10)
        #expect(try pages(query) == expected(query))
        let all = EventQuery(below: TreeSize(size), limit: 100)
        #expect(try pages(all) == expected(all))
    }

    @Test func `A cursor at the end finds nothing, and none is given where nothing follows`() throws {
        let last = EventQuery(subject: "apr_59", below: TreeSize(Self.size), limit: 4)
        #expect(try index.search(last) == EventPage(indexes: (236..<240).map { LeafIndex($0) }, next: nil))
        let after = EventQuery(after: LeafIndex(239), below: TreeSize(Self.size), limit: 4)
        #expect(try index.search(after) == EventPage(indexes: [], next: nil))
        let far = EventQuery(after: LeafIndex(.max), below: TreeSize(Self.size), limit: 4)
        #expect(try index.search(far) == EventPage(indexes: [], next: nil))
    }
}

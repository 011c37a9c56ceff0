import ApprovalEvents
import LedgerCrypto
import MerkleTree
import Oversight
import Testing

@Suite struct `R02.5: items of a batch` {
    let items = (0..<5).map { JSONValue.action("db.execute", "UPDATE stock SET n=\($0)") }

    private func digest(_ action: JSONValue) -> Digest { Digest.sha256(action.canonicalBytes) }

    private func subtree(_ leaves: ArraySlice<Digest>) -> Digest {
        guard leaves.count > 1 else { return leaves[leaves.startIndex] }
        var split = 1
        while split * 2 < leaves.count { split *= 2 }
        let middle = leaves.startIndex + split
        return TreeHash.node(subtree(leaves[..<middle]), subtree(leaves[middle...]))
    }

    private func path(_ item: Int, _ leaves: ArraySlice<Digest>) -> [Digest] {
        guard leaves.count > 1 else { return [] }
        var split = 1
        while split * 2 < leaves.count { split *= 2 }
        let middle = leaves.startIndex + split
        return item < middle
            ? path(item, leaves[..<middle]) + [subtree(leaves[middle...])]
            : path(item, leaves[middle...]) + [subtree(leaves[..<middle])]
    }

    private func verdicts(of run: Int, as item: Int64, path proof: Int, batch isBatch: Bool = true, count: Int64 = 5)
        throws -> Set<String>
    {
        let leaves = items.map { TreeHash.leaf(digest($0).bytes) }
        let root = ContentDigest(subtree(leaves[...])).text
        let batch: JSONValue = ["count": .number(JSONNumber(count)), "root": .string(root)]
        var teller = CaseTeller()
        teller.action = .action("batch.run", "all", batch: isBatch ? batch : nil)
        var story = Story.prelude
        teller.request(&story)
        teller.notify(&story)
        let grant = teller.grant(&story, [teller.vote(&story)])
        let hashes = path(proof, leaves[...]).map { JSONValue.string(ContentDigest($0).text) }
        teller.run(&story, under: grant, digest: items[run].digest, item: item, path: hashes)
        return try story.evaluated(later: 1000).verdicts()
    }

    @Test func `each item runs at its own position and nowhere else`() throws {
        for item in 0..<5 {
            for position in 0..<5 {
                let expected =
                    item == position ? allWell.but("R02.5 holds") : allWell.but("R02.1 finding", "R02.5 finding")
                #expect(try verdicts(of: item, as: Int64(position), path: position) == expected)
            }
        }
    }

    @Test func `a position beyond the batch, a wrong path and a wrong count are findings`() throws {
        let finding = allWell.but("R02.1 finding", "R02.5 finding")
        #expect(try verdicts(of: 0, as: 5, path: 0) == finding)
        #expect(try verdicts(of: 0, as: 0, path: 1) == finding)
        #expect(try verdicts(of: 0, as: 0, path: 0, count: 9) == finding)
    }

    @Test func `there are no items of what is no batch`() throws {
        #expect(try verdicts(of: 0, as: 0, path: 0, batch: false) == allWell.but("R02.1 finding", "R02.5 finding"))
    }

    @Test func `whoever approved a batch approved it whole, too`() throws {
        var story = Story.prelude
        var teller = CaseTeller()
        teller.action = .action(
            "batch.run", "all", batch: ["count": 5, "root": .text("sha256:" + String(repeating: "0", count: 64))])
        teller.whole(&story)
        #expect(try story.evaluated(later: 1000).verdicts() == allWell)
    }
}

import LedgerCrypto
import MerkleTree
import Testing

@Suite("Hashes, frontier, positions")
struct TreeGrowthTests {
    @Test("leaf and node hashes are those of RFC 6962")
    func hashes() {
        // The empty tree's root and the empty entry's leaf, as Certificate Transparency's vectors have them.
        #expect(TreeHash.emptyRoot.hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(TreeHash.leaf([]).hex == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")
        let entry = [UInt8](repeating: 0xA5, count: 65_535)
        #expect(TreeHash.leaf(entry) == Digest.sha256([0x00] + entry))
        let (left, right) = (Digest.sha256([1]), Digest.sha256([2]))
        #expect(TreeHash.node(left, right) == Digest.sha256([0x01] + left.bytes + right.bytes))
        #expect(TreeHash.node(left, right) != TreeHash.node(right, left))
    }

    @Test("a growing frontier has the RFC's root at every size and reports every perfect node once")
    func frontierGrows() throws {
        var naive = NaiveTree(size: 130)
        var frontier = Frontier()
        #expect(frontier.head == .empty)
        var completed: [NodeAddress: Digest] = [:]
        for count in 1...130 {
            var reported: [NodeAddress] = []
            frontier.append(naive.leaves[count - 1]) { node, hash in
                #expect(completed.updateValue(hash, forKey: node) == nil)
                reported.append(node)
            }
            #expect(reported.map { Int($0.level) } == Array(0..<reported.count))
            #expect(frontier.head == naive.head(count))
            #expect(frontier.hashes == naive.read(Frontier.addresses(for: size(count))))
            let expected = (0..<8).reduce(0) { $0 + (count >> $1) }
            try #require(completed.count == expected)
        }
        for (node, hash) in completed {
            #expect(hash == naive.read([node])[0])
            #expect(node.isComplete(in: size(130)))
        }
    }

    @Test("a frontier taken up from its hashes goes on as the one that was left")
    func frontierResumes() throws {
        let naive = NaiveTree(size: 70)
        var whole = Frontier()
        for count in 0..<69 {
            var resumed = try #require(Frontier(size: whole.size, hashes: whole.hashes))
            whole.append(naive.leaves[count])
            resumed.append(naive.leaves[count])
            #expect(resumed == whole)
        }
    }

    @Test("a frontier needs exactly one hash for each set bit of its size")
    func frontierHashCount() {
        let hash = TreeHash.emptyRoot
        for count in 0...16 {
            for hashes in 0...6 {
                let frontier = Frontier(size: size(count), hashes: Array(repeating: hash, count: hashes))
                #expect((frontier != nil) == (hashes == count.nonzeroBitCount))
            }
        }
        // 2^63 − 1 is the largest size a checkpoint may carry: one more leaf still does not overflow.
        var largest = Frontier(size: TreeSize(UInt64(Int64.max)), hashes: Array(repeating: hash, count: 63))
        largest?.append(hash)
        #expect(largest?.size.value == 1 << 63)
        #expect(Frontier(size: TreeSize(1 << 63), hashes: [hash]) == nil)
    }

    @Test("positions and sizes have one spelling")
    func canonicalNumbers() {
        for text in ["0", "1", "9", "10", "1042", "18446744073709551615"] {
            #expect(LeafIndex(canonical: text)?.description == text)
            #expect(TreeSize(canonical: text)?.description == text)
            #expect(TreeSize(canonicalBytes: Array(text.utf8)) == TreeSize(canonical: text))
        }
        for text in [
            "", "+1", "-1", "00", "012", " 1", "1 ", "1\n", "1.0", "1e3", "0x1", "18446744073709551616",
            "99999999999999999999", "١", "1\u{0}",
        ] {
            #expect(LeafIndex(canonical: text) == nil, "\(text)")
            #expect(TreeSize(canonical: text) == nil, "\(text)")
        }
    }

    @Test(
        "an aligned decomposition covers its run with few, complete, neighbouring subtrees", arguments: extremes,
        extremes)
    func decompositions(start: UInt64, end: UInt64) {
        var next = start
        let nodes = NodeAddress.decomposition(from: start, to: end)
        for node in nodes {
            #expect(node.isComplete(in: TreeSize(end)))
            #expect(node.index << UInt64(node.level) == next)
            next += node.leafCount ?? 0
        }
        #expect(next == max(start, end) || nodes.isEmpty)
        #expect(nodes.isEmpty == (start >= end))
        #expect(nodes.count <= 126)
    }

    @Test("levels that no tree has are never complete")
    func absurdLevels() {
        #expect(!NodeAddress(level: 64, index: 0).isComplete(in: TreeSize(.max)))
        #expect(!NodeAddress(level: 255, index: .max).isComplete(in: TreeSize(.max)))
        #expect(NodeAddress(level: 255, index: 0).leafCount == nil)
    }
}

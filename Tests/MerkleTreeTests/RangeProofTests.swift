import LedgerCrypto
import MerkleTree
import Testing

@Suite("Range proofs")
struct RangeProofTests {
    @Test("every range of every tree to 40 leaves is proven with the stated hashes", arguments: 0...40)
    func everyRange(count: Int) throws {
        var naive = NaiveTree(size: count)
        let head = naive.head(count)
        for start in 0...count {
            for end in start...count {
                let plan = try RangeProof.plan(from: leaf(start), to: leaf(end), size: head.size)
                let proof = RangeProof(left: naive.read(plan.left), right: naive.read(plan.right))
                try #require(proof.left == naive.hashes(NaiveTree.aligned(0, start)))
                try #require(proof.left.count == start.nonzeroBitCount)
                try #require(proof.right == naive.hashes(NaiveTree.aligned(end, count)))
                try proof.verify(leaves: Array(naive.leaves[start..<end]), from: leaf(start), in: head)
            }
        }
    }

    @Test("no hash of a range proof or of its leaves may be another, missing or left over", arguments: 1...40)
    func everyHashCounts(count: Int) throws {
        var naive = NaiveTree(size: count)
        let head = naive.head(count)
        for start in 0...count {
            for end in start...count {
                let leaves = Array(naive.leaves[start..<end])
                let left = naive.hashes(NaiveTree.aligned(0, start))
                let right = naive.hashes(NaiveTree.aligned(end, count))
                let wrong: [(leaves: [Digest], proof: RangeProof)] =
                    (flips(left) + resized(left)).map { (leaves, RangeProof(left: $0, right: right)) }
                    + (flips(right) + resized(right)).map { (leaves, RangeProof(left: left, right: $0)) }
                    + (flips(leaves) + resized(leaves)).map { ($0, RangeProof(left: left, right: right)) }
                for (leaves, proof) in wrong {
                    let passes = holds { () throws(ProofError) in
                        try proof.verify(leaves: leaves, from: leaf(start), in: head)
                    }
                    try #require(!passes, "[\(start), \(end)) of \(count)")
                }
            }
        }
    }

    @Test("a range proof verifies at no other position under the same head", arguments: 1...40)
    func noOtherPosition(count: Int) throws {
        var naive = NaiveTree(size: count)
        let head = naive.head(count)
        for start in 0...count {
            for end in start...count {
                let leaves = Array(naive.leaves[start..<end])
                let proof = RangeProof(
                    left: naive.hashes(NaiveTree.aligned(0, start)), right: naive.hashes(NaiveTree.aligned(end, count)))
                for other in 0...(count + 1) where other != start {
                    let passes = holds { () throws(ProofError) in
                        try proof.verify(leaves: leaves, from: leaf(other), in: head)
                    }
                    try #require(!passes, "[\(start), \(end)) of \(count) from \(other)")
                }
            }
        }
    }

    @Test("a leaf cannot be hidden among the hashes beside the range")
    func noHiddenLeaf() throws {
        var naive = NaiveTree(size: 13)
        let head = naive.head(13)
        let left = naive.hashes(NaiveTree.aligned(0, 5))
        let right = naive.hashes(NaiveTree.aligned(9, 13))
        let leaves = Array(naive.leaves[5..<9])
        // The claim is [5, 9): with entry 8 moved to the right, one leaf is missing and one hash too many.
        #expect(throws: ProofError.self) {
            try RangeProof(left: left, right: [leaves[3]] + right)
                .verify(leaves: Array(leaves.dropLast()), from: leaf(5), in: head)
        }
        #expect(throws: ProofError.self) {
            try RangeProof(left: left + [leaves[0]], right: right)
                .verify(leaves: Array(leaves.dropFirst()), from: leaf(5), in: head)
        }
    }

    @Test("ranges that are not in the tree are refused")
    func outside() {
        var naive = NaiveTree(size: 5)
        let head = naive.head(5)
        #expect(throws: ProofError.rangeOutsideTree(from: leaf(2), count: 4, size(5))) {
            try RangeProof.plan(from: leaf(2), to: leaf(6), size: size(5))
        }
        #expect(throws: ProofError.self) { try RangeProof.plan(from: leaf(3), to: leaf(2), size: size(5)) }
        #expect(throws: ProofError.rangeOutsideTree(from: LeafIndex(.max), count: 5, size(5))) {
            try RangeProof(left: [], right: []).verify(leaves: naive.leaves, from: LeafIndex(.max), in: head)
        }
        #expect(throws: ProofError.rangeOutsideTree(from: leaf(1), count: 5, size(5))) {
            try RangeProof(left: [], right: []).verify(leaves: naive.leaves, from: leaf(1), in: head)
        }
    }

    @Test("positions and sizes of 64 bits neither trap nor pass", arguments: extremes, extremes)
    func extremePositions(start: UInt64, count: UInt64) throws {
        let hash = Digest.sha256([])
        let head = TreeHead(size: TreeSize(count), root: hash)
        if start <= count {
            let end = start + min(1, count - start)
            let plan = try RangeProof.plan(from: LeafIndex(start), to: LeafIndex(end), size: head.size)
            #expect(plan.left.count == start.nonzeroBitCount)
            #expect((plan.left + plan.right).allSatisfy { $0.isComplete(in: head.size) })
            // A perfect tree that lies wholly to the left is one hash: its root.
            if count > 1, start < count || count.nonzeroBitCount > 1 {
                let proof = RangeProof(left: plan.left.map { _ in hash }, right: plan.right.map { _ in hash })
                let leaves = Array(repeating: hash, count: Int(end - start))
                #expect(throws: ProofError.rootMismatch) {
                    try proof.verify(leaves: leaves, from: LeafIndex(start), in: head)
                }
            }
        } else {
            #expect(throws: ProofError.self) {
                try RangeProof.plan(from: LeafIndex(start), to: LeafIndex(start), size: head.size)
            }
        }
        #expect(throws: ProofError.self) {
            try RangeProof(left: Array(repeating: hash, count: 200), right: [])
                .verify(leaves: [hash], from: LeafIndex(start), in: head)
        }
    }
}

import LedgerCrypto
import MerkleTree
import Testing

@Suite("Consistency proofs")
struct ConsistencyProofTests {
    @Test("every pair of sizes to 130 is proven with the RFC's hashes, and with nothing else")
    func everyPairOfSizes() throws {
        var naive = NaiveTree(size: 130)
        for second in 1...130 {
            let later = naive.head(second)
            for first in 1...second {
                let earlier = naive.head(first)
                let plan = try ConsistencyProof.plan(first: size(first), second: size(second))
                let proof = ConsistencyProof(hashes: plan.assemble(naive.read(plan.nodes)))
                try #require(proof.hashes == naive.subproof(first, 0, second, whole: true))
                try proof.verify(from: earlier, to: later)
                let wrong = flips(proof.hashes) + resized(proof.hashes)
                for hashes in wrong {
                    let changed = ConsistencyProof(hashes: hashes)
                    let passes = holds { () throws(ProofError) in try changed.verify(from: earlier, to: later) }
                    try #require(!passes, "from \(first) to \(second)")
                }
            }
        }
    }

    @Test("a changed root is refused, and the refusal says which")
    func changedRoots() throws {
        var naive = NaiveTree(size: 40)
        for second in 2...40 {
            let later = naive.head(second)
            for first in 1..<second {
                let earlier = naive.head(first)
                let proof = ConsistencyProof(hashes: naive.subproof(first, 0, second, whole: true))
                #expect(throws: ProofError.rootMismatch) {
                    try proof.verify(
                        from: earlier, to: TreeHead(size: later.size, root: later.root.flipped(bit: first)))
                }
                // Where the first tree stands in the second as it is, its root is part of both folds.
                #expect(throws: ProofError.self) {
                    try proof.verify(from: TreeHead(size: earlier.size, root: earlier.root.flipped(bit: 3)), to: later)
                }
            }
        }
    }

    @Test("equal sizes need equal roots and no hashes")
    func equalSizes() throws {
        var naive = NaiveTree(size: 9)
        let head = naive.head(9)
        try ConsistencyProof(hashes: []).verify(from: head, to: head)
        #expect(throws: ProofError.rootMismatch) {
            try ConsistencyProof(hashes: []).verify(
                from: head, to: TreeHead(size: head.size, root: head.root.flipped(bit: 0)))
        }
        #expect(throws: ProofError.wrongHashCount(expected: 0, found: 1)) {
            try ConsistencyProof(hashes: [head.root]).verify(from: head, to: head)
        }
    }

    @Test("about an empty earlier tree nothing can be shown")
    func emptyEarlierTree() {
        var naive = NaiveTree(size: 3)
        let head = naive.head(3)
        #expect(throws: ProofError.nothingBefore) { try ConsistencyProof(hashes: []).verify(from: .empty, to: head) }
        #expect(throws: ProofError.nothingBefore) { try ConsistencyProof(hashes: []).verify(from: .empty, to: .empty) }
        #expect(throws: ProofError.nothingBefore) { try ConsistencyProof.plan(first: .zero, second: head.size) }
    }

    @Test("a smaller tree does not continue a larger one")
    func backwards() {
        var naive = NaiveTree(size: 5)
        let (three, five) = (naive.head(3), naive.head(5))
        let refusal = ProofError.sizesOutOfOrder(first: size(5), second: size(3))
        #expect(throws: refusal) { try ConsistencyProof.plan(first: size(5), second: size(3)) }
        #expect(throws: refusal) { try ConsistencyProof(hashes: []).verify(from: five, to: three) }
    }

    @Test("sizes of 64 bits neither trap nor pass", arguments: extremes, extremes)
    func extremeSizes(first: UInt64, second: UInt64) {
        let hash = Digest.sha256([])
        let earlier = TreeHead(size: TreeSize(first), root: hash)
        let later = TreeHead(size: TreeSize(second), root: hash)
        if 0 < first, first <= second {
            let plan = try? ConsistencyProof.plan(first: earlier.size, second: later.size)
            #expect(plan?.nodes.allSatisfy { $0.isComplete(in: later.size) } == true)
        }
        for length in [0, 1, 2, 62, 63, 64, 65, 1000] where first != second {
            let proof = ConsistencyProof(hashes: Array(repeating: hash, count: length))
            #expect(!holds { () throws(ProofError) in try proof.verify(from: earlier, to: later) })
        }
    }
}

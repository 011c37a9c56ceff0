import LedgerCrypto
import MerkleTree
import Testing

@Suite("Inclusion proofs")
struct InclusionProofTests {
    @Test("every leaf of every tree to 130 leaves is proven with the RFC's path, and with nothing else")
    func everyLeafOfEveryTree() throws {
        var naive = NaiveTree(size: 130)
        for count in 1...130 {
            let head = naive.head(count)
            for index in 0..<count {
                let plan = try InclusionProof.plan(index: leaf(index), size: head.size)
                let proof = InclusionProof(hashes: plan.assemble(naive.read(plan.nodes)))
                try #require(proof.hashes == naive.path(index, 0, count))
                try proof.verify(leaf: naive.leaves[index], at: leaf(index), in: head)
                let wrong = flips(proof.hashes) + resized(proof.hashes)
                for hashes in wrong {
                    let changed = InclusionProof(hashes: hashes)
                    let passes = holds { () throws(ProofError) in
                        try changed.verify(leaf: naive.leaves[index], at: leaf(index), in: head)
                    }
                    try #require(!passes, "entry \(index) of \(count)")
                }
            }
        }
    }

    @Test("a proof holds for no other leaf, no other position and no other root")
    func claimIsBound() throws {
        var naive = NaiveTree(size: 40)
        for count in 2...40 {
            let head = naive.head(count)
            let otherRoot = TreeHead(size: head.size, root: head.root.flipped(bit: count))
            for index in 0..<count {
                let proof = InclusionProof(hashes: naive.path(index, 0, count))
                for other in 0...count where other != index {
                    let elsewhere = holds { () throws(ProofError) in
                        try proof.verify(leaf: naive.leaves[index], at: leaf(other), in: head)
                    }
                    try #require(!elsewhere, "entry \(index) of \(count) at \(other)")
                }
                #expect(throws: ProofError.rootMismatch) {
                    try proof.verify(leaf: naive.leaves[(index + 1) % count], at: leaf(index), in: head)
                }
                #expect(throws: ProofError.rootMismatch) {
                    try proof.verify(leaf: naive.leaves[index], at: leaf(index), in: otherRoot)
                }
            }
        }
    }

    @Test("an index outside the tree is refused, in the plan and in the check")
    func indexOutside() {
        #expect(throws: ProofError.indexOutsideTree(leaf(0), size(0))) {
            try InclusionProof.plan(index: leaf(0), size: size(0))
        }
        #expect(throws: ProofError.indexOutsideTree(leaf(8), size(8))) {
            try InclusionProof.plan(index: leaf(8), size: size(8))
        }
        #expect(throws: ProofError.indexOutsideTree(leaf(0), size(0))) {
            try InclusionProof(hashes: []).verify(leaf: TreeHash.emptyRoot, at: leaf(0), in: .empty)
        }
    }

    @Test("positions and sizes of 64 bits neither trap nor pass", arguments: extremes, extremes)
    func extremePositions(index: UInt64, count: UInt64) {
        let hash = Digest.sha256([])
        let head = TreeHead(size: TreeSize(count), root: hash)
        if index < count {
            let plan = try? InclusionProof.plan(index: LeafIndex(index), size: head.size)
            #expect(plan?.nodes.allSatisfy { $0.isComplete(in: head.size) } == true)
        }
        for length in [0, 1, 2, 62, 63, 64, 65, 1000] where count != 1 {
            let proof = InclusionProof(hashes: Array(repeating: hash, count: length))
            #expect(!holds { () throws(ProofError) in try proof.verify(leaf: hash, at: LeafIndex(index), in: head) })
        }
    }
}

/// Numbers at which arithmetic goes wrong.
let extremes: [UInt64] = [
    0, 1, 2, 255, 1 << 32, (1 << 62) + 5, UInt64(Int64.max), 1 << 63, (1 << 63) + 1, .max - 1, .max,
]

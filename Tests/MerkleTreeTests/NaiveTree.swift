import LedgerCrypto
import MerkleTree

/// RFC 6962 §2.1 word for word, over leaves that differ: what every other way to the same hashes is compared with.
///
/// It shares nothing with the module but SHA-256. One instance serves every tree to its size, because a tree's
/// hashes are those of the longer list's runs; they are kept in a table, since the tests ask for each many times.
struct NaiveTree {
    let leaves: [Digest]
    private var table: [Digest?]

    init(size: Int) {
        leaves = (0..<size).map { Digest.sha256([0x00] + NaiveTree.entry($0)) }
        table = Array(repeating: nil, count: (size + 1) * (size + 1))
    }

    static func entry(_ index: Int) -> [UInt8] { Array("entry \(index)".utf8) }

    /// MTH(D[lo:hi]).
    mutating func hash(_ lo: Int, _ hi: Int) -> Digest {
        if hi == lo { return Digest.sha256([]) }
        if hi - lo == 1 { return leaves[lo] }
        let place = lo * (leaves.count + 1) + hi
        if let known = table[place] { return known }
        let middle = lo + NaiveTree.split(hi - lo)
        let hash = Digest.sha256([0x01] + self.hash(lo, middle).bytes + self.hash(middle, hi).bytes)
        table[place] = hash
        return hash
    }

    mutating func head(_ size: Int) -> TreeHead {
        TreeHead(size: TreeSize(UInt64(size)), root: hash(0, size))
    }

    /// PATH(m, D[lo:hi]) of §2.1.1, with m counted from the tree's first leaf.
    mutating func path(_ index: Int, _ lo: Int, _ hi: Int) -> [Digest] {
        if hi - lo == 1 { return [] }
        let middle = lo + NaiveTree.split(hi - lo)
        return index < middle
            ? path(index, lo, middle) + [hash(middle, hi)]
            : path(index, middle, hi) + [hash(lo, middle)]
    }

    /// SUBPROOF(m, D[lo:hi], b) of §2.1.2, with m counted from the tree's first leaf.
    mutating func subproof(_ first: Int, _ lo: Int, _ hi: Int, whole: Bool) -> [Digest] {
        if first == hi { return whole ? [] : [hash(lo, hi)] }
        let middle = lo + NaiveTree.split(hi - lo)
        return first <= middle
            ? subproof(first, lo, middle, whole: whole) + [hash(middle, hi)]
            : subproof(first, middle, hi, whole: false) + [hash(lo, middle)]
    }

    /// The runs of the aligned decomposition of [lo, hi): the widest aligned run that fits, again and again.
    static func aligned(_ lo: Int, _ hi: Int) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var next = lo
        while next < hi {
            var width = 1
            while next % (2 * width) == 0, next + 2 * width <= hi { width *= 2 }
            runs.append(next..<(next + width))
            next += width
        }
        return runs
    }

    mutating func hashes(_ runs: [Range<Int>]) -> [Digest] {
        runs.map { hash($0.lowerBound, $0.upperBound) }
    }

    /// What a store would give for these addresses.
    mutating func read(_ nodes: [NodeAddress]) -> [Digest] {
        nodes.map { hash(Int($0.index) << Int($0.level), Int($0.index + 1) << Int($0.level)) }
    }

    /// The largest power of two below n.
    private static func split(_ count: Int) -> Int {
        var half = 1
        while 2 * half < count { half *= 2 }
        return half
    }
}

extension Digest {
    /// The same with one bit changed.
    func flipped(bit: Int) -> Digest {
        var changed = bytes
        changed[bit / 8 % 32] ^= 1 << UInt8(bit % 8)
        return Digest(changed) ?? self
    }
}

/// Every way to make a list of hashes longer or shorter by one.
func resized(_ hashes: [Digest]) -> [[Digest]] {
    let spare = hashes.first ?? Digest.sha256([])
    let longer = [hashes + [spare], [spare] + hashes]
    return longer
        + hashes.indices.map { index in
            var shorter = hashes
            shorter.remove(at: index)
            return shorter
        }
}

/// Every way to change one hash of a list; which bit moves with the place.
func flips(_ hashes: [Digest]) -> [[Digest]] {
    hashes.indices.map { index in
        var changed = hashes
        changed[index] = changed[index].flipped(bit: index * 37)
        return changed
    }
}

func leaf(_ index: Int) -> LeafIndex { LeafIndex(UInt64(index)) }
func size(_ count: Int) -> TreeSize { TreeSize(UInt64(count)) }

/// Whether a check that throws `ProofError` passed.
func holds(_ check: () throws(ProofError) -> Void) -> Bool {
    do throws(ProofError) {
        try check()
        return true
    } catch {
        return false
    }
}

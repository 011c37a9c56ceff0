import LedgerCrypto
import MerkleTree

/// Nodes that were read lately, of the levels where a node stands over many entries and so in many proofs. A node never
/// changes once its subtree is full, and nobody asks for it before.
///
/// A table of fixed size, 2.6 MB from its first use on: each node has one place, and the newest of those that share it
/// has it. Ten million entries have 78,000 such nodes.
struct SharedNodes {
    /// Below it are the hashes of a level-0 tile: a node there serves few.
    static let lowest: UInt8 = 8
    private static let placeBits = 16

    private struct Place {
        /// 0: free. No node has it.
        var number: UInt64 = 0
        var digest = TreeHash.emptyRoot
    }

    private var table: [Place] = []

    func find(_ address: NodeAddress) -> Digest? {
        guard !table.isEmpty, let number = Self.number(of: address) else { return nil }
        let place = table[Self.place(of: number)]
        return place.number == number ? place.digest : nil
    }

    mutating func keep(_ address: NodeAddress, _ digest: Digest) {
        guard let number = Self.number(of: address) else { return }
        if table.isEmpty { table = Array(repeating: Place(), count: 1 << Self.placeBits) }
        table[Self.place(of: number)] = Place(number: number, digest: digest)
    }

    /// Neighbours and levels are spread over the whole table (Fibonacci hashing).
    private static func place(of number: UInt64) -> Int {
        Int((number &* 0x9E37_79B9_7F4A_7C15) >> (64 - UInt64(placeBits)))
    }

    /// The node's number in the tree read from left to right, a parent between its children, from 1. No two have the same.
    /// Nil for a node that is not kept.
    private static func number(of address: NodeAddress) -> UInt64? {
        guard (lowest..<64).contains(address.level) else { return nil }
        return (address.index << 1 | 1) << UInt64(address.level - lowest)
    }
}

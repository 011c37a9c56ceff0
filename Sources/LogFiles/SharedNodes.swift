import LedgerCrypto
import MerkleTree

/// Nodes that were read lately, of the levels where a node stands over many entries and so in many proofs. A node never
/// changes once its subtree is full, and nobody asks for it before.
///
/// A table of fixed size, 2.6 MB from its first use on: each node has one place, and the newest of those that share it
/// has it. Up to eight million entries none share; at ten million, one in six of the lowest level does.
struct SharedNodes {
    /// Below it are the hashes of a level-0 tile: a node there serves few.
    static let lowest: UInt8 = 8
    private static let places: UInt64 = 65_536

    private struct Place {
        /// 0: free. No node has it.
        var number: UInt64 = 0
        var digest = TreeHash.emptyRoot
    }

    private var table: [Place] = []

    func find(_ address: NodeAddress) -> Digest? {
        guard !table.isEmpty, let number = Self.number(of: address) else { return nil }
        let place = table[Int(number % Self.places)]
        return place.number == number ? place.digest : nil
    }

    mutating func keep(_ address: NodeAddress, _ digest: Digest) {
        guard let number = Self.number(of: address) else { return }
        if table.isEmpty { table = Array(repeating: Place(), count: Int(Self.places)) }
        table[Int(number % Self.places)] = Place(number: number, digest: digest)
    }

    /// The node's number in the tree read from left to right, a parent between its children, from 1. No two have the same.
    /// Nil for a node that is not kept.
    private static func number(of address: NodeAddress) -> UInt64? {
        guard (lowest..<64).contains(address.level) else { return nil }
        return (address.index << 1 | 1) << UInt64(address.level - lowest)
    }
}

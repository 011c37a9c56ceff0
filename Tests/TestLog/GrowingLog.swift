import LedgerCrypto
import MerkleTree
import SignedNotes

/// A log that can say anything about itself, to a witness above all: it signs whatever the test asks for.
public final class GrowingLog {
    public let origin: [UInt8]
    public let key: VerifierKey
    private let signer: NoteSigner
    private var leaves: [Digest]
    private let forkedLeaves: [Digest]

    /// - Parameter count: how many entries it can grow to.
    public init(origin: String = "log.example/growing", count: UInt64 = 256) throws {
        self.origin = Array(origin.utf8)
        signer = try NoteSigner(name: self.origin, key: PrivateKey(generating: .ed25519))
        key = signer.verifierKey
        leaves = (0..<count).map { TreeHash.leaf(Array("entry \($0)".utf8)) }
        forkedLeaves = (0..<count).map { TreeHash.leaf(Array("other \($0)".utf8)) }
    }

    /// The head at `size`; of a fork, that of another history from `base` on.
    public func head(_ size: UInt64, fork base: UInt64? = nil) -> TreeHead {
        var frontier = Frontier()
        for leaf in history(size, fork: base) { frontier.append(leaf) }
        return frontier.head
    }

    public func note(_ size: UInt64, fork base: UInt64? = nil) throws -> SignedNote {
        let text = try Checkpoint(origin: origin, head: head(size, fork: base)).formatted
        return try SignedNote(signing: text, with: [signer])
    }

    /// What a witness is asked, from the head at `old` to that at `size`; of a fork, to another history from `old` on.
    /// Either way the proof holds.
    public func request(from old: UInt64, to size: UInt64, fork: Bool = false) throws -> [UInt8] {
        let leaves = history(size, fork: fork ? old : nil)
        var proof: [Digest] = []
        if old > 0 {
            let plan = try ConsistencyProof.plan(first: TreeSize(old), second: TreeSize(size))
            proof = plan.assemble(plan.nodes.map { Self.node($0, leaves) })
        }
        return try AddCheckpointRequest(
            oldSize: TreeSize(old), proof: ConsistencyProof(hashes: proof), note: note(size, fork: fork ? old : nil)
        ).formatted
    }

    /// Whether a stored note is not of this history.
    public func isForked(_ stored: [UInt8]?) throws -> Bool {
        guard let stored else { return false }
        let found = try Checkpoint(parsing: SignedNote(parsing: stored).text).head
        return found != head(found.size.value)
    }

    /// The log goes on with the history that forked at `base`, as a witness of it demands.
    public func takeFork(at base: UInt64) {
        leaves = history(UInt64(leaves.count), fork: base)
    }

    private func history(_ size: UInt64, fork base: UInt64?) -> [Digest] {
        guard let base else { return Array(leaves.prefix(Int(size))) }
        return Array((leaves.prefix(Int(base)) + forkedLeaves.dropFirst(Int(base))).prefix(Int(size)))
    }

    private static func node(_ address: NodeAddress, _ leaves: [Digest]) -> Digest {
        var frontier = Frontier()
        let count = 1 << Int(address.level)
        for leaf in leaves[Int(address.index) * count..<(Int(address.index) + 1) * count] { frontier.append(leaf) }
        return frontier.root
    }
}

import Glibc
import LedgerCrypto
import LedgerEngine
import MerkleTree
import Synchronization
import Testing

/// A store that publishes no head while it is paused.
final class PausingStorage: LogStorage {
    private let inner: any LogStorage
    private let isPaused = Atomic(false)

    init(_ inner: any LogStorage) { self.inner = inner }

    func pause(_ isOn: Bool) { isPaused.store(isOn, ordering: .releasing) }

    var published: PublishedHead? { inner.published }
    var frontier: Frontier { inner.frontier }
    var recovery: RecoveryReport { inner.recovery }
    func bundle(_ range: Range<UInt64>) throws -> [UInt8] { try inner.bundle(range) }
    func nodes(_ addresses: [NodeAddress]) throws -> [Digest] { try inner.nodes(addresses) }
    func hashes(level: UInt8, from index: UInt64, count: Int) throws -> [UInt8] {
        try inner.hashes(level: level, from: index, count: count)
    }
    func note(for size: TreeSize) throws -> [UInt8]? { try inner.note(for: size) }
    func commit(_ plan: BatchPlan) throws { try inner.commit(plan) }
    func publish(_ head: PublishedHead) throws {
        while isPaused.load(ordering: .acquiring) { usleep(1_000) }
        try inner.publish(head)
    }
    func settle() throws { try inner.settle() }
    func close() throws { try inner.close() }
}

extension Fixture {
    /// A ledger over a store that can be paused.
    static func pausing(
        _ limits: SequencerLimits = SequencerLimits()
    ) async throws -> (fixture: Fixture, storage: PausingStorage) {
        let made = Mutex<PausingStorage?>(nil)
        let fixture = try await Fixture(limits: limits) { inner in
            let storage = PausingStorage(inner)
            made.withLock { $0 = storage }
            return storage
        }
        return (fixture, try #require(made.withLock { $0 }))
    }
}

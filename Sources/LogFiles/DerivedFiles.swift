import LedgerCrypto
import LedgerEngine
import MerkleTree

/// Levels and offsets: derived from the entries, written after they are durable, flushed behind.
struct DerivedFiles {
    private let base: StoreBase
    private let offsets: OpenFile
    private var levels: [UInt8: OpenFile] = [:]
    /// Files with bytes that are not flushed yet.
    private var unflushed: Set<UInt8> = []
    private var offsetsUnflushed = false
    private var namesUnflushed = false

    init(in base: StoreBase) throws {
        self.base = base
        offsets = try OpenFile(base.layout.offsets, for: .creating, in: base.system)
    }

    /// Opens what the plan will be written to, so that no descriptor is missing once its entries are durable.
    mutating func open(for plan: BatchPlan) throws {
        for run in plan.nodes { _ = try level(run.level) }
    }

    /// Writes what the plan completes. `position` is where its data begins in its segment.
    mutating func write(_ plan: BatchPlan, position: UInt64) throws {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(plan.count * 8)
        for start in plan.entries.starts { bytes.append(bigEndian: position + UInt64(start)) }
        offsetsUnflushed = true
        try offsets.write(bytes, at: plan.first.value * 8)
        for run in plan.nodes {
            unflushed.insert(run.level)
            try level(run.level).write(run.hashes, at: run.first * 32)
        }
    }

    private mutating func level(_ level: UInt8) throws -> OpenFile {
        if let file = levels[level] { return file }
        let file = try OpenFile(base.layout.level(level), for: .creating, in: base.system)
        namesUnflushed = true
        levels[level] = file
        return file
    }

    mutating func flush() throws {
        for level in unflushed.sorted() { try levels[level]?.flush() }
        unflushed.removeAll()
        if offsetsUnflushed { try offsets.flush() }
        offsetsUnflushed = false
        if namesUnflushed { try base.system.flushDirectory(base.layout.levels) }
        namesUnflushed = false
    }
}

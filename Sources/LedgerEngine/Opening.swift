import ApprovalEvents
import LedgerCrypto
import MerkleTree
import SignedNotes

/// How a log begins.
public struct LedgerFounding: Sendable {
    public var createdBy: Principal
    public var predecessorOrigin: Text?
    public var predecessorNote: Text?

    public init(createdBy: Principal, predecessorOrigin: Text? = nil, predecessorNote: Text? = nil) {
        self.createdBy = createdBy
        self.predecessorOrigin = predecessorOrigin
        self.predecessorNote = predecessorNote
    }

    /// Writes entry 0 (`ledger.created`) into an empty store and publishes it. Safe to run again after a crash:
    /// a store that has its entry 0 is only published.
    public func found(
        _ storage: any LogStorage, signer: HeadSigner, clock: any LedgerClock
    ) throws -> PublishedHead {
        guard storage.frontier.size.value == 0 else {
            return try storage.published ?? storage.publish(storage.frontier.head, signer)
        }
        let now = Timestamp(milliseconds: clock.now().wall)
        let created = LedgerCreated(
            origin: Text(String(decoding: signer.origin, as: UTF8.self)), format: 1,
            keys: signer.verifierKeys.map { Text(String(decoding: $0.formatted, as: UTF8.self)) },
            predecessorOrigin: predecessorOrigin, predecessorNote: predecessorNote, createdBy: createdBy)
        let event = try ApprovalEvent.ledger(.ledgerCreated(created), id: "created", time: now)
        let entry = try LedgerEntry.seal(event, time: now, caller: "ledger", salt: try SecureRandom.bytes(16))
        try storage.commit(BatchPlan(appending: [entry.bytes], to: storage.frontier))
        return try storage.publish(storage.frontier.head, signer)
    }
}

extension LogStorage {
    /// Signs `head` and publishes it.
    func publish(_ head: TreeHead, _ signer: HeadSigner) throws -> PublishedHead {
        let published = PublishedHead(head: head, note: try signer.sign(head))
        try publish(published)
        return published
    }
}

extension Sequencer {
    /// Opens a ledger over a store that has recovered: checks the newest head, signs one where the last commit
    /// was left without, brings the index up to the log (`progress` gets how many entries of how many), carries
    /// out every erasure again, and seals what is owed (missed marks, a torn tail).
    ///
    /// Where `parts.isHeld` says so, nothing is signed and nothing sealed before `release`.
    ///
    /// Blocks for as long as the index takes to be rebuilt. Nothing is accepted before it returns.
    public static func open(
        _ parts: LedgerParts, progress: (UInt64, UInt64) -> Void = { _, _ in }
    ) async throws -> Sequencer {
        let storage = parts.storage
        guard storage.frontier.size.value > 0 else {
            throw StorageError.outOfRange("the log has no entry 0: it was never initialised")
        }
        if let published = storage.published { try parts.signer.verify(published) }
        let durable = storage.frontier.head
        // A log that has no head at all was not founded to its end, and nobody can have seen another.
        let isHeld = parts.isHeld && storage.published != nil
        if !isHeld, storage.published?.head != durable { _ = try storage.publish(durable, parts.signer) }
        let reader = try LedgerReader(storage, disclosures: parts.disclosures)
        try checkOrigin(reader, parts.signer)
        let last = try reader.entry(at: LeafIndex(reader.published.size.value - 1))
        try IndexFollower.rebuild(parts.index, from: reader, progress: progress)
        try repeatErasures(parts, reader)
        let sequencer = Sequencer(parts: parts, reader: reader, newest: last.ledgerTime)
        if isHeld { await sequencer.hold() } else { await sequencer.begin() }
        return sequencer
    }

    func begin() {
        if let torn = parts.storage.recovery.tornTail {
            owed.append(Recovered(cause: .tornTail, detail: Text(torn.detail)))
        }
        heads.exit.notify(reader.published)
        tick()
    }

    private static func checkOrigin(_ reader: LedgerReader, _ signer: HeadSigner) throws {
        guard case .ledgerCreated(let created) = try reader.entry(at: LeafIndex(0)).payload,
            Array(created.origin.string.utf8) == signer.origin
        else {
            throw StorageError.corrupt(
                "entry 0 does not found the log \(String(decoding: signer.origin, as: UTF8.self))")
        }
    }

    static func repeatErasures(_ parts: LedgerParts, _ reader: LedgerReader) throws {
        var query = EventQuery(type: OwnEvents.erasedType, below: reader.published.size, limit: 256)
        while true {
            let page = try parts.index.search(query)
            for index in page.indexes {
                guard case .recordErased(let erased) = try reader.entry(at: index).payload else { continue }
                try parts.disclosures.erase(erased.digests)
            }
            guard let next = page.next else { return }
            query.after = next
        }
    }
}

import ApprovalEvents
import MerkleTree

/// A ledger that may read and not write: before its newest stored head is known to be the log's newest, and after it
/// turned out that it is not.
extension Sequencer {
    func hold() {
        isHeld = true
        board.update { $0.condition = .awaitingWitnesses }
    }

    /// The newest stored head is the log's newest: from now on the ledger seals and signs. First what a crash left
    /// without a head, and what is owed.
    public func release() throws {
        guard isHeld, !breakdown.isOver else { return }
        isHeld = false
        board.update { if $0.condition == .awaitingWitnesses { $0.condition = .running } }
        let (storage, durable) = (parts.storage, parts.storage.frontier.head)
        if storage.published?.head != durable {
            let published = try storage.publish(durable, parts.signer)
            let last = try reader.entry(at: LeafIndex(durable.size.value - 1))
            time = TimeKeeper(anchor: parts.clock.now(), newest: last.ledgerTime.milliseconds)
            board.update { $0.newest = last.ledgerTime }
            try IndexFollower.rebuild(parts.index, from: reader) { _, _ in }
            heads.exit.show(published, [])
        }
        begin()
    }

    /// Nothing more is sealed or signed by this process: a witness knows another history of the log. What waits for a
    /// head is refused; a head that is being signed is the last. `run` throws the reason.
    public func halt(_ reason: any Error) {
        guard !breakdown.isOver else { return }
        breakdown.happen(reason)
        heads.halt()
    }
}

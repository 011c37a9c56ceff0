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
    ///
    /// Throws what kept it from that; then nothing is sealed or signed by this process, and `run` throws it too.
    public func release() throws {
        guard isHeld, !breakdown.isOver else { return }
        do { try publishDurable() } catch {
            halt(error)
            throw error
        }
        isHeld = false
        board.update { if $0.condition == .awaitingWitnesses { $0.condition = .running } }
        begin()
    }

    /// What `open` does for entries without a head, where it may sign.
    private func publishDurable() throws {
        let (storage, durable) = (parts.storage, parts.storage.frontier.head)
        guard storage.published?.head != durable else { return }
        let published = try storage.publish(durable, parts.signer)
        let last = try reader.entry(at: LeafIndex(durable.size.value - 1))
        time = TimeKeeper(anchor: parts.clock.now(), newest: last.ledgerTime.milliseconds)
        board.update { $0.newest = last.ledgerTime }
        try IndexFollower.rebuild(parts.index, from: reader) { _, _ in }
        try Self.repeatErasures(parts, reader)
        heads.exit.show(published, [])
    }

    /// Nothing more is sealed or signed by this process: a witness knows another history of the log. What waits for a
    /// head is refused; a head that is being signed is the last. `run` throws the reason.
    public func halt(_ reason: any Error) {
        guard !breakdown.isOver else { return }
        breakdown.happen(reason)
        heads.halt()
    }
}

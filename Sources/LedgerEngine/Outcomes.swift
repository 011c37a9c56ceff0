import MerkleTree

/// What became of an event that the ledger took.
public enum SubmissionOutcome: Hashable, Sendable {
    /// It is sealed at this position, durable, and inside a signed checkpoint.
    case sealed(LeafIndex)
    /// The same event with the same content was there already.
    case resent(LeafIndex)

    public var index: LeafIndex {
        switch self {
        case .sealed(let index), .resent(let index): index
        }
    }
}

/// What became of one submission.
public struct SubmissionReply: Sendable {
    /// One answer for each event, in the order of the events.
    public let answers: [Result<SubmissionOutcome, SubmissionRefusal>]
    /// The commit in which the sealed ones stand; nil where nothing was sealed.
    public let batch: CommittedBatch?
}

/// Why an event was not taken. Nothing of it is sealed.
public enum SubmissionRefusal: Error, Hashable, Sendable {
    /// Another content stands under the same `source` and `id`, at this position. Nil: it is of the same batch, of which
    /// nothing was taken.
    case conflict(LeafIndex?)
    /// The event is there, but what it concealed was erased, so the contents cannot be compared.
    case contentErased(LeafIndex)
    /// The sealed entry would have more than 65,535 bytes.
    case tooLarge
    /// The inbox, or the caller's share of it, is full. Try again soon.
    case inboxFull
    /// The index is too many entries late to recognise resends. Try again later.
    case indexBehind
    /// The store, the index, the disclosure store or the log's key failed. Whether the event is in is unknown: send it again.
    case storageTrouble
    case shuttingDown
    /// The machine's clock contradicts itself or the log; nothing is sealed or signed until it is right again.
    case clockStopped
    /// Nothing is sealed or signed until the witnesses have confirmed that this is the newest history of the log.
    case awaitingWitnesses
}

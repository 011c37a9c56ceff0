import ApprovalEvents
import MerkleTree

/// Counts that reports print beside the verdicts. They carry no verdict of their own (EVENTS §4.13); each count is
/// the number of the entries that it lists.
public struct OversightStatistics: Hashable, Sendable {
    /// The populations that samples are drawn from.
    public var populations: [Population: [LeafIndex]] = [:]
    /// Executions by what they name as their authority.
    public var executions: [AuthorityKind: [LeafIndex]] = [:]
    /// Executions under a session, by the session: what an approval “for the session” came to cover (R01.3).
    public var sessions: [SessionUse] = []
    /// How many cases stand in each state.
    public var states: [CaseState: Int] = [:]

    public init() {}

    /// How many entries belong to `population`.
    public func count(_ population: Population) -> Int { populations[population]?.count ?? 0 }
}

/// What ran under one session.
public struct SessionUse: Hashable, Sendable {
    /// The `action.started` that opened it, as the executions name it.
    public let session: EventIdentity
    /// That event's entry, where the log has it.
    public let opened: LeafIndex?
    public let executions: [LeafIndex]
}

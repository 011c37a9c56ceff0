import Cosigning
import LedgerEngine
import MerkleTree

/// The witnesses of a ledger that a command has opened for one change, without a server: asked for as long as that takes.
struct WitnessVisit {
    private let witnesses: HeadWitnesses
    private let directory: LedgerDirectory
    /// How long a command waits for the quorum.
    private static let limit = Duration.seconds(10)

    init(_ witnesses: HeadWitnesses, _ directory: LedgerDirectory) {
        self.witnesses = witnesses
        self.directory = directory
    }

    /// Has the newest stored head confirmed.
    func confirm() async throws {
        do {
            let isDone = try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await witnesses.run()
                    return false
                }
                group.addTask { await witnesses.opened() }
                group.addTask {
                    try await Task.sleep(for: Self.limit)
                    return false
                }
                defer { group.cancelAll() }
                return try await group.next() ?? false
            }
            guard isDone else { throw notReached }
        } catch let claim as ForkClaim {
            throw ForkEvidence.keep(claim, in: directory)
        }
    }

    private var notReached: CommandFailure {
        let states = witnesses.statuses.map { status -> String in
            switch status.condition {
            case .unheard, .cosigning: "\(status.name)"
            case .failing(let reason), .contradicting(let reason): "\(status.name) \(reason)"
            }
        }
        return .notReached(
            "the quorum of witnesses did not cosign within \(Self.limit), and nothing is signed without it: "
                + states.joined(separator: "; ") + ": run again when they answer")
    }
}

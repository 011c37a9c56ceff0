import ApprovalEvents
import LedgerEngine
import MerkleTree
import Verification

extension Problem {
    /// The problem for whatever a route threw. Every error that a route expects is one of the closed types named
    /// here, each of them told apart without a `default`; anything else is a mistake of ours.
    init(answering error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let refusal as SubmissionRefusal: self.init(refusal)
        case let refusal as EventRefusal: self.init(refusal.kind, refusal.violations)
        case let refusal as BatchRefusal: self.init(refusal.kind, refusal.violations)
        case let error as StorageError: self.init(error)
        case let error as ExtractPlanError: self.init(error)
        case let error as ProofError: self.init(.malformedRequest, "\(error)")
        default: self.init(.internalError, "the server's log says more")
        }
    }

    init(_ refusal: SubmissionRefusal) {
        switch refusal {
        case .conflict(nil):
            self.init(
                .conflict,
                "another event of the batch has this source and id; its content differs or cannot be compared; send one of them"
            )
        case .conflict(let index?):
            self.init(.conflict, "entry \(index) has this source and id, and other content", index: index)
        case .contentErased(let index):
            self.init(
                .contentErased,
                "entry \(index) has this source and id; what it concealed was erased, so that the contents cannot be compared",
                index: index)
        case .tooLarge: self.init(.tooLarge, Self.tooLargeDetail)
        case .inboxFull: self.init(.inboxFull, "the server, or this caller's share of it, is busy; send it again")
        case .indexBehind:
            self.init(.indexBehind, "the index has to catch up before resends can be recognised; send it again")
        case .storageTrouble:
            self.init(
                .storageTrouble, "whether the event is in cannot be said; send it again: it will not be there twice")
        case .shuttingDown: self.init(.shuttingDown, "send it again, to the server that follows")
        case .clockStopped: self.init(.clockStopped, "nothing is sealed while the machine's clock contradicts the log")
        case .awaitingWitnesses:
            self.init(
                .awaitingWitnesses,
                "nothing is sealed until the quorum of witnesses has cosigned the newest stored head; send it again")
        }
    }

    init(_ kind: EventRefusal.Kind, _ violations: [Violation]) {
        switch kind {
        case .malformed:
            self.init(.malformedJSON, violations.first?.message ?? "it cannot be read", violations: violations)
        case .invalid:
            let count = violations.count == 1 ? "1 rule is broken" : "\(violations.count) rules are broken"
            self.init(.invalidEvent, count, violations: violations)
        case .tooLarge: self.init(.tooLarge, Self.tooLargeDetail, violations: violations)
        }
    }

    init(_ error: StorageError) {
        switch error {
        case .outOfRange: self.init(.notFound, "the log does not reach there")
        case .notCommitted, .broken, .corrupt, .occupied, .locked:
            self.init(.storageTrouble, "the store cannot be read at the moment")
        }
    }

    static let tooLargeDetail = """
        an event has at most 60 KiB in canonical form, and its sealed entry 65,535 bytes. Long content (a script, a \
        plan, an image) does not belong in an event: give its digest, size and media type as `content` of the action
        """
}

import ApprovalEvents
import Synchronization

/// What each caller sent in the current hour, and why some of it was refused: sealed hourly, so that a source
/// that was turned away leaves a trace in the log.
final class IntakeCounts: Sendable {
    struct Count: Hashable, Sendable {
        var accepted: Int64 = 0
        var resent: Int64 = 0
        var refused: [Text: Int64] = [:]

        fileprivate mutating func add(accepted: Int, resent: Int) {
            self.accepted += Int64(accepted)
            self.resent += Int64(resent)
        }
    }

    private let counts = Mutex<[Text: Count]>([:])

    func add(accepted: Int = 0, resent: Int = 0, caller: Text) {
        guard accepted + resent > 0 else { return }
        counts.withLock { $0[caller, default: Count()].add(accepted: accepted, resent: resent) }
    }

    func add(refused problem: Text, times: Int = 1, caller: Text) {
        guard times > 0 else { return }
        counts.withLock { $0[caller, default: Count()].refused[problem, default: 0] += Int64(times) }
    }

    /// The counts so far, by caller in the order of its bytes.
    func current() -> [(caller: Text, count: Count)] {
        counts.withLock { $0.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    }

    /// Takes away what has been sealed; what came in between stays for the next hour.
    func subtract(_ sealed: [(caller: Text, count: Count)]) {
        counts.withLock { counts in
            for (caller, done) in sealed {
                guard var left = counts[caller] else { continue }
                left.accepted -= done.accepted
                left.resent -= done.resent
                for (problem, times) in done.refused {
                    let rest = left.refused[problem, default: 0] - times
                    left.refused[problem] = rest > 0 ? rest : nil
                }
                let isEmpty = left.accepted == 0 && left.resent == 0 && left.refused.isEmpty
                counts[caller] = isEmpty ? nil : left
            }
        }
    }
}

extension SubmissionRefusal {
    /// The last segment of the problem type under which the refusal is counted and answered.
    public var problem: Text {
        switch self {
        case .conflict: "conflict"
        case .contentErased: "content-erased"
        case .tooLarge: "too-large"
        case .inboxFull: "inbox-full"
        case .indexBehind: "index-behind"
        case .storageTrouble: "storage-trouble"
        case .shuttingDown: "shutting-down"
        case .clockStopped: "clock-stopped"
        case .awaitingWitnesses: "awaiting-witnesses"
        }
    }
}

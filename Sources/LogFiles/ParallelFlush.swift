import Dispatch
import Synchronization

/// Flushes a file on a thread of its own, while the caller does something else with it.
final class ParallelFlush: Sendable {
    private let queue = DispatchQueue(label: "countersign.flush")

    private final class Outcome: Sendable {
        let fault = Mutex<FileFault?>(nil)
        let done = DispatchSemaphore(value: 0)
    }

    /// Returns when both are done. The flush's failure comes before the other's.
    func flush(_ file: OpenFile, while work: () throws -> Void) throws {
        let outcome = Outcome()
        queue.async {
            do throws(FileFault) {
                try file.flush()
            } catch {
                outcome.fault.withLock { $0 = error }
            }
            outcome.done.signal()
        }
        let result = Result { try work() }
        outcome.done.wait()
        if let fault = outcome.fault.withLock({ $0 }) { throw fault }
        try result.get()
    }
}

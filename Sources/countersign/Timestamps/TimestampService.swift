import ApprovalEvents
import LedgerEngine
import Logging
import MerkleTree
import ServiceLifecycle

/// Has the newest head stamped every some hours, beside the ledger: nothing of the log waits for it.
///
/// A head that is stamped already is left alone. Where the authority fails, it is asked again after a minute, and then
/// after twice as long each time, up to an hour.
struct TimestampService: Service {
    let stamping: HeadStamping
    let reader: @Sendable () -> LedgerReader
    let every: Duration
    let logger: Logger

    private static let firstPause = Duration.seconds(60)
    private static let longestPause = Duration.seconds(3_600)

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await follow() }
        } catch is CancellationError {
            // The server shuts down.
        }
    }

    private func follow() async throws {
        try await Task.sleep(for: untilNext())
        var pause = Self.firstPause
        while true {
            do {
                let stamped = try await stamping.stampNewest(reader())
                if stamped.isNew {
                    logger.info(
                        "head stamped",
                        metadata: ["size": "\(stamped.head.size)", "time": "\(stamped.time.ledgerForm)"])
                }
                pause = Self.firstPause
                try await Task.sleep(for: every)
            } catch let cancelled as CancellationError {
                throw cancelled
            } catch {
                let reason = (error as? CommandFailure)?.message ?? "\(error)"
                logger.warning("the head was not stamped", metadata: ["reason": "\(reason)", "again_in": "\(pause)"])
                try await Task.sleep(for: pause)
                pause = min(pause * 2, Self.longestPause)
            }
        }
    }

    /// What is left of the hours since the last stamp: a server that is started often does not ask more often.
    private func untilNext() -> Duration {
        guard let last = try? stamping.newestTime() else { return .zero }
        let left = Duration.milliseconds(last - SystemClock().now().wall) + every
        return min(max(left, .zero), every)
    }
}

import ServiceLifecycle
import Synchronization

/// Whether the server is on its way out: it still answers, but takes no more events.
final class Drain: Sendable {
    private let flag = Atomic(false)

    var isDraining: Bool { flag.load(ordering: .acquiring) }

    func begin() { flag.store(true, ordering: .releasing) }
}

/// The first to be shut down: for a moment events are refused while everything else is still answered, so that a
/// load balancer sees `/readyz` turn before connections are closed.
struct DrainService: Service {
    let drain: Drain
    let pause: Duration

    func run() async throws {
        try await gracefulShutdown()
        drain.begin()
        try await Task.sleep(for: pause)
    }
}

import LedgerHTTP
import Logging
import ServiceLifecycle
import Testing

extension Fixture {
    /// Runs a whole server, with its control socket, and shuts it down gracefully after `body`.
    func serving(
        _ change: (inout ServerConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (Int, String) async throws -> Void
    ) async throws {
        var configuration = ServerConfiguration(
            listen: try #require(ListenAddress("127.0.0.1:0")), controlSocket: path + "/control.sock")
        configuration.drainSeconds = 0
        change(&configuration)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let (addresses, announce) = AsyncStream.makeStream(of: ListenAddress.self)
        let server = try Server(
            ledger: ledger, configuration: configuration, logger: logger, shutdownSignals: []
        ) {
            announce.yield($0)
        }
        let group = ServiceGroup(services: [server], logger: logger)
        let socket = configuration.controlSocket ?? ""
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let address = try #require(await addresses.first { _ in true })
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(address.port, socket))
            } catch {
                result = .failure(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try result.get()
        }
    }
}

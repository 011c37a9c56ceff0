import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

/// A witness on the network, until SIGTERM or SIGINT, or until its state is unknown.
public struct WitnessServer: Service {
    /// The disk failed while a head was stored: a new process must look at what is there.
    public struct StateUnknown: Error, CustomStringConvertible {
        public let description: String
    }

    private let witness: Witness
    private let address: BindAddress
    private let logger: Logger
    private let onListening: @Sendable (_ port: Int) async -> Void

    /// - Parameters:
    ///   - port: 0 lets the system choose.
    ///   - onListening: called once, when requests are accepted, with the port that is really listened on.
    public init(
        _ witness: Witness, host: String, port: Int, logger: Logger,
        onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.witness = witness
        address = .hostname(host, port: port)
        self.logger = logger
        self.onListening = onListening
    }

    public func run() async throws {
        let application = Application(
            responder: WitnessResponder(witness: witness, bodyTime: .seconds(30)),
            server: .http1(configuration: HTTP1Channel.Configuration(idleTimeout: .seconds(60))),
            configuration: ApplicationConfiguration(
                address: address, availableConnectionsDelegate: MaximumAvailableConnections(1_024, logger: logger)),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) },
            logger: logger)
        var group = ServiceGroupConfiguration(
            services: [service(FailureWatch(witness: witness)), service(application)],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(10)
        try await ServiceGroup(configuration: group).run()
    }

    /// One service's end, expected or not, is the end of all.
    private func service(_ service: some Service) -> ServiceGroupConfiguration.ServiceConfiguration {
        ServiceGroupConfiguration.ServiceConfiguration(
            service: service, successTerminationBehavior: .gracefullyShutdownGroup,
            failureTerminationBehavior: .gracefullyShutdownGroup)
    }
}

/// Ends the server when the witness no longer knows its state.
private struct FailureWatch: Service {
    let witness: Witness

    func run() async throws {
        let reason = await cancelWhenGracefulShutdown { await witness.failure.first { _ in true } }
        if let reason { throw WitnessServer.StateUnknown(description: reason) }
    }
}

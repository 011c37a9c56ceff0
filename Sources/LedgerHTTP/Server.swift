import ApprovalEvents
import Cosigning
import Glibc
import HTTPTypes
import Hummingbird
import HummingbirdCore
import LedgerEngine
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

/// A ledger on the network: the sequencer, the public routes, and the control socket, run as one.
///
/// ```swift
/// let ledger = OpenedLedger(sequencer: sequencer, index: index, callers: callers, clock: clock)
/// let server = try Server(ledger: ledger, configuration: configuration, logger: logger) { address in
///     print("listening on http://\(address)")
/// }
/// try await server.run()
/// ```
/// `run` ends after SIGTERM or SIGINT: new events are refused with `shutting-down` for a moment, so that whoever
/// stands in front of the server notices; then it stops listening, answers what is in flight, and closes the
/// ledger. Where the store breaks, what is in flight is answered with `storage-trouble`, and `run` throws.
public struct Server: Service {
    /// A configuration that the server will not run with.
    public struct Refused: Error, CustomStringConvertible {
        public let description: String
    }

    private let ledger: OpenedLedger
    private let configuration: ServerConfiguration
    private let logger: Logger
    private let onListening: @Sendable (ListenAddress) async -> Void
    private let drain = Drain()
    private let shutdownSignals: [UnixSignal]
    private let services: [any Service]

    /// - Parameters:
    ///   - services: run beside, until the server shuts down; the end of one of them is the server's.
    ///   - shutdownSignals: none for a server that runs as a service of a group which has its own.
    ///   - onListening: called once, when requests are accepted, with the port that is really listened on.
    public init(
        ledger: OpenedLedger, configuration: ServerConfiguration, logger: Logger,
        beside services: [any Service] = [], shutdownSignals: [UnixSignal] = [.sigterm, .sigint],
        onListening: @escaping @Sendable (ListenAddress) async -> Void = { _ in }
    ) throws {
        if let complaint = configuration.complaint { throw Refused(description: complaint) }
        self.ledger = ledger
        self.configuration = configuration
        self.logger = logger
        self.services = services
        self.shutdownSignals = shutdownSignals
        self.onListening = onListening
    }

    public func run() async throws {
        let administration = Administration(ledger)
        // In the order of dependence: shut down from the last to the first.
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = [service(SequencerService(ledger.sequencer))]
        if ledger.witnesses == nil {
            try await ledger.catchUp(logger)
        } else {
            services.append(service(WitnessService(ledger, logger: logger)))
        }
        let gate = StartGate()
        if let path = configuration.controlSocket {
            services.append(service(try control(administration, at: path, gate: gate)))
        } else {
            gate.open()
        }
        services.append(service(routes(after: gate)))
        for other in self.services { services.append(service(other)) }
        services.append(service(DrainService(drain: drain, pause: .seconds(configuration.drainSeconds))))
        var group = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: shutdownSignals, logger: logger)
        // A peer that never finishes its request must not keep the process: a kill is what the store is made for.
        group.maximumGracefulShutdownDuration = .seconds(configuration.shutdownSeconds)
        try await ServiceGroup(configuration: group).run()
    }

    /// One service's end, expected or not, is the end of all, each in its turn.
    private func service(_ service: some Service) -> ServiceGroupConfiguration.ServiceConfiguration {
        ServiceGroupConfiguration.ServiceConfiguration(
            service: service, successTerminationBehavior: .gracefullyShutdownGroup,
            failureTerminationBehavior: .gracefullyShutdownGroup)
    }

    /// The public routes as an application of their own, without control socket and sequencer.
    public var publicRoutes: Application<LedgerResponder> {
        let gate = StartGate()
        gate.open()
        return routes(after: gate)
    }

    private func routes(after gate: StartGate) -> Application<LedgerResponder> {
        let limits = configuration.limits
        let ledger = LedgerResponder(ledger: ledger, configuration: configuration, drain: drain)
        return Application(
            responder: ledger,
            server: HTTPServerBuilder { LedgerChannel(responder: $0, ledger: ledger, limits: limits) },
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.listen.host, port: configuration.listen.port),
                availableConnectionsDelegate: MaximumAvailableConnections(limits.connections, logger: logger)),
            onServerRunning: { channel in
                await gate.opened()
                await onListening(
                    configuration.listen.bound(to: channel.localAddress?.port ?? configuration.listen.port))
            },
            logger: logger)
    }

    /// The control socket. Until its mode is set the process's umask keeps others out: it is narrowed here, for
    /// everything that a ledger's process makes is private.
    private func control(_ administration: Administration, at path: String, gate: StartGate) throws -> Application<
        ControlResponder
    > {
        guard path.utf8.count < 104 else {
            throw Refused(
                description: "the path of the control socket has over 103 bytes, more than a socket can have: \(path)")
        }
        umask(0o077)
        return Application(
            responder: ControlResponder(administration),
            server: .http1(
                configuration: HTTP1Channel.Configuration(
                    idleTimeout: .seconds(Int64(configuration.limits.idleSeconds)))),
            configuration: ApplicationConfiguration(address: .unixDomainSocket(path: path)),
            onServerRunning: { _ in
                if chmod(path, 0o600) != 0 { logger.error("the control socket's mode could not be set") }
                gate.open()
            },
            logger: logger)
    }
}

/// Holds one service's start back until another's has happened: who is told "listening" can use the control socket.
private struct StartGate: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func open() { continuation.finish() }

    /// Returns when the gate is open, or when the task is cancelled or the server shuts down.
    func opened() async {
        await cancelWhenGracefulShutdown {
            for await _ in stream {}
        }
    }
}

/// The witnesses' life as a service: once they have confirmed the newest stored head, the ledger signs new ones.
private struct WitnessService: Service {
    private let ledger: OpenedLedger
    private let logger: Logger

    init(_ ledger: OpenedLedger, logger: Logger) {
        self.ledger = ledger
        self.logger = logger
    }

    func run() async throws {
        guard let witnesses = ledger.witnesses else { return }
        try await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    do { try await witnesses.run() } catch let claim as ForkClaim {
                        await ledger.sequencer.halt(claim)
                        throw claim
                    }
                }
                group.addTask {
                    guard await witnesses.opened() else { return }
                    try await ledger.sequencer.release()
                    try await ledger.catchUp(logger)
                }
                try await group.waitForAll()
            }
        }
    }
}

extension OpenedLedger {
    /// Records what is owed as soon as the ledger signs. What cannot be recorded now is by the next start.
    fileprivate func catchUp(_ logger: Logger) async throws {
        let administration = Administration(self)
        try await administration.finishRevocations()
        do {
            try await administration.finishKeyChanges()
        } catch {
            // It signs with the keys that the list names, coming and going ones too: no reason not to serve.
            logger.error("a change of keys could not be finished", metadata: ["reason": "\(error.detail)"])
        }
        for announcement in announcements {
            switch await sequencer.record(announcement.event) {
            case .success: try announcement.recorded()
            case .failure(let refusal):
                logger.warning("a setting was not recorded", metadata: ["refusal": "\(refusal)"])
            }
        }
    }
}

/// The sequencer's life as a service: it runs until it is told to shut down, and then finishes what it took.
private struct SequencerService: Service {
    private let sequencer: Sequencer

    init(_ sequencer: Sequencer) {
        self.sequencer = sequencer
    }

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await sequencer.run() }
            group.addTask {
                // Throws when the task is cancelled, which here means: `run` is over already.
                if (try? await gracefulShutdown()) != nil { await sequencer.shutDown() }
            }
            try await group.next()
            group.cancelAll()
        }
    }
}

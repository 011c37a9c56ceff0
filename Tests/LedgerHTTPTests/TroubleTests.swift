import ApprovalEvents
import Foundation
import HTTPTypes
import HummingbirdTesting
import LedgerCrypto
import LedgerEngine
import LedgerHTTP
import Logging
import MerkleTree
import ServiceLifecycle
import Synchronization
import Testing

/// A store whose flush fails from the moment that the test says.
private final class FailingStorage: LogStorage {
    private let inner: any LogStorage
    private let failure = Mutex<StorageError?>(nil)
    private let unreadable = Mutex(UInt64.max)

    init(_ inner: any LogStorage) { self.inner = inner }

    func fail(with error: StorageError) { failure.withLock { $0 = error } }

    /// From now on no entry can be read from this one on.
    func loseEntries(from index: UInt64) { unreadable.withLock { $0 = index } }

    var published: PublishedHead? { inner.published }
    var frontier: Frontier { inner.frontier }
    var recovery: RecoveryReport { inner.recovery }
    func bundle(_ range: Range<UInt64>) throws -> [UInt8] {
        guard range.upperBound <= unreadable.withLock({ $0 }) else { throw StorageError.corrupt("bad sector") }
        return try inner.bundle(range)
    }
    func nodes(_ addresses: [NodeAddress]) throws -> [Digest] { try inner.nodes(addresses) }
    func hashes(level: UInt8, from index: UInt64, count: Int) throws -> [UInt8] {
        try inner.hashes(level: level, from: index, count: count)
    }
    func note(for size: TreeSize) throws -> [UInt8]? { try inner.note(for: size) }
    func commit(_ plan: BatchPlan) throws {
        if let failure = failure.withLock({ $0 }) { throw failure }
        try inner.commit(plan)
    }
    func publish(_ head: PublishedHead) throws { try inner.publish(head) }
    func settle() throws { try inner.settle() }
    func close() throws { try inner.close() }
}

/// A log handler that keeps everything, from the lowest level on.
private struct Eavesdropper: LogHandler {
    final class Memory: Sendable {
        private let lines = Mutex<[String]>([])
        func add(_ line: String) { lines.withLock { $0.append(line) } }
        var text: String { lines.withLock { $0.joined(separator: "\n") } }
    }

    let memory: Memory
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        memory.add("\(event.level) \(event.message) \(metadata) \(event.metadata ?? [:])")
    }
}

@Suite("Trouble") struct TroubleTests {
    @Test func `A full disk is 503, nothing is sealed, and the ledger works on when there is room`() async throws {
        let failing = Mutex<FailingStorage?>(nil)
        let fixture = try await Fixture { inner in
            let storage = FailingStorage(inner)
            failing.withLock { $0 = storage }
            return storage
        }
        let storage = try #require(failing.withLock { $0 })
        let token = try await fixture.token("gateway", ["submit"])
        let size = fixture.size
        storage.fail(with: .notCommitted("no space left on device"))
        try await fixture.test { client in
            let answer = try await client.submit(token, Event.cancelled("e-1"))
            #expect(answer.status == .serviceUnavailable)
            #expect(answer.problem == "storage-trouble")
            #expect(answer.headers[.retryAfter] == "30")
            #expect(!answer.text.contains("device"), "what failed is the operator's to read")
        }
        #expect(fixture.size == size)
    }

    @Test func `A failed flush ends the server: 503 for what is there, and run() throws`() async throws {
        let failing = Mutex<FailingStorage?>(nil)
        let fixture = try await Fixture { inner in
            let storage = FailingStorage(inner)
            failing.withLock { $0 = storage }
            return storage
        }
        let storage = try #require(failing.withLock { $0 })
        let token = try await fixture.token("gateway", ["submit"])
        var configuration = ServerConfiguration(listen: try #require(ListenAddress("127.0.0.1:0")))
        configuration.drainSeconds = 0
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let (addresses, announce) = AsyncStream.makeStream(of: ListenAddress.self)
        let server = try Server(
            ledger: fixture.ledger, configuration: configuration, logger: logger, shutdownSignals: []
        ) {
            announce.yield($0)
        }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await server.run() }
            let port = try #require(await addresses.first { _ in true }).port
            storage.fail(with: .broken("fdatasync: Input/output error"))
            let answer = try await RawClient.once(
                try RawClient(port: port), "POST", "/v1/events", token: token, body: Event.cancelled("e-1"),
                type: "application/cloudevents+json")
            #expect(answer.hasPrefix("HTTP/1.1 503"))
            #expect(answer.contains("storage-trouble"))
            await #expect(throws: (any Error).self) { try await tasks.waitForAll() }
        }
        #expect(throws: (any Error).self) { try RawClient(port: 1) }
    }

    @Test func `Evidence that cannot be read to its end has no end`() async throws {
        let failing = Mutex<FailingStorage?>(nil)
        let fixture = try await Fixture { inner in
            let storage = FailingStorage(inner)
            failing.withLock { $0 = storage }
            return storage
        }
        let storage = try #require(failing.withLock { $0 })
        let own = try await fixture.token("gateway", ["submit"])
        let reader = try await fixture.token("reader", ["read"], sources: [])
        try await fixture.server().publicRoutes.test(.live) { client in
            let lines = (0..<300).map { Event.cancelled("e-\($0)") }.joined(separator: "\n")
            _ = try await client.post(own, "application/x-ndjson", lines)
            let port = try #require(client.port)
            func evidence(_ query: String = "") async throws -> String {
                try await RawClient.once(try RawClient(port: port), "GET", "/v1/evidence" + query, token: reader)
            }
            #expect(try await evidence().hasSuffix("\r\n0\r\n\r\n"))
            storage.loseEntries(from: 200)
            let broken = try await evidence()
            #expect(broken.hasPrefix("HTTP/1.1 200") && broken.contains("\"e-100\""))
            #expect(!broken.contains("\r\n0\r\n"), "the client sees that it is not whole")
            storage.loseEntries(from: 0)
            #expect(try await evidence("?to=2026-11-22T12:00:00Z").hasPrefix("HTTP/1.1 503"))
        }
    }

    @Test func `A peer that takes no more of its evidence does not keep its connection`() async throws {
        let fixture = try await Fixture()
        let own = try await fixture.token("gateway", ["submit"])
        let reader = try await fixture.token("reader", ["read"], sources: [])
        try await fixture.test { client in
            // More than the sockets' buffers hold.
            let reason = "\"},\"reason\":\"\(String(repeating: "r", count: 50_000))\"}}"
            for part in 0..<3 {
                let lines = (0..<100).map { Event.cancelled("e-\(part)-\($0)").replacing("\"}}}", with: reason) }
                let answer = try await client.post(own, "application/x-ndjson", lines.joined(separator: "\n"))
                #expect(try answer.lines.dropLast().allSatisfy { $0["status"] == 201 })
            }
        }
        try await fixture.test { client in
            let taken = try await client.get("/v1/evidence", reader)
            #expect(taken.bytes.count > 15_000_000)
        }
        try await fixture.server({ $0.limits.idleSeconds = 1 }).publicRoutes.test(.live) { client in
            let stalled = try RawClient(port: try #require(client.port))
            try stalled.write("GET /v1/evidence HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(reader)\r\n\r\n")
            try await Task.sleep(for: .seconds(3))
            let received = try await stalled.read()
            #expect(received.hasPrefix("HTTP/1.1 200") && !received.hasSuffix("\r\n0\r\n\r\n"))
            stalled.close()
        }
    }

    @Test func `No token, and nothing of a body, is ever logged, not even at the lowest level`() async throws {
        let fixture = try await Fixture()
        let token = try await fixture.token("gateway", ["submit", "audit"])
        let memory = Eavesdropper.Memory()
        let logger = Logger(label: "test") { _ in Eavesdropper(memory: memory) }
        var configuration = ServerConfiguration(
            listen: try #require(ListenAddress("127.0.0.1:0")), controlSocket: fixture.path + "/control.sock")
        configuration.drainSeconds = 0
        let (addresses, announce) = AsyncStream.makeStream(of: ListenAddress.self)
        let server = try Server(
            ledger: fixture.ledger, configuration: configuration, logger: logger, shutdownSignals: []
        ) {
            announce.yield($0)
        }
        let group = ServiceGroup(services: [server], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let port = try #require(await addresses.first { _ in true }).port
            for body in [
                Event.cancelled("very-private-id"), "{\"very-private",
                Event.cancelled("very-private-id", by: "okta:very-private"),
            ] {
                _ = try await RawClient.once(
                    try RawClient(port: port), "POST", "/v1/events", token: token, body: body,
                    type: "application/cloudevents+json")
            }
            _ = try await RawClient.once(
                try RawClient(port: port), "GET", "/v1/events?subject=very-private", token: token)
            let broken = try RawClient(port: port)
            try broken.write("GET /v1/events HTTP/1.1\r\nAuthorization: Bearer \(token)\r\n: x\r\n\r\n")
            broken.close()
            let made = try await RawClient.once(
                try RawClient(socketPath: fixture.path + "/control.sock"), "POST", "/admin/callers",
                body: #"{"caller":"gw","roles":["read"],"by":"os:maria@host"}"#)
            let shown = String(made[try #require(made.range(of: "cst_")?.lowerBound)...].prefix(64))
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            let logged = memory.text
            #expect(!logged.isEmpty)
            for secret in [token, shown] {
                #expect(!logged.contains(secret.suffix(43)))
                #expect(!logged.contains(try #require(BearerToken(parsing: Array(secret.utf8))).digest.hex))
            }
            #expect(!logged.contains("very-private"))
        }
    }
}

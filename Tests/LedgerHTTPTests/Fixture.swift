import ApprovalEvents
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import LedgerCrypto
import LedgerEngine
import LedgerHTTP
import LogFiles
import Logging
import MerkleTree
import NIOCore
import SQLiteIndex
import SignedNotes
import Synchronization

/// A clock that the test owns.
final class TestClock: LedgerClock {
    private let milliseconds: Mutex<Int64>

    init(_ text: Text) { milliseconds = Mutex(Timestamp(text)?.milliseconds ?? 0) }

    func now() -> ClockReading { milliseconds.withLock { ClockReading(wall: $0, monotonic: $0) } }

    func advance(seconds: Int64) { milliseconds.withLock { $0 += seconds * 1000 } }
}

/// Some bytes in the place of the timestamp of the first head.
private struct OneTimestamp: HeadTimestamps {
    func sizes() -> [TreeSize] { [TreeSize(1)] }
    func answer(for size: TreeSize) -> [UInt8]? { size == TreeSize(1) ? [0x30, 0x00] : nil }
}

/// A whole ledger in a directory of its own: real files, a real index, real keys, and callers of every kind.
final class Fixture: Sendable {
    static let origin = Array("test.example/log".utf8)
    static let start: Text = "2026-11-22T03:00:00.000Z"

    let path: String
    let clock = TestClock(Fixture.start)
    let sequencer: Sequencer
    let ledger: OpenedLedger
    let signer: HeadSigner
    let disclosures: DisclosureFile
    let administration: Administration

    /// - Parameter wrapping: what stands between the sequencer and the real store.
    init(
        limits: SequencerLimits = SequencerLimits(), wrapping: (any LogStorage) -> any LogStorage = { $0 }
    ) async throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("cs-\(UUID().uuidString.prefix(8))").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let key = try PrivateKey(generating: .ed25519)
        signer = HeadSigner(origin: Self.origin, signers: [try NoteSigner(name: Self.origin, key: key)])
        let storage = try LogFiles.create(path, origin: Self.origin)
        let founder = Principal(kind: .human, id: try Self.principal("os:founder"))
        _ = try LedgerFounding(createdBy: founder).found(storage, signer: signer, clock: clock)
        let index = try SQLiteIndex(path: path + "/index.db")
        disclosures = try DisclosureFile(path: path + "/private/disclosures.db")
        sequencer = try await Sequencer.open(
            LedgerParts(
                storage: wrapping(storage), index: index, disclosures: disclosures, clock: clock, signer: signer,
                limits: limits))
        ledger = OpenedLedger(
            sequencer: sequencer, index: index, callers: try CallerRegistry(directory: path + "/callers"), clock: clock)
        administration = Administration(ledger)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    static func principal(_ text: Text) throws -> PrincipalID {
        guard let id = PrincipalID(text) else { throw Unexpected("\(text) is no principal") }
        return id
    }

    static var operatorPrincipal: Principal {
        get throws { Principal(kind: .human, id: try principal("os:operator@host")) }
    }

    /// Makes a caller and gives its token.
    func token(
        _ id: Text, _ roles: [Text], sources: [Text] = ["/gateways/eu-1"], types: [Text] = []
    ) async throws -> String {
        let order = try CallerOrder(id: id, roles: roles, sources: sources, types: types)
        return try await administration.create(order, by: try Self.operatorPrincipal).token.text
    }

    func server(_ change: (inout ServerConfiguration) -> Void = { _ in }) throws -> Server {
        var configuration = ServerConfiguration()
        configuration.listen = ListenAddress("127.0.0.1:0") ?? .standard
        configuration.rules.allowsForeignTypes = true
        configuration.timestamps = OneTimestamp()
        change(&configuration)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return try Server(ledger: ledger, configuration: configuration, logger: logger)
    }

    /// Runs `body` against the routes, without a socket, while the sequencer runs.
    func test<Value: Sendable>(
        _ change: (inout ServerConfiguration) -> Void = { _ in },
        body: @escaping @Sendable (any TestClientProtocol) async throws -> Value
    ) async throws -> Value {
        try await server(change).publicRoutes.test(.router) { try await body($0) }
    }

    var size: UInt64 { sequencer.reader.published.size.value }

    /// The same while the sequencer runs, so that the index follows; shut down at the end.
    func running<Value: Sendable>(
        _ body: @escaping @Sendable (any TestClientProtocol) async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.sequencer.run() }
            let result: Result<Value, any Error>
            do { result = .success(try await test(body: body)) } catch { result = .failure(error) }
            await sequencer.shutDown()
            try await group.waitForAll()
            return try result.get()
        }
    }

    /// Waits until the index has what is published.
    func indexed() async throws {
        for _ in 0..<1_000 {
            if try ledger.index.applied()?.size.value == size { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw Unexpected("the index does not follow")
    }
}

struct Unexpected: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Events of a gateway.
enum Event {
    static func cancelled(
        _ id: String, subject: String = "apr_1", source: String = "/gateways/eu-1", by: String = "okta:00uMARIA"
    ) -> String {
        """
        {"specversion":"1.0","id":"\(id)","source":"\(source)","type":"dev.countersign.approval.cancelled.v1",\
        "subject":"\(subject)","time":"2026-11-22T02:59:59Z","datacontenttype":"application/json",\
        "data":{"cancelled_by":{"kind":"human","id":"\(by)"}}}
        """
    }

    static func foreign(_ id: String, type: String = "com.example.thing", source: String = "/gateways/eu-1") -> String {
        """
        {"specversion":"1.0","id":"\(id)","source":"\(source)","type":"\(type)","time":"2026-11-22T02:59:59Z","data":{"n":1}}
        """
    }
}

extension TestClientProtocol {
    func get(_ uri: String, _ token: String? = nil, method: HTTPRequest.Method = .get) async throws -> TestResponse {
        try await send(uri, method, token)
    }

    func post(_ token: String?, _ type: String?, _ body: String, headers: HTTPFields = [:]) async throws -> TestResponse
    {
        var headers = headers
        if let type { headers[.contentType] = type }
        return try await send("/v1/events", .post, token, headers, body)
    }

    func submit(_ token: String, _ event: String) async throws -> TestResponse {
        try await post(token, "application/cloudevents+json", event)
    }

    func send(
        _ uri: String, _ method: HTTPRequest.Method, _ token: String?, _ headers: HTTPFields = [:],
        _ body: String? = nil
    ) async throws -> TestResponse {
        var headers = headers
        if let token { headers[.authorization] = "Bearer \(token)" }
        return try await executeRequest(
            uri: uri, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
    }
}

extension TestResponse {
    var bytes: [UInt8] { Array(body.readableBytesView) }
    var text: String { String(decoding: bytes, as: UTF8.self) }

    var json: JSONObject {
        get throws {
            guard case .object(let object) = try JSONValue(parsing: bytes, maxDepth: 70) else { throw Unexpected(text) }
            return object
        }
    }

    /// The last segment of the problem's type.
    var problem: String? {
        guard headers[.contentType] == "application/problem+json", case .string(let type)? = try? json["type"] else {
            return nil
        }
        return type.string.split(separator: "/").last.map(String.init)
    }

    /// The pointers of the problem's violations, in their order.
    var pointers: [String] {
        guard case .array(let violations)? = try? json["violations"] else { return [] }
        return violations.compactMap { violation in
            guard case .object(let object) = violation, case .string(let pointer)? = object["pointer"] else {
                return nil
            }
            return pointer.string
        }
    }

    var index: UInt64? {
        guard case .number(let number)? = try? json["index"] else { return nil }
        return number.integer.map { UInt64($0) }
    }

    var lines: [JSONObject] {
        get throws {
            try text.split(separator: "\n").map { line in
                guard case .object(let object) = try JSONValue(parsing: Array(line.utf8), maxDepth: 70) else {
                    throw Unexpected(text)
                }
                return object
            }
        }
    }
}

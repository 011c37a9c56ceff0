import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// One ledger server as a caller sees it: an address, a bearer token, and requests that survive a busy moment.
struct ServerClient {
    struct Answer {
        let status: UInt
        let body: [UInt8]
    }

    /// Says at once that nobody listens. (The shared client would try for 90 silent seconds.) It lives as long as the
    /// process.
    static let http: HTTPClient = {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.timeout.connect = .seconds(10)
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    private let base: String
    private let authorization: String?
    private let patience: Duration
    /// Whether a server that does not listen is waited for, as `patience` says: one that has answered before is being
    /// started again, most likely.
    var waitsForRestart = false

    /// - Parameter patience: how long `429`, `503` and an unreachable server are tried again before giving up.
    init(server: String, token: String?, patience: Duration = .seconds(30)) throws {
        guard let url = URL(string: server), let scheme = url.scheme, ["http", "https"].contains(scheme),
            url.host != nil
        else {
            throw CommandFailure.usage("--server takes an address such as http://127.0.0.1:8440, not \(server)")
        }
        base = server.hasSuffix("/") ? String(server.dropLast()) : server
        authorization = token.map { "Bearer \($0)" }
        self.patience = patience
    }

    func get(_ path: String) async throws -> Answer {
        try await send(HTTPClientRequest(url: base + path))
    }

    func post(_ path: String, contentType: String, body: [UInt8]) async throws -> Answer {
        var request = HTTPClientRequest(url: base + path)
        request.method = .POST
        request.headers.add(name: "content-type", value: contentType)
        request.body = .bytes(ByteBuffer(bytes: body))
        return try await send(request)
    }

    /// Hands a streamed answer on as it comes. Once it has begun it is not asked for again.
    ///
    /// - Throws: the server's refusal as a failure, or that the answer broke off.
    func stream(_ path: String, _ take: ([UInt8]) throws -> Void) async throws {
        try await send(HTTPClientRequest(url: base + path)) { response in
            guard response.status == .ok else {
                let body = Array(buffer: try await response.body.collect(upTo: 1 << 20))
                throw CommandFailure.failed(ReportedProblem.parse(body).lines.joined(separator: "\n"))
            }
            var received = 0
            do {
                for try await chunk in response.body {
                    received += chunk.readableBytes
                    try take(Array(buffer: chunk))
                }
            } catch let failure as CommandFailure {
                throw failure
            } catch {
                throw CommandFailure.notReached(
                    "\(base) broke off after \(received) bytes (\(Self.words(error))): run again")
            }
        }
    }

    private func send(_ request: HTTPClientRequest) async throws -> Answer {
        try await send(request) { response in
            let body = try await response.body.collect(upTo: 256 << 20)
            return Answer(status: response.status.code, body: Array(buffer: body))
        }
    }

    /// Sends until the server has answered with something to act on, and `read` has read it. Every request of ours is
    /// safe to repeat: an event that was recorded already is recognised by its `source` and `id`.
    private func send<Value>(
        _ unsigned: HTTPClientRequest, _ read: (HTTPClientResponse) async throws -> Value
    ) async throws -> Value {
        var request = unsigned
        if let authorization { request.headers.add(name: "authorization", value: authorization) }
        let start = ContinuousClock.now
        var pause = Duration.milliseconds(100)
        var wasThere = waitsForRestart
        while true {
            var hint: Duration?
            do {
                let response = try await Self.http.execute(request, timeout: .seconds(120))
                guard response.status.code == 429 || response.status.code == 503 else {
                    return try await read(response)
                }
                hint = response.headers.first(name: "retry-after").flatMap { Int($0) }.map { .seconds($0) }
                guard ContinuousClock.now - start < patience else {
                    throw CommandFailure.notReached(
                        "\(base) answers \(response.status.code) (busy or shutting down): run again later")
                }
            } catch let failure as CommandFailure {
                throw failure
            } catch {
                let isLost = Self.isLost(error)
                wasThere = wasThere || isLost
                guard ContinuousClock.now - start < patience, isLost || wasThere && Self.isRefused(error) else {
                    throw CommandFailure.notReached(
                        "cannot reach \(base): \(Self.words(error)): run again when it answers")
                }
            }
            try await Task.sleep(for: hint ?? pause)
            pause = min(pause * 2, .seconds(2))
        }
    }

    /// What the system said of a connection, without the layers around it.
    static func words(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError where !error.connectionErrors.isEmpty:
            return error.connectionErrors.map { words($0.error) }.joined(separator: ", ")
        case let error as NIOConnectionError: return "there is no host \(error.host)"
        case let error as IOError: return String(cString: strerror(error.errnoCode))
        default: return "\(error)"
        }
    }

    /// A connection that was there: the server closed it while it was idle, or was killed.
    private static func isLost(_ error: any Error) -> Bool {
        switch error {
        case let error as HTTPClientError: error == .remoteConnectionClosed || error == .readTimeout
        case let error as IOError: [ECONNRESET, EPIPE].contains(error.errnoCode)
        default: error is ChannelError || error as? HTTPParserError == .invalidEOFState
        }
    }

    /// Nobody listens.
    private static func isRefused(_ error: any Error) -> Bool {
        (error as? IOError)?.errnoCode == ECONNREFUSED || error is NIOConnectionError
    }
}

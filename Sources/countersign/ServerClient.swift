import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// One ledger server as a caller sees it: an address, a bearer token, and requests that survive a busy moment.
struct ServerClient {
    struct Answer {
        let status: UInt
        let body: [UInt8]
    }

    private let base: String
    private let authorization: String?
    private let patience: Duration

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

    /// Sends until the server has answered with something to act on. Every request of ours is safe to repeat:
    /// an event that was recorded already is recognised by its `source` and `id`.
    private func send(_ unsigned: HTTPClientRequest) async throws -> Answer {
        var request = unsigned
        if let authorization { request.headers.add(name: "authorization", value: authorization) }
        let start = ContinuousClock.now
        var pause = Duration.milliseconds(100)
        while true {
            var hint: Duration?
            do {
                let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
                guard response.status.code == 429 || response.status.code == 503 else {
                    let body = try await response.body.collect(upTo: 256 << 20)
                    return Answer(status: response.status.code, body: Array(buffer: body))
                }
                hint = response.headers.first(name: "retry-after").flatMap { Int($0) }.map { .seconds($0) }
                guard ContinuousClock.now - start < patience else {
                    throw CommandFailure.notReached(
                        "\(base) answers \(response.status.code) (busy or shutting down): run again later")
                }
            } catch let failure as CommandFailure {
                throw failure
            } catch {
                guard ContinuousClock.now - start < patience, isTransient(error) else {
                    throw CommandFailure.notReached("cannot reach \(base): \(error): run again when it answers")
                }
            }
            try await Task.sleep(for: hint ?? pause)
            pause = min(pause * 2, .seconds(2))
        }
    }

    /// A connection that the server closed while it was idle or restarting, not one that never was.
    private func isTransient(_ error: any Error) -> Bool {
        guard let error = error as? HTTPClientError else { return error is ChannelError || error is IOError }
        return error == .remoteConnectionClosed || error == .readTimeout
    }
}

import ApprovalEvents
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// The control socket of a running server, as administrative commands use it.
struct ControlClient {
    private let socket: String

    /// nil where no server runs on this directory.
    init?(_ directory: LedgerDirectory) {
        guard Self.answers(directory.controlSocket) else { return nil }
        socket = directory.controlSocket
    }

    /// Sends one order; the answer's object, or the problem as a failure.
    func post(_ path: String, _ body: [String: Any]) async throws -> JSONObject {
        var request = HTTPClientRequest(url: url(path))
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(ByteBuffer(bytes: try JSONSerialization.data(withJSONObject: body)))
        return try await send(request)
    }

    func get(_ path: String) async throws -> JSONObject {
        try await send(HTTPClientRequest(url: url(path)))
    }

    private func url(_ path: String) -> String {
        "http+unix://\(socket.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? socket)\(path)"
    }

    private func send(_ request: HTTPClientRequest) async throws -> JSONObject {
        let response: HTTPClientResponse
        let answer: [UInt8]
        do {
            response = try await ServerClient.http.execute(request, timeout: .seconds(60))
            answer = Array(buffer: try await response.body.collect(upTo: 1 << 20))
        } catch {
            throw CommandFailure.notReached(
                "the running server does not answer on \(socket): \(ServerClient.words(error))")
        }
        guard (200...299).contains(response.status.code),
            case .object(let object)? = try? JSONValue(parsing: answer, maxDepth: 8)
        else {
            throw CommandFailure.failed(ReportedProblem.parse(answer).lines.joined(separator: "\n"))
        }
        return object
    }

    /// A socket file alone says nothing: a killed server leaves one.
    private static func answers(_ path: String) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }
}

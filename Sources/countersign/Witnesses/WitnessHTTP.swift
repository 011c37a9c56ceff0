import AsyncHTTPClient
import Cosigning
import NIOCore
import NIOHTTP1

/// Asks witnesses over HTTP.
enum WitnessHTTP {
    /// Redirections are not followed: the policy says where a witness is.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.redirectConfiguration = .disallow
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    static let exchange: WitnessExchange = { question in
        var request = HTTPClientRequest(url: question.url)
        request.headers.add(name: "user-agent", value: "countersign")
        if let body = question.body {
            request.method = .POST
            request.headers.add(name: "content-type", value: "text/plain; charset=utf-8")
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        do {
            // Whoever asks has a shorter limit; this one is for a task that nobody cancels.
            let response = try await client.execute(request, timeout: .seconds(60))
            let body = try await response.body.collect(upTo: WitnessReply.maxByteCount)
            return WitnessReply(
                status: Int(response.status.code), mediaType: response.headers.first(name: "content-type"),
                body: Array(buffer: body))
        } catch let error as CancellationError {
            throw error
        } catch {
            throw Unreached(description: ServerClient.words(error))
        }
    }

    private struct Unreached: Error, CustomStringConvertible {
        let description: String
    }
}

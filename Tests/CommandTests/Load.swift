import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// One caller of a running server.
struct Client: Sendable {
    struct Posted: Sendable {
        let status: UInt
        let index: UInt64?
        let receipt: [UInt8]
    }

    struct Unexpected: Error {
        let path: String
        let status: UInt
        let body: String
    }

    let address: String
    let token: String
    var http = HTTPClient.shared

    func get(_ path: String) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: address + path)
        request.headers.add(name: "authorization", value: "Bearer \(token)")
        let response = try await http.execute(request, timeout: .seconds(30))
        let body = Array(buffer: try await response.body.collect(upTo: 64 << 20))
        guard response.status == .ok else {
            throw Unexpected(path: path, status: response.status.code, body: String(decoding: body, as: UTF8.self))
        }
        return body
    }

    func json<Value: Decodable>(_ path: String, as type: Value.Type) async throws -> Value {
        try JSONDecoder().decode(type, from: Data(try await get(path)))
    }

    func post(_ event: String) async throws -> Posted {
        var request = HTTPClientRequest(url: address + "/v1/events")
        request.method = .POST
        request.headers.add(name: "authorization", value: "Bearer \(token)")
        request.headers.add(name: "content-type", value: "application/cloudevents+json")
        request.body = .bytes(ByteBuffer(string: event))
        let response = try await http.execute(request, timeout: .seconds(30))
        let body = Data(Array(buffer: try await response.body.collect(upTo: 1 << 20)))
        let object = try JSONSerialization.jsonObject(with: body) as? [String: Any]
        let receipt = try object?["receipt"].map { try JSONSerialization.data(withJSONObject: $0) }
        return Posted(
            status: response.status.code, index: (object?["index"] as? NSNumber)?.uint64Value,
            receipt: [UInt8](receipt ?? Data()))
    }
}

/// Many connections, each sending one event after another until the server is gone.
struct Load {
    let address: String
    let token: String
    let round: Int

    static func event(id: String) -> String {
        """
        {"specversion":"1.0","type":"dev.countersign.source.heartbeat.v1","source":"/gateways/load","id":"\(id)",\
        "time":"2026-11-22T03:00:00Z","datacontenttype":"application/json","data":{"mode":"enforce"}}
        """
    }

    /// What was acknowledged, by event id.
    func run(connections: Int, until limit: Duration) async -> [String: Answer] {
        let end = ContinuousClock.now + limit
        var configuration = HTTPClient.Configuration(timeout: .init(connect: .seconds(5), read: .seconds(10)))
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        configuration.connectionPool.retryConnectionEstablishment = false
        let http = HTTPClient(configuration: configuration)
        let answers = await withTaskGroup(of: [String: Answer].self) { group in
            for connection in 0..<connections {
                group.addTask {
                    await send(connection, to: Client(address: address, token: token, http: http), until: end)
                }
            }
            return await group.reduce(into: [:]) { all, some in all.merge(some) { first, _ in first } }
        }
        try? await http.shutdown()
        return answers
    }

    private func send(_ connection: Int, to client: Client, until end: ContinuousClock.Instant) async -> [String:
        Answer]
    {
        var answers: [String: Answer] = [:]
        var number = 0
        while ContinuousClock.now < end {
            let id = "round-\(round)-\(connection)-\(number)"
            guard let answer = try? await client.post(Self.event(id: id)) else { break }
            if answer.status == 201, let index = answer.index {
                answers[id] = Answer(round: round, index: index, receipt: answer.receipt)
            }
            number += 1
        }
        return answers
    }
}

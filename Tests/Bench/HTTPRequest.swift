import Glibc

/// Requests as the bytes that go over the wire.
enum HTTPRequest {
    static func get(_ path: String, token: String? = nil) -> [UInt8] {
        Array("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(authorization(token))\r\n".utf8)
    }

    /// The head of `POST /v1/events`.
    static func postHead(mediaType: String, length: Int, token: String) -> [UInt8] {
        Array(
            """
            POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\(authorization(token))Content-Type: \(mediaType)\r\n\
            Content-Length: \(length)\r\n\r\n
            """.utf8)
    }

    private static func authorization(_ token: String?) -> String {
        token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
    }

    /// A body, asked for once and kept: for what a row has to know, not for what it measures.
    static func fetch(_ path: String, port: UInt16, token: String? = nil) throws -> [UInt8] {
        try exchange(get(path, token: token), port: port)
    }

    /// Sends one request on a connection of its own, and keeps the body of a `200` or `201` (at most 4 MiB, with a
    /// `Content-Length`).
    static func exchange(_ request: [UInt8], port: UInt16) throws -> [UInt8] {
        let connection = try Connection(place: 0, port: port, readingLines: false)
        connection.request = request
        connection.begin(at: Clock.now())
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 << 20, alignment: 16)
        defer { buffer.deallocate() }
        var received: [UInt8] = []
        for _ in 0..<30_000 {
            guard connection.send() else { break }
            usleep(1_000)
            let count = recv(connection.descriptor, buffer.baseAddress, buffer.count, 0)
            if count < 0, errno == EAGAIN { continue }
            guard count > 0 else { break }
            received += buffer[..<count]
            _ = try connection.parser.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            if connection.parser.isComplete {
                guard [200, 201].contains(connection.parser.status) else { break }
                return Array(received.suffix(connection.parser.bodyLength))
            }
        }
        throw ChildProcess.Failed(
            description: "no good answer came: \(String(decoding: received.prefix(2_000), as: UTF8.self))")
    }
}

/// The same requests again and again, in their order.
final class FixedRequests: RequestSource {
    private let requests: [[UInt8]]
    private var next: Int

    init(_ requests: [[UInt8]], from first: Int = 0) {
        self.requests = requests
        next = first
    }

    func write(to request: inout [UInt8]) {
        request = requests[next % requests.count]
        next += 1
    }
}

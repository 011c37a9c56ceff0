import Foundation

/// Requests and answers as text, as they stand on a connection.
enum Wire {
    static func post(_ token: String, _ body: String, isChunked: Bool = false) -> String {
        let length = body.utf8.count
        let chunk = body.isEmpty ? "" : "\(String(length, radix: 16))\r\n\(body)\r\n"
        return "POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n"
            + "Content-Type: application/cloudevents+json\r\n"
            + (isChunked
                ? "Transfer-Encoding: chunked\r\n\r\n\(chunk)0\r\n\r\n"
                : "Content-Length: \(length)\r\n\r\n\(body)")
    }

    static func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n" }

    static func statuses(in text: String) -> [String] {
        text.components(separatedBy: "HTTP/1.1 ").dropFirst().map { String($0.prefix(3)) }
    }

    /// Reads until so many answers have begun, and one more end of a body is there.
    static func answers(_ count: Int, from client: RawClient) async throws -> String {
        try await client.read { text in
            text.components(separatedBy: "HTTP/1.1 ").count > count && (text.hasSuffix("}") || text.hasSuffix("\n"))
        }
    }

    /// An answer without its date, its fields in one order.
    static func withoutMoment(_ answer: String) -> String {
        let parts = answer.components(separatedBy: "\r\n\r\n")
        let lines = (parts.first ?? "").components(separatedBy: "\r\n")
        let fields = lines.dropFirst().map { $0.lowercased() }.filter { !$0.hasPrefix("date:") }.sorted()
        return ([lines.first ?? ""] + fields + parts.dropFirst()).joined(separator: "\n")
    }
}

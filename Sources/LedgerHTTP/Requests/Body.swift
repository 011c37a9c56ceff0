import HTTPTypes
import Hummingbird
import NIOCore

/// The peer stopped, or broke the protocol, in the middle of its body. There is nobody to answer; Hummingbird
/// knows what to do with the cause.
struct BodyInterrupted: Error {
    let cause: any Error
}

extension LedgerResponder {
    /// The whole body, bounded in bytes and time.
    func collect(_ request: Request, limit: Int) async throws -> [UInt8] {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw Self.tooLong(limit)
        }
        let start = ContinuousClock.now
        var bytes: [UInt8] = []
        var chunks = request.body.makeAsyncIterator()
        while let chunk = try await Self.next(&chunks) {
            guard bytes.count + chunk.readableBytes <= limit else { throw Self.tooLong(limit) }
            chunk.withUnsafeReadableBytes { bytes.append(contentsOf: $0) }
            guard !isOverdue(since: start) else {
                throw Self.bodyTookTooLong
            }
        }
        metrics.count(receivedBytes: bytes.count)
        return bytes
    }

    static func next(_ chunks: inout RequestBody.AsyncIterator) async throws(BodyInterrupted) -> ByteBuffer? {
        do {
            return try await chunks.next()
        } catch {
            throw BodyInterrupted(cause: error)
        }
    }

    static let bodyTookTooLong = Problem(.requestTimeout, "the body took too long to arrive")

    private static func tooLong(_ limit: Int) -> Problem {
        Problem(.tooLarge, "the body is over \(limit) bytes; \(Problem.tooLargeDetail)")
    }
}

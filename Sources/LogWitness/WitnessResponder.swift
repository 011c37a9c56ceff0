import HTTPTypes
import Hummingbird
import LedgerCrypto
import Logging
import MerkleTree
import NIOCore
import SignedNotes

/// What a request brings beside itself.
public struct WitnessContext: InitializableFromSource {
    let logger: Logger

    public init(source: ApplicationRequestContextSource) {
        logger = source.logger
    }
}

/// The HTTP side of C2SP tlog-witness: two calls, and the witness's own key at `/`.
///
///     POST /add-checkpoint
///     GET  /<sha256 of the origin>/checkpoint
public struct WitnessResponder: HTTPResponder {
    let witness: Witness
    /// How long a body may take to arrive.
    let bodyTime: Duration

    public func respond(to request: Request, context: WitnessContext) async throws -> Response {
        let path = (request.head.path ?? "").prefix { $0 != "?" }
        let isReading = request.method == .get || request.method == .head
        let response: Response
        switch (path, isReading) {
        case ("/add-checkpoint", _):
            guard request.method == .post else { return Self.refusedMethod("POST") }
            response = try await addCheckpoint(request, context.logger)
        case ("/", true): response = Self.text(.ok, witness.verifierKey.formatted + [0x0A])
        case (_, true): response = await checkpoint(path, context.logger)
        case (_, false): response = Self.text(.notFound, "no such path")
        }
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func addCheckpoint(_ request: Request, _ logger: Logger) async throws -> Response {
        guard request.headers[.contentEncoding] == nil else {
            return Self.text(.unsupportedMediaType, "requests are taken without Content-Encoding only")
        }
        guard let body = try await collect(request) else {
            return Self.text(.contentTooLarge, "a request has at most \(AddCheckpointRequest.maxByteCount) bytes")
        }
        do {
            let cosigned = try await witness.answer(body)
            logger.info("cosigned", metadata: Self.metadata(cosigned))
            return Self.text(.ok, cosigned.signature.line)
        } catch let refusal as Refusal {
            logger.notice("refused", metadata: ["why": "\(refusal)", "status": "\(Self.status(of: refusal).code)"])
            return Self.response(to: refusal)
        } catch {
            logger.error("cannot witness", metadata: ["error": "\(error)"])
            return Self.text(.serviceUnavailable, "the witness cannot answer now")
        }
    }

    private func checkpoint(_ path: Substring, _ logger: Logger) async -> Response {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].isEmpty, parts[2] == "checkpoint", let hash = Digest(hex: parts[1]) else {
            return Self.text(.notFound, "no such path")
        }
        do {
            guard let note = try await witness.checkpoint(hash) else {
                return Self.text(.notFound, "no head of such a log was cosigned here")
            }
            var response = Self.text(.ok, note)
            response.headers[.cacheControl] = "public, max-age=1"
            return response
        } catch {
            logger.error("cannot read", metadata: ["error": "\(error)"])
            return Self.text(.serviceUnavailable, "the witness cannot answer now")
        }
    }

    /// The whole body; nil where it is longer than any request, or too slow.
    private func collect(_ request: Request) async throws -> [UInt8]? {
        let limit = AddCheckpointRequest.maxByteCount
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit { return nil }
        let end = ContinuousClock.now + bodyTime
        var bytes: [UInt8] = []
        for try await chunk in request.body {
            guard bytes.count + chunk.readableBytes <= limit, ContinuousClock.now < end else { return nil }
            chunk.withUnsafeReadableBytes { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    // MARK: Answers

    private static func status(of refusal: Refusal) -> HTTPResponse.Status {
        switch refusal {
        case .malformed, .oldSizeBeyond: .badRequest
        case .unknownLog: .notFound
        case .untrusted: .forbidden
        case .otherSize: .conflict
        case .inconsistent: .unprocessableContent
        }
    }

    private static func response(to refusal: Refusal) -> Response {
        guard case .otherSize(let size) = refusal else { return text(status(of: refusal), "\(refusal)") }
        var response = text(.conflict, "\(size)")
        response.headers[.contentType] = "text/x.tlog.size"
        return response
    }

    private static func refusedMethod(_ allowed: String) -> Response {
        var response = text(.methodNotAllowed, "this path answers \(allowed)")
        response.headers[.allow] = allowed
        return response
    }

    private static func text(_ status: HTTPResponse.Status, _ line: String) -> Response {
        text(status, [UInt8]((line + "\n").utf8))
    }

    private static func text(_ status: HTTPResponse.Status, _ body: [UInt8]) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "text/plain; charset=utf-8"
        headers[.cacheControl] = "no-store"
        headers[.xContentTypeOptions] = "nosniff"
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }

    private static func metadata(_ cosigned: Cosigned) -> Logger.Metadata {
        ["origin": "\(String(decoding: cosigned.origin, as: UTF8.self))", "size": "\(cosigned.head.size)"]
    }
}

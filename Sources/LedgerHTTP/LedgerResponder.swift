import ApprovalEvents
import HTTPTypes
import Hummingbird
import LedgerEngine
import Logging
import MerkleTree
import NIOCore

/// What a request brings beside itself.
public struct LedgerContext: InitializableFromSource {
    let logger: Logger
    let channel: any NIOCore.Channel

    public init(source: ApplicationRequestContextSource) {
        logger = source.logger
        channel = source.channel
    }
}

/// Answers every request: finds the resource, asks its route, turns every error into a problem, and counts.
///
/// The router is a closed enumeration (`Resource`) and not Hummingbird's: the compiler then asks for a route for
/// each resource, a wrong method is told from a wrong path, and the hot path builds no parameters.
public final class LedgerResponder: HTTPResponder {
    let ledger: OpenedLedger
    let configuration: ServerConfiguration
    let drain: Drain
    let metrics = Metrics()

    init(ledger: OpenedLedger, configuration: ServerConfiguration, drain: Drain) {
        self.ledger = ledger
        self.configuration = configuration
        self.drain = drain
    }

    public func respond(to request: Request, context: LedgerContext) async throws -> Response {
        let start = ContinuousClock.now
        metrics.requestBegan()
        let method = Self.knownMethods.contains(request.method.rawValue) ? request.method.rawValue : "other"
        let (path, query) = Resource.parts(of: request.head.path ?? "")
        let resource = Resource(path: path)
        var response: Response
        do {
            response = try await answer(request, resource: resource, query: query, context)
        } catch let interruption as BodyInterrupted {
            finish(method, resource, status: 400, since: start, context.logger)
            throw interruption.cause
        } catch {
            response = Response(refusal(of: error, resource, context.logger))
        }
        if request.method == .head { response = response.createHeadResponse() }
        finish(method, resource, status: response.status.code, since: start, context.logger)
        return response
    }

    /// The one place that decides which route answers which resource.
    private func answer(
        _ request: Request, resource: Resource?, query: Substring?, _ context: LedgerContext
    ) async throws -> Response {
        guard let resource else { throw Problem(.notFound, "this server has no such path") }
        guard resource.methods.contains(request.method.rawValue) else {
            throw Problem(
                .methodNotAllowed, "this resource answers \(resource.methods.joined(separator: ", "))",
                allow: resource.methods)
        }
        switch resource {
        case .events where request.method == .post: return try await submit(request, query)
        case .evidence: return try evidence(request, query, on: context.channel)
        case .marks: return try await mark(request, query)
        default: return Response(try answer(ReadRequest(resource, query, request.headers)))
        }
    }

    /// The same for what is read, and answered in one piece.
    func answer(_ request: ReadRequest) throws -> Answer {
        switch request.resource {
        case .events: try search(request)
        case .event(let index): try event(index, request)
        case .receipt(let index): try receipt(index, request)
        case .inclusionProof: try inclusionProof(request)
        case .consistencyProof: try consistencyProof(request)
        case .timestamps: try timestamps(request)
        case .timestamp(let size): try timestamp(of: size, request)
        case .checkpoint: try checkpoint(request)
        case .tile(let path): try tile(path, request)
        case .liveness: try liveness(request)
        case .readiness: try readiness(request)
        case .metrics: try metricsPage(request)
        case .evidence, .marks: throw Problem(.internalError, "a stream and an order are not read in one piece")
        }
    }

    /// Every path of the server as `schemas/openapi.yaml` writes it, with its methods.
    public static let routes = Dictionary(uniqueKeysWithValues: Resource.samples.map { ($0.template, $0.methods) })

    /// The problem that answers an error, counted and, where it is ours, logged.
    func refusal(of error: any Error, _ resource: Resource?, _ logger: Logger) -> Answer {
        let problem = Problem(answering: error)
        // Going away is no trouble, and readiness is asked often.
        if problem.type.status >= 500, problem.type != .shuttingDown {
            logger.error(
                "request failed",
                metadata: [
                    "problem": "\(problem.type.rawValue)", "route": "\(resource?.template ?? "none")",
                    "error": "\(error)",
                ])
        }
        metrics.count(problem.type)
        return Answer(problem)
    }

    /// Counts an answer. `method` is one that HTTP knows, or "other": a label of the metrics.
    func finish(
        _ method: String, _ resource: Resource?, status: Int, since start: ContinuousClock.Instant,
        _ logger: Logger
    ) {
        let elapsed = ContinuousClock.now - start
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        metrics.requestEnded(route: resource?.template ?? "none", method: method, status: status, seconds: seconds)
        logger.debug(
            "answered",
            metadata: ["route": "\(resource?.template ?? "none")", "method": "\(method)", "status": "\(status)"])
    }

    private static let knownMethods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
}

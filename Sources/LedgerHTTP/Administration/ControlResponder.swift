import ApprovalEvents
import HTTPTypes
import Hummingbird
import LedgerEngine
import MerkleTree
import SignedNotes

/// The routes of the control socket. Whoever can open the socket (mode 0600 in a directory of mode 0700) may do
/// everything that stands here: the file system has asked who he is.
struct ControlResponder: HTTPResponder {
    private let administration: Administration
    private let limit = 64 << 10

    init(_ administration: Administration) {
        self.administration = administration
    }

    /// What the paths name.
    private enum Resource {
        case status, callers, marks, keys
        case revocation(CallerID)
        case retirement(String)

        init?(path: Substring) {
            let segments = path.split(separator: "/", omittingEmptySubsequences: false)
            guard segments.count >= 3, segments[0].isEmpty, segments[1] == "admin" else { return nil }
            switch (segments[2], segments.count) {
            case ("status", 3): self = .status
            case ("callers", 3): self = .callers
            case ("marks", 3): self = .marks
            case ("keys", 3): self = .keys
            case ("keys", 5) where segments[4] == "retire": self = .retirement(String(segments[3]))
            case ("callers", 5) where segments[4] == "revoke":
                guard let id = CallerID(Text(String(segments[3]))) else { return nil }
                self = .revocation(id)
            default: return nil
            }
        }

        var methods: [String] {
            switch self {
            case .status: ["GET"]
            case .callers, .keys: ["GET", "POST"]
            case .marks, .revocation, .retirement: ["POST"]
            }
        }
    }

    func respond(to request: Request, context: LedgerContext) async throws -> Response {
        do {
            return try await answer(request)
        } catch let interruption as BodyInterrupted {
            throw interruption.cause
        } catch {
            return Response(Answer(Problem(answering: error)))
        }
    }

    private func answer(_ request: Request) async throws -> Response {
        guard let resource = Resource(path: (request.head.path ?? "")[...]) else {
            throw Problem(.notFound, "the control socket has no such path")
        }
        guard resource.methods.contains(request.method.rawValue) else {
            throw Problem(
                .methodNotAllowed, "this resource answers \(resource.methods.joined(separator: ", "))",
                allow: resource.methods)
        }
        switch resource {
        case .status: return Response(.ok, .none, json: administration.status)
        case .callers where request.method == .get:
            return Response(.ok, .none, json: ["callers": .array(administration.callers.map { .object($0) })])
        case .callers: return try await create(try await ControlMessage(body: body(of: request)))
        case .marks: return Response(.created, .none, json: try await administration.cutMark().json)
        case .revocation(let id):
            let message = try await ControlMessage(body: body(of: request))
            let index = try await administration.revoke(id, by: try message.by())
            return Response(.ok, .none, json: ["index": LedgerResponder.number(index.value)])
        case .keys where request.method == .get:
            return Response(.ok, .none, json: ["keys": .array(administration.keys.map { .object($0) })])
        case .keys: return try await addKey(try await ControlMessage(body: body(of: request)))
        case .retirement(let id):
            let message = try await ControlMessage(body: body(of: request))
            return Response(.ok, .none, json: try await administration.retire(id, by: try message.by()).json)
        }
    }

    private func addKey(_ message: ControlMessage) async throws -> Response {
        let (vkey, reference) = (try message.text("vkey"), try message.text("reference"))
        guard let verifier = try? VerifierKey(parsing: Array(vkey.string.utf8)),
            let reference = KeyReference(reference.string),
            let role = LogKey.Role(rawValue: try message.text("role").string), role == .log || role == .beside
        else {
            throw Problem(
                .malformedRequest,
                "'vkey' is a verifier key, 'reference' a file's name below keys/ or a pkcs11: URI, 'role' log or beside"
            )
        }
        let changed = try await administration.add(verifier, at: reference, role: role, by: try message.by())
        return Response(.created, .none, json: changed.json)
    }

    private func create(_ message: ControlMessage) async throws -> Response {
        let order = try CallerOrder(
            id: try message.text("caller"), roles: try message.texts("roles"),
            sources: try message.texts("source_prefixes"),
            types: try message.texts("types"), notAfter: try message.optionalText("not_after"))
        let issued = try await administration.create(order, by: try message.by())
        return Response(.created, .none, json: issued.json)
    }

    private func body(of request: Request) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        var chunks = request.body.makeAsyncIterator()
        while let chunk = try await LedgerResponder.next(&chunks) {
            guard bytes.count + chunk.readableBytes <= limit else {
                throw Problem(.tooLarge, "the body is over \(limit) bytes")
            }
            chunk.withUnsafeReadableBytes { bytes.append(contentsOf: $0) }
        }
        return bytes
    }
}

/// One JSON object from the control socket.
struct ControlMessage {
    private let object: JSONObject

    init(body: [UInt8]) throws(Problem) {
        do {
            guard case .object(let object) = try JSONValue(parsing: body, maxDepth: 8) else {
                throw Problem(.malformedRequest, "the body is one JSON object")
            }
            self.object = object
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem(.malformedJSON, "\(error)")
        }
    }

    func text(_ name: Text) throws(Problem) -> Text {
        guard let text = try optionalText(name) else {
            throw Problem(.malformedRequest, "the member '\(name)' is missing")
        }
        return text
    }

    func optionalText(_ name: Text) throws(Problem) -> Text? {
        switch object[name] {
        case .string(let text)?: return text
        case nil: return nil
        default: throw Problem(.malformedRequest, "the member '\(name)' is a string")
        }
    }

    func texts(_ name: Text) throws(Problem) -> [Text] {
        guard let value = object[name] else { return [] }
        guard case .array(let values) = value else {
            throw Problem(.malformedRequest, "the member '\(name)' is a list of strings")
        }
        var texts: [Text] = []
        for value in values {
            guard case .string(let text) = value else {
                throw Problem(.malformedRequest, "the member '\(name)' is a list of strings")
            }
            texts.append(text)
        }
        return texts
    }

    /// Who orders it: `by`, a principal's id (`os:maria@host`), `by_kind`, what it is (`human` if absent), and
    /// `by_auth`, how it was authenticated (absent: not said).
    func by() throws(Problem) -> Principal {
        let kind = try optionalText("by_kind") ?? "human"
        guard let id = PrincipalID(try text("by")), let kind = PrincipalKind(rawValue: kind.string) else {
            throw Problem(
                .malformedRequest, "'by' is a principal like os:maria@host, 'by_kind' human, agent, service or system")
        }
        return Principal(kind: kind, id: id, auth: try auth())
    }

    private func auth() throws(Problem) -> Auth? {
        guard let value = object["by_auth"] else { return nil }
        var violations: [Violation] = []
        guard let auth = Auth.decode(value, at: JSONPointer.root.appending("by_auth"), violations: &violations) else {
            throw Problem(
                .malformedRequest, "'by_auth' is an Auth of the vocabulary: {method, strength, …}",
                violations: violations)
        }
        return auth
    }
}

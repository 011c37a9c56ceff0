import HTTPTypes
import NIOHTTP1

/// A request for what is there: all that a route which reads has to know of it, whichever of the two libraries has read
/// its head.
struct ReadRequest: Sendable {
    let resource: Resource
    let query: Substring?
    /// The credential; nil where none is shown, or more than one.
    let credential: String?

    init(_ resource: Resource, _ query: Substring?, _ fields: HTTPFields) {
        self.resource = resource
        self.query = query
        credential = Self.credential(in: fields)
    }

    /// A `GET` of what the log's files hold, kept simple: nothing is asked of the connection, and no body is announced.
    /// Nil for all other requests.
    init?(_ head: HTTPRequestHead) {
        guard head.method == .GET, head.version == .http1_1 else { return nil }
        let (path, query) = Resource.parts(of: head.uri)
        guard let resource = Resource(path: path), resource.isOfTheLog else { return nil }
        var credentials: [String] = []
        for (name, value) in head.headers {
            switch name.utf8.count {
            case 13 where FieldName.isSame(name.utf8, "authorization"): credentials.append(value)
            case 10 where FieldName.isSame(name.utf8, "connection"):
                guard FieldName.isSame(value.utf8, SubmissionFields.asAlways) else { return nil }
            case 6 where FieldName.isSame(name.utf8, "expect"), 14 where FieldName.isSame(name.utf8, "content-length"),
                17 where FieldName.isSame(name.utf8, "transfer-encoding"):
                return nil
            default: break
            }
        }
        self.resource = resource
        self.query = query
        credential = credentials.count == 1 ? credentials[0] : nil
    }

    static func credential(in fields: HTTPFields) -> String? {
        let credentials = fields[values: .authorization]
        return credentials.count == 1 ? credentials[0] : nil
    }
}

/// What is asked for, approved and run. Its digest is what these three are compared by.
public struct Action: VocabularyObject {
    public var verb: Text
    public var resource: Resource
    public var destination: Resource?
    public var parameters: JSONValue?
    public var content: Content?
    public var batch: Batch?
    public var nonce: Text?
    /// The digests of members that are concealed here, as they stand in `_sd`.
    public var concealed: [Text]

    public init(
        verb: Text, resource: Resource, destination: Resource? = nil, parameters: JSONValue? = nil,
        content: Content? = nil, batch: Batch? = nil, nonce: Text? = nil, concealed: [Text] = []
    ) {
        self.verb = verb
        self.resource = resource
        self.destination = destination
        self.parameters = parameters
        self.content = content
        self.batch = batch
        self.nonce = nonce
        self.concealed = concealed
    }

    package static let form = ObjectForm<Action>(
        "Action",
        "What is asked for, approved and run. Its digest is what these three are compared by.",
        rules: [
            .neverBeside("nonce", "_sd")
        ],
        Action.init(verb:resource:destination:parameters:content:batch:nonce:concealed:),
        .member("verb", \.verb, "What is done, such as data.export, access.grant or policy.publish."),
        .member("resource", \.resource, "What it is done to."),
        .member("destination", \.destination, "Where data or rights go."),
        .concealable(
            "parameters", \.parameters, as: .json(.anything),
            "The arguments: any JSON but a bare null. Numbers may have fractions here and nowhere else."),
        .member(
            "content", \.content,
            "Bytes too long for an entry, by digest: a script, a plan, the body of a policy."),
        .member("batch", \.batch, "The items that one approval covers."),
        .concealable(
            "nonce", \.nonce, as: .text(.nonce),
            "128 random bits in base64url, concealed and erased with what the action conceals."),
        .concealed(\.concealed))
}

/// A thing that is acted upon, or that receives.
public struct Resource: VocabularyObject {
    public var type: Text
    public var id: Text
    public var environment: Text?
    public var dataClasses: [Text]?

    public init(type: Text, id: Text, environment: Text? = nil, dataClasses: [Text]? = nil) {
        self.type = type
        self.id = id
        self.environment = environment
        self.dataClasses = dataClasses
    }

    package static let form = ObjectForm<Resource>(
        "Resource",
        "A thing that is acted upon, or that receives.",
        Resource.init(type:id:environment:dataClasses:),
        .member("type", \.type, "What kind of thing it is."),
        .member("id", \.id, "Which one."),
        .member("environment", \.environment, "The environment that it belongs to, such as production."),
        .member("data_classes", \.dataClasses, "The classes of data in it, such as pii; policies match them."))
}

/// Bytes that stand outside the entry.
public struct Content: VocabularyObject {
    public var digest: ContentDigest
    public var size: Int64
    public var mediaType: Text

    public init(digest: ContentDigest, size: Int64, mediaType: Text) {
        self.digest = digest
        self.size = size
        self.mediaType = mediaType
    }

    package static let form = ObjectForm<Content>(
        "Content",
        "Bytes that stand outside the entry.",
        Content.init(digest:size:mediaType:),
        .member("digest", \.digest, "SHA-256 of the bytes."),
        .member("size", \.size, as: .integer(from: 0), "How many bytes."),
        .member("media_type", \.mediaType, "What they are."))
}

/// Items that are approved together and run one by one.
public struct Batch: VocabularyObject {
    public var count: Int64
    public var root: ContentDigest

    public init(count: Int64, root: ContentDigest) {
        self.count = count
        self.root = root
    }

    package static let form = ObjectForm<Batch>(
        "Batch",
        "Items that are approved together and run one by one.",
        Batch.init(count:root:),
        .member("count", \.count, as: .integer(from: 1), "How many items."),
        .member("root", \.root, "RFC 6962 root over the items' action digests, in order."))
}

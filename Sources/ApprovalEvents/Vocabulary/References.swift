/// Another event, by what its source called it. Never an index, which nobody knows when an event is made.
public struct EventRef: VocabularyObject {
    public var source: Text
    public var id: Text

    public init(source: Text, id: Text) {
        self.source = source
        self.id = id
    }

    package static let form = ObjectForm<EventRef>(
        "EventRef",
        "Another event, by what its source called it. Never an index, which nobody knows when an event is made.",
        EventRef.init(source:id:),
        .member("source", \.source, "The source of the event meant."),
        .member("id", \.id, "The id that the source gave it."))
}

/// What an act rests on.
public struct Authority: VocabularyObject {
    public var kind: AuthorityKind
    public var event: EventRef?

    public init(kind: AuthorityKind, event: EventRef? = nil) {
        self.kind = kind
        self.event = event
    }

    package static let form = ObjectForm<Authority>(
        "Authority",
        "What an act rests on.",
        rules: [
            .requires(["event"], where: "kind", isOneOf: ["grant", "exemption", "breakglass", "session"])
        ],
        Authority.init(kind:event:),
        .member("kind", \.kind, "The kind of authority."),
        .member(
            "event", \.event,
            "The event that gave it: a grant, an exemption, a break-glass call or a session's start."))
}

/// A policy version and rule that a source says it followed.
public struct PolicyRef: VocabularyObject {
    public var id: Text
    public var version: Int64
    public var digest: ContentDigest
    public var rule: Text

    public init(id: Text, version: Int64, digest: ContentDigest, rule: Text) {
        self.id = id
        self.version = version
        self.digest = digest
        self.rule = rule
    }

    package static let form = ObjectForm<PolicyRef>(
        "PolicyRef",
        "A policy version and rule that a source says it followed.",
        PolicyRef.init(id:version:digest:rule:),
        .member("id", \.id, "The series of the policy."),
        .member("version", \.version, as: .integer(from: 1), "The version in the series."),
        .member("digest", \.digest, "Digest of the body that is cited."),
        .member("rule", \.rule, "The id of the rule, or default."))
}

/// Where a person was asked or answered.
public struct Channel: VocabularyObject {
    public var kind: ChannelKind
    public var id: Text?

    public init(kind: ChannelKind, id: Text? = nil) {
        self.kind = kind
        self.id = id
    }

    package static let form = ObjectForm<Channel>(
        "Channel",
        "Where a person was asked or answered.",
        Channel.init(kind:id:),
        .member("kind", \.kind, "The kind of channel."),
        .member("id", \.id, "Which one, in the channel's own terms."))
}

/// How a delivery proved where it came from.
public struct Evidence: VocabularyObject {
    public var method: Text
    public var grade: EvidenceGrade
    public var bindsBody: Bool
    public var rawDigest: ContentDigest
    public var keyRef: Text?

    public init(method: Text, grade: EvidenceGrade, bindsBody: Bool, rawDigest: ContentDigest, keyRef: Text? = nil) {
        self.method = method
        self.grade = grade
        self.bindsBody = bindsBody
        self.rawDigest = rawDigest
        self.keyRef = keyRef
    }

    package static let form = ObjectForm<Evidence>(
        "Evidence",
        "How a delivery proved where it came from.",
        Evidence.init(method:grade:bindsBody:rawDigest:keyRef:),
        .member("method", \.method, "The check that was made, such as slack-v0-hmac-sha256, bearer or mtls."),
        .member("grade", \.grade, "How much the check proves. Believed only from the ledger's own adapters."),
        .member("binds_body", \.bindsBody, "Whether the check covers the body."),
        .member("raw_digest", \.rawDigest, "SHA-256 of the body as it was received."),
        .member("key_ref", \.keyRef, "Name and epoch of the key, never the key."))
}

/// An approver's own signature under a decision.
public struct EventSignature: VocabularyObject {
    public var format: SignatureFormat
    public var keyId: Text
    public var value: Text

    public init(format: SignatureFormat, keyId: Text, value: Text) {
        self.format = format
        self.keyId = keyId
        self.value = value
    }

    package static let form = ObjectForm<EventSignature>(
        "Signature",
        "An approver's own signature under a decision.",
        EventSignature.init(format:keyId:value:),
        .member("format", \.format, "How the signature is coded."),
        .member("key_id", \.keyId, "The enrolled key that made it."),
        .member("value", \.value, "The signature, in its format's own text."))
}

/// What surrounded a request: the model, the conversation, the ticket, the reasons.
public struct Context: VocabularyObject {
    public var model: Text?
    public var modelVersion: Text?
    public var promptDigest: ContentDigest?
    public var conversationDigest: ContentDigest?
    public var traceId: Text?
    public var toolCallId: Text?
    public var ticket: Text?
    public var supersedes: Text?
    public var attachments: [Content]?
    public var justification: Text?
    /// The digests of members that are concealed here, as they stand in `_sd`.
    public var concealed: [Text]

    public init(
        model: Text? = nil, modelVersion: Text? = nil, promptDigest: ContentDigest? = nil,
        conversationDigest: ContentDigest? = nil, traceId: Text? = nil, toolCallId: Text? = nil, ticket: Text? = nil,
        supersedes: Text? = nil, attachments: [Content]? = nil, justification: Text? = nil, concealed: [Text] = []
    ) {
        self.model = model
        self.modelVersion = modelVersion
        self.promptDigest = promptDigest
        self.conversationDigest = conversationDigest
        self.traceId = traceId
        self.toolCallId = toolCallId
        self.ticket = ticket
        self.supersedes = supersedes
        self.attachments = attachments
        self.justification = justification
        self.concealed = concealed
    }

    package static let form = ObjectForm<Context>(
        "Context",
        "What surrounded a request: the model, the conversation, the ticket, the reasons.",
        Context.init(
            model:modelVersion:promptDigest:conversationDigest:traceId:toolCallId:ticket:supersedes:
            attachments:justification:concealed:),
        .member("model", \.model, "The model that asked."),
        .member("model_version", \.modelVersion, "Its version."),
        .member("prompt_digest", \.promptDigest, "Digest of the prompt."),
        .member("conversation_digest", \.conversationDigest, "Digest of the conversation."),
        .member("trace_id", \.traceId, "The trace that it belongs to."),
        .member("tool_call_id", \.toolCallId, "The tool call that it belongs to."),
        .member("ticket", \.ticket, "The ticket that it belongs to."),
        .member("supersedes", \.supersedes, "Subject of an earlier, ended case for the same wish."),
        .member("attachments", \.attachments, "Test results, impact notes and the like, by digest."),
        .concealable("justification", \.justification, "Why it is wanted."),
        .concealed(\.concealed))
}

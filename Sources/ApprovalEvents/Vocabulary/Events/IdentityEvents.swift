/// A principal became known.
public struct IdentityEnrolled: EventData {
    public var principal: PrincipalID
    public var kind: EnrolledKind
    public var owner: PrincipalID?
    public var at: Timestamp
    public var name: Text?
    public var email: Text?
    public var authority: Authority?
    /// The digests of members that are concealed here, as they stand in `_sd`.
    public var concealed: [Text]
    public var evidence: Evidence?

    public init(
        principal: PrincipalID, kind: EnrolledKind, owner: PrincipalID? = nil, at: Timestamp, name: Text? = nil,
        email: Text? = nil, authority: Authority? = nil, concealed: [Text] = [], evidence: Evidence? = nil
    ) {
        self.principal = principal
        self.kind = kind
        self.owner = owner
        self.at = at
        self.name = name
        self.email = email
        self.authority = authority
        self.concealed = concealed
        self.evidence = evidence
    }

    package static let type = VocabularyType.identityEnrolled
    package static let form = ObjectForm<IdentityEnrolled>(
        "identity.enrolled",
        "A principal became known.",
        rules: [
            .requires(["owner"], where: "kind", isOneOf: ["agent", "service"])
        ],
        IdentityEnrolled.init(principal:kind:owner:at:name:email:authority:concealed:evidence:),
        .member("principal", \.principal, "Its id."),
        .member("kind", \.kind, "What it is."),
        .member("owner", \.owner, "The human who answers for an agent or service."),
        .member("at", \.at, "Since when, by the directory."),
        .concealable("name", \.name, "A person's name, or what an agent is called."),
        .concealable("email", \.email, "An address."),
        .member("authority", \.authority, "What allowed it."),
        .concealed(\.concealed),
        .evidence(\.evidence))
}

/// An account was found to belong to a principal.
public struct IdentityBound: EventData {
    public var account: PrincipalID
    public var principal: PrincipalID
    public var binding: BindingKind
    public var at: Timestamp
    public var evidence: Evidence?

    public init(
        account: PrincipalID, principal: PrincipalID, binding: BindingKind, at: Timestamp, evidence: Evidence? = nil
    ) {
        self.account = account
        self.principal = principal
        self.binding = binding
        self.at = at
        self.evidence = evidence
    }

    package static let type = VocabularyType.identityBound
    package static let form = ObjectForm<IdentityBound>(
        "identity.bound",
        "An account was found to belong to a principal.",
        IdentityBound.init(account:principal:binding:at:evidence:),
        .member("account", \.account, "The account, an alias of the principal."),
        .member("principal", \.principal, "Who it is."),
        .member("binding", \.binding, "How that is known."),
        .member("at", \.at, "Holds from here, until an identity.removed names the account."),
        .evidence(\.evidence))
}

/// A principal's own key for signing decisions.
public struct IdentityKeyEnrolled: EventData {
    public var principal: PrincipalID
    public var keyId: Text
    public var algorithm: ApproverKeyAlgorithm
    public var publicKey: Text
    public var at: Timestamp
    public var authority: Authority?
    public var evidence: Evidence?

    public init(
        principal: PrincipalID, keyId: Text, algorithm: ApproverKeyAlgorithm, publicKey: Text, at: Timestamp,
        authority: Authority? = nil, evidence: Evidence? = nil
    ) {
        self.principal = principal
        self.keyId = keyId
        self.algorithm = algorithm
        self.publicKey = publicKey
        self.at = at
        self.authority = authority
        self.evidence = evidence
    }

    package static let type = VocabularyType.identityKeyEnrolled
    package static let form = ObjectForm<IdentityKeyEnrolled>(
        "identity.key_enrolled",
        "A principal's own key for signing decisions.",
        IdentityKeyEnrolled.init(principal:keyId:algorithm:publicKey:at:authority:evidence:),
        .member("principal", \.principal, "Whose key it is."),
        .member("key_id", \.keyId, "The key's name."),
        .member("algorithm", \.algorithm, "The key's algorithm."),
        .member("public_key", \.publicKey, as: .text(.base64), "The public key: SPKI in DER, base64."),
        .member("at", \.at, "Since when."),
        .member("authority", \.authority, "What allowed it."),
        .evidence(\.evidence))
}

/// A principal, an account or a key ended.
public struct IdentityRemoved: EventData {
    public var principal: PrincipalID?
    public var account: PrincipalID?
    public var keyId: Text?
    public var at: Timestamp
    public var reason: RemovalReason
    public var evidence: Evidence?

    public init(
        principal: PrincipalID? = nil, account: PrincipalID? = nil, keyId: Text? = nil, at: Timestamp,
        reason: RemovalReason, evidence: Evidence? = nil
    ) {
        self.principal = principal
        self.account = account
        self.keyId = keyId
        self.at = at
        self.reason = reason
        self.evidence = evidence
    }

    package static let type = VocabularyType.identityRemoved
    package static let form = ObjectForm<IdentityRemoved>(
        "identity.removed",
        "A principal, an account or a key ended.",
        rules: [
            .exactlyOne(of: ["principal", "account", "key_id"])
        ],
        IdentityRemoved.init(principal:account:keyId:at:reason:evidence:),
        .member("principal", \.principal, "The principal that ended."),
        .member("account", \.account, "The account that ended."),
        .member("key_id", \.keyId, "The key that ended."),
        .member("at", \.at, "From when, by the directory; it may lie before this entry."),
        .member("reason", \.reason, "Why."),
        .evidence(\.evidence))
}

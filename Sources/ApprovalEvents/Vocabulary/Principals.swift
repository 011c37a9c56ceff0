/// Somebody or something that acts, and for whom.
public struct Principal: VocabularyObject {
    public var kind: PrincipalKind
    public var id: PrincipalID
    public var via: Via?
    public var auth: Auth?
    private var next: Next?

    public init(
        kind: PrincipalKind, id: PrincipalID, via: Via? = nil, auth: Auth? = nil, onBehalfOf: Principal? = nil
    ) {
        self.kind = kind
        self.id = id
        self.via = via
        self.auth = auth
        next = onBehalfOf.map(Next.principal)
    }

    public var onBehalfOf: Principal? {
        get {
            guard case .principal(let principal) = next else { return nil }
            return principal
        }
        set { next = newValue.map(Next.principal) }
    }

    /// A principal inside a principal has to stand behind a reference.
    private indirect enum Next: Hashable, Sendable { case principal(Principal) }

    package static let form = ObjectForm<Principal>(
        "Principal",
        "Somebody or something that acts, and for whom.",
        rules: [
            .chain("on_behalf_of", atMost: 8)
        ],
        Principal.init(kind:id:via:auth:onBehalfOf:),
        .member("kind", \.kind, "What it is; only a human can count in a quorum."),
        .member("id", \.id, "Its opaque id, compared byte by byte."),
        .member(
            "via", \.via,
            "The account through which the source saw the person, where the source itself resolved it."),
        .member("auth", \.auth, "How the person or agent was authenticated for this very event."),
        .member(
            "on_behalf_of", \.onBehalfOf,
            "Whom it acts for, one step. Absent on an agent or service: unknown, not nobody."))
}

/// The account through which a source saw a person.
public struct Via: VocabularyObject {
    public var system: Text
    public var id: PrincipalID
    public var binding: BindingKind

    public init(system: Text, id: PrincipalID, binding: BindingKind) {
        self.system = system
        self.id = id
        self.binding = binding
    }

    package static let form = ObjectForm<Via>(
        "Via",
        "The account through which a source saw a person.",
        Via.init(system:id:binding:),
        .member("system", \.system, "The system that keeps the account."),
        .member("id", \.id, "The account."),
        .member("binding", \.binding, "How the source knows whose account it is."))
}

/// How somebody was authenticated for one event.
public struct Auth: VocabularyObject {
    public var method: Text
    public var strength: AuthStrength
    public var credential: Text?
    public var session: Text?
    public var at: Timestamp?

    public init(
        method: Text, strength: AuthStrength, credential: Text? = nil, session: Text? = nil, at: Timestamp? = nil
    ) {
        self.method = method
        self.strength = strength
        self.credential = credential
        self.session = session
        self.at = at
    }

    package static let form = ObjectForm<Auth>(
        "Auth",
        "How somebody was authenticated for one event.",
        Auth.init(method:strength:credential:session:at:),
        .member("method", \.method, "The method, such as password, webauthn, oidc, slack-session or bearer."),
        .member("strength", \.strength, "How strong the method is."),
        .member("credential", \.credential, "Id or thumbprint of the key or token, never the secret itself."),
        .member("session", \.session, "An opaque id of the session."),
        .member("at", \.at, "When the authentication took place."))
}

/// A key of the log came or went.
public struct LedgerKeyChanged: EventData {
    public var change: KeyChange
    public var vkey: Text
    public var by: Principal
    public var authority: Authority?
    public var evidence: Evidence?

    public init(
        change: KeyChange, vkey: Text, by: Principal, authority: Authority? = nil, evidence: Evidence? = nil
    ) {
        self.change = change
        self.vkey = vkey
        self.by = by
        self.authority = authority
        self.evidence = evidence
    }

    package static let type = VocabularyType.ledgerKeyChanged
    package static let form = ObjectForm<LedgerKeyChanged>(
        "ledger.key_changed",
        "A key of the log came or went.",
        LedgerKeyChanged.init(change:vkey:by:authority:evidence:),
        .member("change", \.change, "Whether it came or went."),
        .member("vkey", \.vkey, "The verifier key."),
        .member("by", \.by, "Who changed it."),
        .member("authority", \.authority, "What allowed it."),
        .evidence(\.evidence))
}

/// A caller came, changed or went.
public struct LedgerCallerChanged: EventData {
    public var change: CallerChange
    public var caller: Text
    public var roles: [Text]
    public var sourcePrefixes: [Text]
    public var types: [Text]
    public var credential: Text?
    public var notAfter: Timestamp?
    public var by: Principal
    public var authority: Authority?
    public var evidence: Evidence?

    public init(
        change: CallerChange, caller: Text, roles: [Text], sourcePrefixes: [Text], types: [Text],
        credential: Text? = nil, notAfter: Timestamp? = nil, by: Principal, authority: Authority? = nil,
        evidence: Evidence? = nil
    ) {
        self.change = change
        self.caller = caller
        self.roles = roles
        self.sourcePrefixes = sourcePrefixes
        self.types = types
        self.credential = credential
        self.notAfter = notAfter
        self.by = by
        self.authority = authority
        self.evidence = evidence
    }

    package static let type = VocabularyType.ledgerCallerChanged
    package static let form = ObjectForm<LedgerCallerChanged>(
        "ledger.caller_changed",
        "A caller came, changed or went.",
        LedgerCallerChanged.init(change:caller:roles:sourcePrefixes:types:credential:notAfter:by:authority:evidence:),
        .member("change", \.change, "Which of them."),
        .member("caller", \.caller, "The caller's id, never used again for another."),
        .member("roles", \.roles, "What it may do: submit, read, audit, administer."),
        .member("source_prefixes", \.sourcePrefixes, "The sources for which it may speak, whole segments."),
        .member("types", \.types, "Patterns of the types that it may submit."),
        .member("credential", \.credential, "A fingerprint of its credential, never the credential."),
        .member("not_after", \.notAfter, "Until when it holds."),
        .member("by", \.by, "Who changed it."),
        .member("authority", \.authority, "What allowed it."),
        .evidence(\.evidence))
}

/// A setting of the ledger changed.
public struct LedgerSettingChanged: EventData {
    public var setting: Text
    public var value: JSONValue
    public var by: Principal
    public var authority: Authority?
    public var evidence: Evidence?

    public init(
        setting: Text, value: JSONValue, by: Principal, authority: Authority? = nil, evidence: Evidence? = nil
    ) {
        self.setting = setting
        self.value = value
        self.by = by
        self.authority = authority
        self.evidence = evidence
    }

    package static let type = VocabularyType.ledgerSettingChanged
    package static let form = ObjectForm<LedgerSettingChanged>(
        "ledger.setting_changed",
        "A setting of the ledger changed.",
        LedgerSettingChanged.init(setting:value:by:authority:evidence:),
        .member("setting", \.setting, "Which."),
        .member("value", \.value, "Its new value; a secret only by its digest."),
        .member("by", \.by, "Who changed it."),
        .member("authority", \.authority, "What allowed it."),
        .evidence(\.evidence))
}

/// The first entry of every log.
public struct LedgerCreated: EventData {
    public var origin: Text
    public var format: Int64
    public var keys: [Text]
    public var predecessorOrigin: Text?
    public var predecessorNote: Text?
    public var createdBy: Principal
    public var evidence: Evidence?

    public init(
        origin: Text, format: Int64, keys: [Text], predecessorOrigin: Text? = nil, predecessorNote: Text? = nil,
        createdBy: Principal, evidence: Evidence? = nil
    ) {
        self.origin = origin
        self.format = format
        self.keys = keys
        self.predecessorOrigin = predecessorOrigin
        self.predecessorNote = predecessorNote
        self.createdBy = createdBy
        self.evidence = evidence
    }

    package static let type = VocabularyType.ledgerCreated
    package static let form = ObjectForm<LedgerCreated>(
        "ledger.created",
        "The first entry of every log.",
        LedgerCreated.init(origin:format:keys:predecessorOrigin:predecessorNote:createdBy:evidence:),
        .member("origin", \.origin, "The log's name."),
        .member("format", \.format, as: .integer(exactly: 1), "The version of the format."),
        .member("keys", \.keys, as: .list(Text.valueShape, atLeast: 1), "The log's verifier keys."),
        .member("predecessor_origin", \.predecessorOrigin, "The log that came before."),
        .member("predecessor_note", \.predecessorNote, "Its last signed head."),
        .member("created_by", \.createdBy, "Who created it."),
        .evidence(\.evidence))
}

/// A boundary in time: the first entry that is not before it.
public struct LedgerMarked: EventData {
    public var at: Timestamp
    public var cause: MarkCause
    public var evidence: Evidence?

    public init(at: Timestamp, cause: MarkCause, evidence: Evidence? = nil) {
        self.at = at
        self.cause = cause
        self.evidence = evidence
    }

    package static let type = VocabularyType.ledgerMarked
    package static let form = ObjectForm<LedgerMarked>(
        "ledger.marked",
        "A boundary in time: the first entry that is not before it.",
        LedgerMarked.init(at:cause:evidence:),
        .member("at", \.at, "The boundary."),
        .member("cause", \.cause, "Why it was set."),
        .evidence(\.evidence))
}

/// The ledger put itself right.
public struct LedgerRecovered: EventData {
    public var cause: RecoveryCause
    public var detail: Text
    public var evidence: Evidence?

    public init(cause: RecoveryCause, detail: Text, evidence: Evidence? = nil) {
        self.cause = cause
        self.detail = detail
        self.evidence = evidence
    }

    package static let type = VocabularyType.ledgerRecovered
    package static let form = ObjectForm<LedgerRecovered>(
        "ledger.recovered",
        "The ledger put itself right.",
        LedgerRecovered.init(cause:detail:evidence:),
        .member("cause", \.cause, "After what."),
        .member("detail", \.detail, "What was done."),
        .evidence(\.evidence))
}

/// Somebody sent other content under an id that was taken.
public struct LedgerConflict: EventData {
    public var source: Text
    public var id: Text
    public var caller: Text
    public var evidence: Evidence?

    public init(source: Text, id: Text, caller: Text, evidence: Evidence? = nil) {
        self.source = source
        self.id = id
        self.caller = caller
        self.evidence = evidence
    }

    package static let type = VocabularyType.ledgerConflict
    package static let form = ObjectForm<LedgerConflict>(
        "ledger.conflict",
        "Somebody sent other content under an id that was taken.",
        LedgerConflict.init(source:id:caller:evidence:),
        .member("source", \.source, "The source of the event that stands."),
        .member("id", \.id, "Its id."),
        .member("caller", \.caller, "Who tried."),
        .evidence(\.evidence))
}

/// What callers sent in a span of time, and what became of it.
public struct LedgerIntakeCounted: EventData {
    public var from: Timestamp
    public var to: Timestamp
    public var caller: Text
    public var accepted: Int64
    public var resent: Int64
    public var refused: JSONValue
    public var evidence: Evidence?

    public init(
        from: Timestamp, to: Timestamp, caller: Text, accepted: Int64, resent: Int64, refused: JSONValue,
        evidence: Evidence? = nil
    ) {
        self.from = from
        self.to = to
        self.caller = caller
        self.accepted = accepted
        self.resent = resent
        self.refused = refused
        self.evidence = evidence
    }

    package static let type = VocabularyType.ledgerIntakeCounted
    package static let form = ObjectForm<LedgerIntakeCounted>(
        "ledger.intake_counted",
        "What callers sent in a span of time, and what became of it.",
        LedgerIntakeCounted.init(from:to:caller:accepted:resent:refused:evidence:),
        .member("from", \.from, "The start of the span."),
        .member("to", \.to, "Its end."),
        .member("caller", \.caller, "The caller."),
        .member("accepted", \.accepted, as: .integer(from: 0), "Deliveries that were sealed."),
        .member("resent", \.resent, as: .integer(from: 0), "Deliveries that were there already."),
        .member("refused", \.refused, "Deliveries that were refused, counted by type of problem."),
        .evidence(\.evidence))
}

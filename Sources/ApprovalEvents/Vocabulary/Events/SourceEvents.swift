/// What a source promises from here on, said by somebody else.
public struct SourceConfigured: EventData {
    public var about: Text
    public var mode: GateMode
    public var sequenced: Bool
    public var heartbeatS: Int64?
    public var lateS: Int64?
    public var software: Text?
    public var configDigest: ContentDigest?
    public var changedBy: Principal
    public var authority: Authority?
    public var evidence: Evidence?

    public init(
        about: Text, mode: GateMode, sequenced: Bool, heartbeatS: Int64? = nil, lateS: Int64? = nil,
        software: Text? = nil, configDigest: ContentDigest? = nil, changedBy: Principal, authority: Authority? = nil,
        evidence: Evidence? = nil
    ) {
        self.about = about
        self.mode = mode
        self.sequenced = sequenced
        self.heartbeatS = heartbeatS
        self.lateS = lateS
        self.software = software
        self.configDigest = configDigest
        self.changedBy = changedBy
        self.authority = authority
        self.evidence = evidence
    }

    package static let type = VocabularyType.sourceConfigured
    package static let form = ObjectForm<SourceConfigured>(
        "source.configured",
        "What a source promises from here on, said by somebody else.",
        SourceConfigured.init(
            about:mode:sequenced:heartbeatS:lateS:software:configDigest:changedBy:authority:
            evidence:),
        .member("about", \.about, "The source meant."),
        .member("mode", \.mode, "The mode of its gate."),
        .member("sequenced", \.sequenced, "Whether it numbers its events; if not, completeness cannot be decided."),
        .member("heartbeat_s", \.heartbeatS, as: .integer(from: 1), "Seconds in which it promises to be heard from."),
        .member("late_s", \.lateS, as: .integer(from: 0), "Seconds of delay that are normal for it."),
        .member("software", \.software, "Its name and version."),
        .member("config_digest", \.configDigest, "Digest of its configuration."),
        .member("changed_by", \.changedBy, "Who configured it."),
        .member("authority", \.authority, "What allowed it."),
        .evidence(\.evidence))
}

/// A source says that it is alive.
public struct SourceHeartbeat: EventData {
    public var mode: GateMode
    public var queued: Int64?
    public var clockOffsetMs: Int64?
    public var lost: [Interval]?
    public var evidence: Evidence?

    public init(
        mode: GateMode, queued: Int64? = nil, clockOffsetMs: Int64? = nil, lost: [Interval]? = nil,
        evidence: Evidence? = nil
    ) {
        self.mode = mode
        self.queued = queued
        self.clockOffsetMs = clockOffsetMs
        self.lost = lost
        self.evidence = evidence
    }

    package static let type = VocabularyType.sourceHeartbeat
    package static let form = ObjectForm<SourceHeartbeat>(
        "source.heartbeat",
        "A source says that it is alive.",
        SourceHeartbeat.init(mode:queued:clockOffsetMs:lost:evidence:),
        .member("mode", \.mode, "The mode of its gate."),
        .member("queued", \.queued, as: .integer(from: 0), "Events made and not yet delivered."),
        .member("clock_offset_ms", \.clockOffsetMs, "Its clock against its time source, in milliseconds, signed."),
        .member("lost", \.lost, "Sequence numbers that will never come, and why."),
        .evidence(\.evidence))
}

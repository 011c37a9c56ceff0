/// The event types of version 1, by name. On the wire a type is `dev.countersign.NAME.v1`.
public enum VocabularyType: String, Hashable, Sendable, CaseIterable {
    case policyPublished = "policy.published"
    case rosterRecorded = "roster.recorded"
    case identityEnrolled = "identity.enrolled"
    case identityBound = "identity.bound"
    case identityKeyEnrolled = "identity.key_enrolled"
    case identityRemoved = "identity.removed"
    case approvalRequested = "approval.requested"
    case approvalNotified = "approval.notified"
    case approvalAmended = "approval.amended"
    case approvalReviewed = "approval.reviewed"
    case approvalDelegated = "approval.delegated"
    case approvalEscalated = "approval.escalated"
    case approvalGranted = "approval.granted"
    case approvalDenied = "approval.denied"
    case approvalExpired = "approval.expired"
    case approvalCancelled = "approval.cancelled"
    case approvalRevoked = "approval.revoked"
    case actionExempted = "action.exempted"
    case actionStarted = "action.started"
    case actionFinished = "action.finished"
    case actionBlocked = "action.blocked"
    case actionObserved = "action.observed"
    case breakglassInvoked = "breakglass.invoked"
    case breakglassReviewed = "breakglass.reviewed"
    case sourceConfigured = "source.configured"
    case sourceHeartbeat = "source.heartbeat"
    case recordAnnotated = "record.annotated"
    case recordErased = "record.erased"
    case findingDisposed = "finding.disposed"
    case oversightReviewed = "oversight.reviewed"
    case reportIssued = "report.issued"
    case ledgerCreated = "ledger.created"
    case ledgerMarked = "ledger.marked"
    case ledgerKeyChanged = "ledger.key_changed"
    case ledgerCallerChanged = "ledger.caller_changed"
    case ledgerSettingChanged = "ledger.setting_changed"
    case ledgerRecovered = "ledger.recovered"
    case ledgerConflict = "ledger.conflict"
    case ledgerIntakeCounted = "ledger.intake_counted"
}

extension VocabularyType {
    /// What every type of ours begins with. Types elsewhere are foreign.
    public static let prefix: Text = "dev.countersign."

    /// Reads a CloudEvents `type`; nil if it is foreign, or ours but unknown in this version.
    public init?(_ type: Text) {
        guard let known = KnownType(type) else { return nil }
        self = known.type
    }

    /// The CloudEvents `type`.
    public var text: Text { Text("\(Self.prefix.string)\(rawValue).v1") }

    /// Whether a CloudEvents `type` is in our name space, known or not.
    public static func isOurs(_ type: Text) -> Bool { type.hasPrefix(prefix) }

    /// What the type is for, in one line.
    public var meaning: String { form.shape.meaning }

    /// Only the ledger itself writes these.
    public var isLedgerOnly: Bool {
        self == .recordErased || self == .reportIssued || rawValue.utf8.starts(with: "ledger.".utf8)
    }

    /// Whether an event of this type names the case that it belongs to.
    public var subjectRule: SubjectRule {
        switch self {
        case .approvalDelegated, .recordAnnotated, .recordErased, .findingDisposed: .optional
        case .approvalRequested, .approvalNotified, .approvalAmended, .approvalReviewed, .approvalEscalated,
            .approvalGranted, .approvalDenied, .approvalExpired, .approvalCancelled, .approvalRevoked,
            .actionExempted, .actionStarted, .actionFinished, .actionBlocked, .actionObserved, .breakglassInvoked,
            .breakglassReviewed:
            .required
        case .policyPublished, .rosterRecorded, .identityEnrolled, .identityBound, .identityKeyEnrolled,
            .identityRemoved, .sourceConfigured, .sourceHeartbeat, .oversightReviewed, .reportIssued, .ledgerCreated,
            .ledgerMarked, .ledgerKeyChanged, .ledgerCallerChanged, .ledgerSettingChanged, .ledgerRecovered,
            .ledgerConflict, .ledgerIntakeCounted:
            .refused
        }
    }
}

/// A type of ours that this version knows, and where its shape stands in the table of the vocabulary.
struct KnownType: Hashable, Sendable {
    let type: VocabularyType
    let shape: Int32

    /// Reads a CloudEvents `type`; nil if it is foreign, or ours but unknown in this version.
    init?(_ type: Text) {
        guard let known = Self.byText[type] else { return nil }
        self = known
    }

    private init(_ type: VocabularyType, _ shape: Int) {
        self.type = type
        self.shape = Int32(shape)
    }

    private static let byText = Dictionary(
        uniqueKeysWithValues: VocabularyType.allCases.enumerated().map { ($1.text, KnownType($1, $0)) })
}

/// What the envelope's `subject` must be.
public enum SubjectRule: Hashable, Sendable {
    case required
    case optional
    case refused
}

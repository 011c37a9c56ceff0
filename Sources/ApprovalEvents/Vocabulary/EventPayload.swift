/// What an event says: its `data`, typed.
public enum EventPayload: Hashable, Sendable {
    case policyPublished(PolicyPublished)
    case rosterRecorded(RosterRecorded)
    case identityEnrolled(IdentityEnrolled)
    case identityBound(IdentityBound)
    case identityKeyEnrolled(IdentityKeyEnrolled)
    case identityRemoved(IdentityRemoved)
    case approvalRequested(ApprovalRequested)
    case approvalNotified(ApprovalNotified)
    case approvalAmended(ApprovalAmended)
    case approvalReviewed(ApprovalReviewed)
    case approvalDelegated(ApprovalDelegated)
    case approvalEscalated(ApprovalEscalated)
    case approvalGranted(ApprovalGranted)
    case approvalDenied(ApprovalDenied)
    case approvalExpired(ApprovalExpired)
    case approvalCancelled(ApprovalCancelled)
    case approvalRevoked(ApprovalRevoked)
    case actionExempted(ActionExempted)
    case actionStarted(ActionStarted)
    case actionFinished(ActionFinished)
    case actionBlocked(ActionBlocked)
    case actionObserved(ActionObserved)
    case breakglassInvoked(BreakglassInvoked)
    case breakglassReviewed(BreakglassReviewed)
    case sourceConfigured(SourceConfigured)
    case sourceHeartbeat(SourceHeartbeat)
    case recordAnnotated(RecordAnnotated)
    case recordErased(RecordErased)
    case findingDisposed(FindingDisposed)
    case oversightReviewed(OversightReviewed)
    case reportIssued(ReportIssued)
    case ledgerCreated(LedgerCreated)
    case ledgerMarked(LedgerMarked)
    case ledgerKeyChanged(LedgerKeyChanged)
    case ledgerCallerChanged(LedgerCallerChanged)
    case ledgerSettingChanged(LedgerSettingChanged)
    case ledgerRecovered(LedgerRecovered)
    case ledgerConflict(LedgerConflict)
    case ledgerIntakeCounted(LedgerIntakeCounted)
    /// Of a type that is not ours: recorded as it is.
    case foreign
    /// Of a type or version of ours that this build does not know. Only a verifier meets one: a submission of
    /// an unknown type is refused.
    case opaque
}

extension EventPayload {
    /// The type; nil for what is foreign or opaque.
    public var type: VocabularyType? {
        guard let data else { return nil }
        return Swift.type(of: data).type
    }

    /// The `data`; nil for what is foreign or opaque.
    public var json: JSONObject? { data?.json }

    /// How the delivery proved where it came from.
    public var evidence: Evidence? { data?.evidence }

    package var data: (any EventData)? {
        switch self {
        case .policyPublished(let data): data
        case .rosterRecorded(let data): data
        case .identityEnrolled(let data): data
        case .identityBound(let data): data
        case .identityKeyEnrolled(let data): data
        case .identityRemoved(let data): data
        case .approvalRequested(let data): data
        case .approvalNotified(let data): data
        case .approvalAmended(let data): data
        case .approvalReviewed(let data): data
        case .approvalDelegated(let data): data
        case .approvalEscalated(let data): data
        case .approvalGranted(let data): data
        case .approvalDenied(let data): data
        case .approvalExpired(let data): data
        case .approvalCancelled(let data): data
        case .approvalRevoked(let data): data
        case .actionExempted(let data): data
        case .actionStarted(let data): data
        case .actionFinished(let data): data
        case .actionBlocked(let data): data
        case .actionObserved(let data): data
        case .breakglassInvoked(let data): data
        case .breakglassReviewed(let data): data
        case .sourceConfigured(let data): data
        case .sourceHeartbeat(let data): data
        case .recordAnnotated(let data): data
        case .recordErased(let data): data
        case .findingDisposed(let data): data
        case .oversightReviewed(let data): data
        case .reportIssued(let data): data
        case .ledgerCreated(let data): data
        case .ledgerMarked(let data): data
        case .ledgerKeyChanged(let data): data
        case .ledgerCallerChanged(let data): data
        case .ledgerSettingChanged(let data): data
        case .ledgerRecovered(let data): data
        case .ledgerConflict(let data): data
        case .ledgerIntakeCounted(let data): data
        case .foreign, .opaque: nil
        }
    }
}

/// The `data` of one type.
package protocol EventData: VocabularyObject {
    static var type: VocabularyType { get }
    var evidence: Evidence? { get set }
}

/// How the `data` of one type is checked and read.
package struct EventForm: Sendable {
    package let shape: ObjectShape
    package let read: @Sendable (JSONNode) throws(UnreadableMember) -> EventPayload

    init<Data: EventData>(_: Data.Type, as payload: @escaping @Sendable (Data) -> EventPayload) {
        let form = Data.form
        shape = form.shape
        read = { (object: JSONNode) throws(UnreadableMember) -> EventPayload in payload(try form.read(object)) }
    }
}

extension VocabularyType {
    package var form: EventForm { Self.forms[self] ?? makeForm() }

    private static let forms = Dictionary(uniqueKeysWithValues: allCases.map { ($0, $0.makeForm()) })

    private func makeForm() -> EventForm {
        switch self {
        case .policyPublished: EventForm(PolicyPublished.self, as: EventPayload.policyPublished)
        case .rosterRecorded: EventForm(RosterRecorded.self, as: EventPayload.rosterRecorded)
        case .identityEnrolled: EventForm(IdentityEnrolled.self, as: EventPayload.identityEnrolled)
        case .identityBound: EventForm(IdentityBound.self, as: EventPayload.identityBound)
        case .identityKeyEnrolled: EventForm(IdentityKeyEnrolled.self, as: EventPayload.identityKeyEnrolled)
        case .identityRemoved: EventForm(IdentityRemoved.self, as: EventPayload.identityRemoved)
        case .approvalRequested: EventForm(ApprovalRequested.self, as: EventPayload.approvalRequested)
        case .approvalNotified: EventForm(ApprovalNotified.self, as: EventPayload.approvalNotified)
        case .approvalAmended: EventForm(ApprovalAmended.self, as: EventPayload.approvalAmended)
        case .approvalReviewed: EventForm(ApprovalReviewed.self, as: EventPayload.approvalReviewed)
        case .approvalDelegated: EventForm(ApprovalDelegated.self, as: EventPayload.approvalDelegated)
        case .approvalEscalated: EventForm(ApprovalEscalated.self, as: EventPayload.approvalEscalated)
        case .approvalGranted: EventForm(ApprovalGranted.self, as: EventPayload.approvalGranted)
        case .approvalDenied: EventForm(ApprovalDenied.self, as: EventPayload.approvalDenied)
        case .approvalExpired: EventForm(ApprovalExpired.self, as: EventPayload.approvalExpired)
        case .approvalCancelled: EventForm(ApprovalCancelled.self, as: EventPayload.approvalCancelled)
        case .approvalRevoked: EventForm(ApprovalRevoked.self, as: EventPayload.approvalRevoked)
        case .actionExempted: EventForm(ActionExempted.self, as: EventPayload.actionExempted)
        case .actionStarted: EventForm(ActionStarted.self, as: EventPayload.actionStarted)
        case .actionFinished: EventForm(ActionFinished.self, as: EventPayload.actionFinished)
        case .actionBlocked: EventForm(ActionBlocked.self, as: EventPayload.actionBlocked)
        case .actionObserved: EventForm(ActionObserved.self, as: EventPayload.actionObserved)
        case .breakglassInvoked: EventForm(BreakglassInvoked.self, as: EventPayload.breakglassInvoked)
        case .breakglassReviewed: EventForm(BreakglassReviewed.self, as: EventPayload.breakglassReviewed)
        case .sourceConfigured: EventForm(SourceConfigured.self, as: EventPayload.sourceConfigured)
        case .sourceHeartbeat: EventForm(SourceHeartbeat.self, as: EventPayload.sourceHeartbeat)
        case .recordAnnotated: EventForm(RecordAnnotated.self, as: EventPayload.recordAnnotated)
        case .recordErased: EventForm(RecordErased.self, as: EventPayload.recordErased)
        case .findingDisposed: EventForm(FindingDisposed.self, as: EventPayload.findingDisposed)
        case .oversightReviewed: EventForm(OversightReviewed.self, as: EventPayload.oversightReviewed)
        case .reportIssued: EventForm(ReportIssued.self, as: EventPayload.reportIssued)
        case .ledgerCreated: EventForm(LedgerCreated.self, as: EventPayload.ledgerCreated)
        case .ledgerMarked: EventForm(LedgerMarked.self, as: EventPayload.ledgerMarked)
        case .ledgerKeyChanged: EventForm(LedgerKeyChanged.self, as: EventPayload.ledgerKeyChanged)
        case .ledgerCallerChanged: EventForm(LedgerCallerChanged.self, as: EventPayload.ledgerCallerChanged)
        case .ledgerSettingChanged: EventForm(LedgerSettingChanged.self, as: EventPayload.ledgerSettingChanged)
        case .ledgerRecovered: EventForm(LedgerRecovered.self, as: EventPayload.ledgerRecovered)
        case .ledgerConflict: EventForm(LedgerConflict.self, as: EventPayload.ledgerConflict)
        case .ledgerIntakeCounted: EventForm(LedgerIntakeCounted.self, as: EventPayload.ledgerIntakeCounted)
        }
    }
}

import ApprovalEvents
import MerkleTree

extension CaseRecord {
    /// Takes one event of this case in.
    mutating func read(_ payload: EventPayload, type: Text, at moment: Moment) {
        entries.append(moment.index)
        if let step = CaseStep(payload) { progress.apply(step) }
        switch payload {
        case .approvalRequested, .approvalNotified, .approvalAmended, .approvalReviewed, .approvalGranted:
            readApproval(payload, at: moment)
        case .actionExempted, .actionStarted, .actionObserved, .breakglassInvoked:
            readAction(payload, at: moment)
        case .opaque:
            if unread == nil { unread = (type, moment.index) }
        default:
            break
        }
    }

    private mutating func readApproval(_ payload: EventPayload, at moment: Moment) {
        switch payload {
        case .approvalRequested(let event):
            requests.add(
                RequestFact(
                    moment: moment, requester: Chain(event.requester, named: moment), action: ActionShape(event.action),
                    digest: event.actionDigest, citation: event.policy.map(Citation.init)))
        case .approvalNotified(let event):
            notices.add(
                NoticeFact(
                    moment: moment, shown: event.shownDigest, digest: event.actionDigest, isTruncated: event.truncated))
        case .approvalAmended(let event):
            amendments.add(
                AmendmentFact(
                    moment: moment, by: Chain(event.amendedBy, named: moment), action: ActionShape(event.action),
                    digest: event.actionDigest))
        case .approvalReviewed(let event):
            votes.add(
                VoteFact(
                    moment: moment, reviewer: Chain(event.reviewer, named: moment), decision: event.decision,
                    digest: event.actionDigest, shown: event.shownDigest))
        case .approvalGranted(let event):
            grants.add(
                GrantFact(
                    moment: moment, digest: event.actionDigest, votes: event.votes.map(EventIdentity.init(reference:))))
        default: break
        }
    }

    private mutating func readAction(_ payload: EventPayload, at moment: Moment) {
        switch payload {
        case .actionExempted(let event):
            exemptions.add(
                ExemptionFact(
                    moment: moment, requester: event.requester.kind, action: ActionShape(event.action),
                    digest: event.actionDigest, citation: Citation(event.policy)))
        case .actionStarted(let event):
            starts.add(
                StartFact(
                    moment: moment, execution: event.executionId, executor: Chain(event.executor, named: moment),
                    authority: AuthorityFact(event.authority), digest: event.actionDigest, item: event.item,
                    itemPath: event.itemPath ?? []))
        case .actionObserved(let event):
            observations.add(
                ObservationFact(moment: moment, execution: event.executionId, digest: event.actionDigest))
        case .breakglassInvoked(let event):
            invocations.add(InvocationFact(moment: moment, digest: event.actionDigest))
        default: break
        }
    }
}

extension CaseStep {
    /// What an event does to the state of its case, if anything.
    public init?(_ payload: EventPayload) {
        switch payload {
        case .approvalRequested: self = .requested
        case .approvalAmended: self = .amended
        case .approvalGranted: self = .granted
        case .approvalDenied: self = .denied
        case .approvalCancelled: self = .cancelled
        case .approvalRevoked: self = .revoked
        case .approvalExpired(let event): self = event.what == .request ? .requestExpired : .grantExpired
        case .actionStarted(let event): self = .started(execution: event.executionId)
        case .actionFinished(let event): self = .finished(execution: event.executionId)
        default: return nil
        }
    }
}

extension Citation {
    init(_ reference: PolicyRef) {
        self.init(
            id: reference.id, version: reference.version, digest: reference.digest, rule: reference.rule)
    }
}

extension AuthorityFact {
    init(_ authority: Authority) {
        self.init(kind: authority.kind, event: authority.event.map(EventIdentity.init(reference:)))
    }
}

extension EventIdentity {
    init(reference: EventRef) { self.init(source: reference.source, id: reference.id) }
}

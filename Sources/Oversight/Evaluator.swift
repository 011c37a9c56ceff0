import ApprovalEvents
import MerkleTree

/// Reads a log once, in its order, and says how each case stands at a head.
///
/// Facts of identity and order may be recorded late and still apply to what came before, so every verdict is given at
/// the end. Until then the evaluator keeps the facts of each case, who is who, the policies, the runs of each
/// source's numbers, and where each event stands. It has no clock: time is the head's `ledgertime`.
public struct Evaluator: Sendable {
    private var known: Known
    private var statistics = OversightStatistics()
    private var next: UInt64 = 0
    private var given: UInt64 = 0

    public init(asOf head: EvaluatedHead, coverage: Coverage = .everything) {
        known = Known(head: head, coverage: coverage)
    }

    /// Takes one entry in. Entries come ascending; one at or beyond the head, or out of order, is not read (and if
    /// that leaves one out, every verdict says so).
    public mutating func read(_ recorded: RecordedEntry) {
        guard recorded.index.value >= next, recorded.index.value < known.head.size.value else { return }
        next = recorded.index.value + 1
        let event = recorded.entry
        let moment = Moment(recorded)
        if recorded.index.value >= firstOwed {
            given += 1
            known.gates.hear(moment, isWhole: known.coverage == .everything)
        }
        let payload = event.payload
        place(payload, type: event.type, subject: event.subject, at: moment)
        if let type = payload.type { count(type, payload, at: moment) }
        readWorld(payload, type: event.type, at: moment)
        if let act = Known.AdministrativeAct(payload, at: moment) { known.acts.append(act) }
        if let subject = event.subject, Self.isOfCase(payload, type: event.type) {
            readCase(payload, type: event.type, subject: subject, at: moment)
        }
    }

    /// The verdicts as of the head.
    public consuming func finish() -> OversightResult {
        var checks = known.administrativeResults()
        for subject in known.order {
            guard let record = known.cases[subject] else { continue }
            checks += Inquiry(record, in: known).results()
        }
        checks.sort { ($0.opened, $0.check, $0.subject) < ($1.opened, $1.check, $1.subject) }
        let owed = known.head.size.value - min(firstOwed, known.head.size.value)
        if given < owed { checks = checks.map { $0.undecided(withheld: owed - given) } }
        countSessions()
        let cases = known.order.compactMap { known.cases[$0] }
        for record in cases { statistics.states[record.progress.state, default: 0] += 1 }
        return OversightResult(
            head: known.head, checks: checks,
            cases: cases.map { CaseSummary(subject: $0.subject, state: $0.progress.state, entries: $0.entries) },
            statistics: statistics)
    }

    /// Every entry from here on has to be given.
    private var firstOwed: UInt64 {
        switch known.coverage {
        case .everything: 0
        case .opening(let before): before.value
        }
    }

    private mutating func place(_ payload: EventPayload, type: Text, subject: Text?, at moment: Moment) {
        guard known.places[moment.identity] == nil else { return }
        let kind: Known.PlaceKind = payload.type.map { .known($0) } ?? (payload == .opaque ? .unread(type) : .foreign)
        known.places[moment.identity] = Known.Place(index: moment.index, kind: kind, subject: subject)
    }

    private mutating func readCase(_ payload: EventPayload, type: Text, subject: Text, at moment: Moment) {
        if known.cases[subject] == nil {
            known.cases[subject] = CaseRecord(subject: subject, first: moment)
            known.order.append(subject)
        }
        known.cases[subject]?.read(payload, type: type, at: moment)
    }

    private static func isOfCase(_ payload: EventPayload, type: Text) -> Bool {
        if payload == .foreign { return false }
        return ["approval.", "action.", "breakglass."].contains { type.isOurs(family: $0) }
    }
}

// MARK: what is known beside the cases

extension Evaluator {
    private mutating func readWorld(_ payload: EventPayload, type: Text, at moment: Moment) {
        switch payload {
        case .policyPublished(let event):
            known.policies.publish(Policies.Version(event, at: moment))
        case .rosterRecorded(let event):
            for member in event.members ?? [] {
                known.identities.list(member.text, since: event.asOf, index: moment.index)
            }
            for member in event.added ?? [] {
                known.identities.list(member.principal.text, since: member.at, index: moment.index)
            }
        case .identityEnrolled, .identityBound, .identityRemoved:
            readIdentity(payload, index: moment.index)
        case .sourceConfigured(let event):
            known.gates.promise(
                Gates.Promise(
                    recorded: moment, sequenced: event.sequenced, heartbeatSeconds: event.heartbeatS,
                    lateSeconds: event.lateS), about: event.about)
        case .approvalRequested, .actionStarted, .actionExempted, .actionBlocked, .breakglassInvoked:
            known.gates.speaksForCases(moment.source)
        case .opaque:
            readUnknown(type)
        default: break
        }
    }

    private mutating func readIdentity(_ payload: EventPayload, index: LeafIndex) {
        switch payload {
        case .identityEnrolled(let event):
            known.identities.enrol(
                event.principal.text, as: event.kind.principalKind, owner: event.owner?.text, at: event.at, index: index
            )
        case .identityBound(let event):
            known.identities.bind(event.account.text, to: event.principal.text, at: event.at, index: index)
        case .identityRemoved(let event):
            if let account = event.account { known.identities.unbind(account.text, at: event.at, index: index) }
        default: break
        }
    }

    /// A type of ours that this version does not read: whatever rests on its family is undecidable.
    private mutating func readUnknown(_ type: Text) {
        if type.isOurs(family: "policy.") { known.policies.leaveUnread(type) }
        if type.isOurs(family: "roster.") { known.identities.leaveUnread(type) }
        if type.isOurs(family: "identity."), !type.isOurs(family: "identity.key") { known.identities.leaveUnread(type) }
    }
}

// MARK: statistics

extension Evaluator {
    private static let populations: [VocabularyType: Population] = Dictionary(
        uniqueKeysWithValues: VocabularyType.allCases.compactMap { type in Population(of: type).map { (type, $0) } })

    private mutating func count(_ type: VocabularyType, _ payload: EventPayload, at moment: Moment) {
        if let population = Self.populations[type] {
            statistics.populations[population, default: []].append(moment.index)
        }
        if case .actionStarted(let event) = payload {
            statistics.executions[event.authority.kind, default: []].append(moment.index)
        }
    }

    private mutating func countSessions() {
        var uses: [EventIdentity: [LeafIndex]] = [:]
        for record in known.cases.values {
            for start in record.starts.all where start.authority.kind == .session {
                if let session = start.authority.event { uses[session, default: []].append(start.moment.index) }
            }
        }
        statistics.sessions = uses.map { session, executions in
            SessionUse(session: session, opened: known.places[session]?.index, executions: executions.sorted())
        }.sorted { ($0.executions[0], $0.session.id) < ($1.executions[0], $1.session.id) }
    }
}

extension CheckResult {
    /// A log with entries left out states no verdict: what is left out may turn each.
    fileprivate func undecided(withheld count: UInt64) -> CheckResult {
        CheckResult(
            check: check, subject: subject, scope: scope, opened: opened,
            verdict: .undecidable(missing: Missing.entries(count).words), entries: entries,
            reason: "Entries below the head were not given, and any of them may turn this verdict.",
            alsoUndecided: alsoUndecided)
    }
}

extension Policies.Version {
    init(_ event: PolicyPublished, at moment: Moment) {
        self.init(
            recorded: moment, id: event.policyId, number: event.version, digest: event.digest,
            appliesTo: event.appliesTo, effectiveAt: event.effectiveAt, body: event.body)
    }
}

extension EnrolledKind {
    var principalKind: PrincipalKind {
        switch self {
        case .human: .human
        case .agent: .agent
        case .service: .service
        }
    }
}

extension Text {
    /// Whether this event type is ours and its name begins with `family`.
    func isOurs(family: String) -> Bool { hasPrefix(Text("dev.countersign.\(family)")) }
}

extension Known.AdministrativeAct {
    /// An event outside any case that names an authority; nil for all others.
    init?(_ payload: EventPayload, at moment: Moment) {
        let authority: Authority?
        var version: Int64?
        switch payload {
        case .policyPublished(let event): (authority, version) = (event.authority, event.version)
        case .rosterRecorded(let event): authority = event.authority
        case .identityEnrolled(let event): authority = event.authority
        case .identityKeyEnrolled(let event): authority = event.authority
        case .sourceConfigured(let event): authority = event.authority
        case .recordErased(let event): authority = event.authority
        case .ledgerKeyChanged(let event): authority = event.authority
        case .ledgerCallerChanged(let event): authority = event.authority
        case .ledgerSettingChanged(let event): authority = event.authority
        default: return nil
        }
        guard let authority, let type = payload.type else { return nil }
        self.init(moment: moment, type: type, authority: AuthorityFact(authority), policyVersion: version)
    }
}

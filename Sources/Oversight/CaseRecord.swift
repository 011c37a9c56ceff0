import ApprovalEvents
import MerkleTree

/// One principal of a chain: who, as the event claims, and through which account the source saw him.
struct Link: Hashable, Sendable {
    let kind: PrincipalKind
    let id: Text
    let account: Text?
}

/// A principal and, step by step, whom it acts for; as of the event that names it.
struct Chain: Hashable, Sendable {
    let links: [Link]
    let named: Moment

    init(_ principal: Principal, named: Moment) {
        var links: [Link] = []
        var next: Principal? = principal
        while let current = next {
            links.append(Link(kind: current.kind, id: current.id.text, account: current.via?.id.text))
            next = current.onBehalfOf
        }
        self.links = links
        self.named = named
    }
}

/// An event that other events of the case may name, or that a rule looks for.
protocol CaseFact: Sendable {
    var moment: Moment { get }
}

struct RequestFact: CaseFact {
    let moment: Moment
    let requester: Chain
    let action: ActionShape
    let digest: ContentDigest
    let citation: Citation?
}

struct AmendmentFact: CaseFact {
    let moment: Moment
    let by: Chain
    let action: ActionShape
    let digest: ContentDigest
}

struct NoticeFact: CaseFact {
    let moment: Moment
    let shown: ContentDigest
    let digest: ContentDigest
    let isTruncated: Bool
}

struct VoteFact: CaseFact {
    let moment: Moment
    let reviewer: Chain
    let decision: Decision
    let digest: ContentDigest
    let shown: ContentDigest?
}

struct GrantFact: CaseFact {
    let moment: Moment
    let digest: ContentDigest
    let votes: [EventIdentity]
}

struct ExemptionFact: CaseFact {
    let moment: Moment
    let requester: PrincipalKind
    let action: ActionShape
    let digest: ContentDigest
    let citation: Citation
}

struct InvocationFact: CaseFact {
    let moment: Moment
    let digest: ContentDigest?
}

struct StartFact: CaseFact {
    let moment: Moment
    let execution: Text
    let executor: Chain
    let authority: AuthorityFact
    let digest: ContentDigest
    let item: Int64?
    let itemPath: [ContentDigest]
}

struct ObservationFact: CaseFact {
    let moment: Moment
    let execution: Text?
    let digest: ContentDigest?
}

/// What an event says that it rests on.
struct AuthorityFact: Hashable, Sendable {
    let kind: AuthorityKind
    let event: EventIdentity?
}

/// Facts of one kind in the order of the log, found by identity without a search.
struct Facts<Fact: CaseFact>: Sendable {
    private(set) var all: [Fact] = []
    private var places: [EventIdentity: Int] = [:]

    mutating func add(_ fact: Fact) {
        if places[fact.moment.identity] == nil { places[fact.moment.identity] = all.count }
        all.append(fact)
    }

    subscript(_ identity: EventIdentity) -> Fact? { places[identity].map { all[$0] } }

    var isEmpty: Bool { all.isEmpty }
}

/// What the rules need of one case: facts, not events, so that a case costs what it decides and no more.
struct CaseRecord: Sendable {
    let subject: Text
    let first: Moment
    var entries: [LeafIndex] = []
    var progress = CaseProgress()
    var requests = Facts<RequestFact>()
    var amendments = Facts<AmendmentFact>()
    var notices = Facts<NoticeFact>()
    var votes = Facts<VoteFact>()
    var grants = Facts<GrantFact>()
    var exemptions = Facts<ExemptionFact>()
    var invocations = Facts<InvocationFact>()
    var starts = Facts<StartFact>()
    var observations = Facts<ObservationFact>()
    /// The first event of the case of a type that this version does not read.
    var unread: (type: Text, index: LeafIndex)?

    init(subject: Text, first: Moment) {
        self.subject = subject
        self.first = first
    }

    /// The request that the case is about; where several were recorded, the first.
    var request: RequestFact? { requests.all.first }

    /// What decides which policy governs: the request, or what stands in its place.
    var anchor: Moment { request?.moment ?? first }

    /// The actions that a digest of this case may stand for.
    func action(_ digest: ContentDigest) -> (shape: ActionShape, index: LeafIndex)? {
        if let amendment = amendments.all.last(where: { $0.digest == digest }) {
            return (amendment.action, amendment.moment.index)
        }
        return requests.all.first { $0.digest == digest }.map { ($0.action, $0.moment.index) }
    }

    /// The starts that name `grant` as their authority.
    func starts(under grant: EventIdentity) -> [StartFact] {
        starts.all.filter { $0.authority.kind == .grant && $0.authority.event == grant }
    }
}

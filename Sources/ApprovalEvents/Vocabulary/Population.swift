/// The populations that samples are drawn from and that reports count: every event of some types.
public enum Population: String, Hashable, Sendable, CaseIterable {
    case requests = "P1"
    case votes = "P2"
    case executions = "P3"
    case policies = "P4"
    case people = "P5"
    case emergencies = "P6"
    case exemptions = "P7"
    case blocks = "P8"
    case administration = "P9"

    /// The population that an event of this type belongs to, if any: no type belongs to two.
    public init?(of type: VocabularyType) {
        guard let population = Self.allCases.first(where: { $0.types.contains(type) }) else { return nil }
        self = population
    }

    /// The name in reports: `P1` and so on.
    public var id: String { rawValue }

    public var title: String {
        switch self {
        case .requests: "Requests for approval"
        case .votes: "Votes"
        case .executions: "Executions"
        case .policies: "Policy versions"
        case .people: "Rosters and identities"
        case .emergencies: "Break-glass uses"
        case .exemptions: "Exemptions"
        case .blocks: "Blocked actions"
        case .administration: "Administration of the ledger and its sources"
        }
    }

    public var types: [VocabularyType] {
        switch self {
        case .requests: [.approvalRequested]
        case .votes: [.approvalReviewed]
        case .executions: [.actionStarted]
        case .policies: [.policyPublished]
        case .people:
            [.rosterRecorded] + VocabularyType.allCases.filter { $0.rawValue.utf8.starts(with: "identity.".utf8) }
        case .emergencies: [.breakglassInvoked]
        case .exemptions: [.actionExempted]
        case .blocks: [.actionBlocked]
        case .administration:
            VocabularyType.allCases.filter { $0.rawValue.utf8.starts(with: "ledger.".utf8) }
                + [.sourceConfigured, .recordErased]
        }
    }
}

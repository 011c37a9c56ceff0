/// What a report is written for.
public enum Framework: String, Hashable, Sendable, CaseIterable {
    case soc2
    case fedramp

    var catalogue: Catalogue {
        switch self {
        case .soc2: .soc2
        case .fedramp: .fedramp
        }
    }

    var title: String {
        switch self {
        case .soc2: "SOC 2"
        case .fedramp: "FedRAMP"
        }
    }
}

/// A framework's controls, as far as records of approvals say anything to them.
struct Catalogue: Hashable, Sendable {
    let name: String
    /// Of our wording and mapping, printed in every report: another version may give another report.
    let version: String
    let controls: [Control]

    /// Every rule there is, in order; what is evaluated so far is a part of it.
    static let allRules = [
        "R01", "R02", "R03", "R04", "R05", "R06", "R07", "R08", "R09", "R10", "R11", "R12", "R13", "R14", "R15", "R16",
    ]
}

/// One control: an id of the framework, and in our own words what a ledger of approvals gives to it.
public struct Control: Hashable, Sendable {
    public let id: String
    /// The framework's title where it may be printed, else empty.
    public let title: String
    /// For which baselines or classes.
    public let level: String
    /// What the control asks, in short.
    public let says: String
    public let evidence: String
    public let test: String
    /// The rules whose results serve it.
    public let rules: [String]

    init(
        _ id: String, title: String = "", level: String = "", says: String = "", evidence: String, test: String,
        rules: [String]
    ) {
        (self.id, self.title, self.level, self.says) = (id, title, level, says)
        (self.evidence, self.test, self.rules) = (evidence, test, rules)
    }

    init(_ id: String, title: String, level: String, _ ground: ControlGround) {
        self.init(id, title: title, level: level, evidence: ground.evidence, test: ground.test, rules: ground.rules)
    }

    /// The populations from which its rules are decided.
    public var populations: [String] {
        Set(rules.flatMap { Self.populations[$0] ?? [] }).sorted()
    }

    private static let populations: [String: [String]] = [
        "R01": ["P3", "P7", "P8"], "R02": ["P1", "P3"], "R03": ["P1", "P2"], "R04": ["P2", "P5"], "R05": ["P2"],
        "R06": ["P1", "P2", "P3"], "R07": ["P4"], "R08": ["P2"], "R09": ["P3", "P8"], "R10": ["P6"], "R11": ["P2"],
        "R12": ["P1", "P3"], "R13": ["P9"], "R14": ["P3"], "R15": ["P4", "P5", "P9"], "R16": ["P2", "P5"],
    ]
}

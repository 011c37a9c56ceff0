/// What a check came to. "Not checked" is not "holds": it says why nobody looked.
public enum Outcome: Hashable, Sendable {
    case holds
    case fails(reason: String)
    case notChecked(reason: String)

    /// Why it does not hold; nil where it does.
    public var reason: String? {
        switch self {
        case .holds: nil
        case .fails(let reason), .notChecked(let reason): reason
        }
    }
}

/// One question that a verifier put, and its answer.
public struct Check: Hashable, Sendable {
    /// A stable name for programs: `log-signature`, `inclusion`.
    public let id: String
    /// The claim, as a sentence that is true where the outcome is `holds`.
    public let claim: String
    public let outcome: Outcome
    /// Whether an outcome of `notChecked` counts in the verdict. What the reader's own trust file leaves
    /// out (`quorum none`) is printed and does not count: he knows that he did not ask for it.
    public let isAsked: Bool

    public init(_ id: String, _ claim: String, _ outcome: Outcome, isAsked: Bool = true) {
        self.id = id
        self.claim = claim
        self.outcome = outcome
        self.isAsked = isAsked
    }
}

/// Everything that was asked, in order. A verifier goes on after a failure, so that a reader sees all of them.
public struct VerificationReport: Hashable, Sendable {
    public private(set) var checks: [Check]

    public init(_ checks: [Check] = []) {
        self.checks = checks
    }

    public mutating func add(_ check: Check) {
        checks.append(check)
    }

    public mutating func add(_ id: String, _ claim: String, _ outcome: Outcome, isAsked: Bool = true) {
        checks.append(Check(id, claim, outcome, isAsked: isAsked))
    }

    public mutating func add(_ other: VerificationReport) {
        checks += other.checks
    }

    /// The whole in one word: a failure is over all, then what could not be checked.
    public enum Verdict: String, Hashable, Sendable {
        case holds
        case fails
        case notChecked = "not checked"
    }

    public var verdict: Verdict {
        if checks.contains(where: \.isFailure) { return .fails }
        // Nothing asked is nothing shown.
        if checks.isEmpty || checks.contains(where: \.isMissing) { return .notChecked }
        return .holds
    }

    public subscript(_ id: String) -> Outcome? {
        checks.first { $0.id == id }?.outcome
    }
}

extension Check {
    var isFailure: Bool {
        if case .fails = outcome { true } else { false }
    }

    var isMissing: Bool {
        if case .notChecked = outcome { isAsked } else { false }
    }
}

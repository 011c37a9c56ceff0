/// What the operator of a ledger lets in.
public struct IntakeRules: Hashable, Sendable {
    /// Whether types outside `dev.countersign.` are recorded as they are, or refused.
    public var allowsForeignTypes: Bool

    public init(allowsForeignTypes: Bool = false) { self.allowsForeignTypes = allowsForeignTypes }

    /// Our own types only.
    public static let standard = IntakeRules()
}

/// Limits of the format. They are the same for every ledger, because an entry must be readable everywhere.
public enum EventLimits {
    /// Bytes of a canonical submission, and of what is sealed of it: 60 KiB.
    public static let submissionBytes = 61_440
    /// Bytes of a sealed entry: the tile format counts them in sixteen bits.
    public static let entryBytes = 65_535
    /// Bytes of `id`, of `source`, and of the name of a caller.
    public static let identityBytes = 256
    /// How many arrays and objects may stand inside each other in `data` of our own types, `data` itself counted.
    public static let depth = 32
    /// The same for foreign types.
    public static let foreignDepth = 64
}

/// Why a submission is not taken: everything that is wrong with it, not only the first thing.
public struct EventRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Kind: Hashable, Sendable {
        /// Not strict JSON: one violation, where reading stopped.
        case malformed
        /// Read, but it breaks rules.
        case invalid
        /// Nothing is wrong with it but its size.
        case tooLarge
    }

    public let kind: Kind
    /// Never empty.
    public let violations: [Violation]

    init(_ violations: [Violation]) {
        kind = violations.allSatisfy { $0.rule == Violation.tooLargeRule } ? .tooLarge : .invalid
        self.violations = violations
    }

    init(malformed error: JSONError) {
        kind = .malformed
        violations = [error.violation]
    }

    public var description: String { violations.map(\.description).joined(separator: "\n") }
}

/// Why a batch is not taken. Each pointer begins with the position of its event.
public struct BatchRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    public let kind: EventRefusal.Kind
    /// Never empty.
    public let violations: [Violation]

    init(_ refusal: EventRefusal) {
        kind = refusal.kind
        violations = refusal.violations
    }

    public var description: String { violations.map(\.description).joined(separator: "\n") }
}

extension Violation {
    static let tooLargeRule = "too-large"

    static func tooLarge(_ count: Int, at pointer: JSONPointer) -> Violation {
        Violation(
            pointer: pointer, rule: tooLargeRule,
            message: """
                The canonical form has \(count) bytes, and at most \(EventLimits.submissionBytes) are taken. \
                Keep long bytes where they are and name them in `content` by digest, size and media type.
                """)
    }
}

import ApprovalEvents
import MerkleTree
import Oversight
import Testing

extension OversightResult {
    /// The verdicts on one case or source, as `R03.2 finding`.
    func verdicts(_ subject: String = "apr_1") -> Set<String> {
        Set(checks.filter { $0.subject == Text(subject) }.map { "\($0.check) \($0.verdict.word)" })
    }

    func result(_ check: CheckID, _ subject: String = "apr_1") -> CheckResult? {
        checks.first { $0.check == check && $0.subject == Text(subject) }
    }

    /// Everything that does not hold, as `R03.2:apr_1 finding`.
    var troubles: Set<String> {
        Set(checks.filter { $0.verdict != .holds }.map { "\($0.check):\($0.subject) \($0.verdict.word)" })
    }
}

/// What the checks say of a case in which all is as it should be.
let allWell: Set<String> = [
    "R01.1 holds", "R02.1 holds", "R02.2 holds", "R02.3 holds", "R02.4 holds", "R03.1 holds", "R03.2 holds",
    "R03.3 holds",
]

extension Set<String> {
    /// These verdicts, with `changes` in place of those on the same checks; `- R03.2` takes one away.
    func but(_ changes: String...) -> Set<String> {
        var verdicts = self
        for change in changes {
            let check = change.hasPrefix("- ") ? String(change.dropFirst(2)) : String(change.prefix { $0 != " " })
            verdicts = verdicts.filter { !$0.hasPrefix(check + " ") }
            if !change.hasPrefix("- ") { verdicts.insert(change) }
        }
        return verdicts
    }
}

/// One row of a table: a story and the verdicts on its case.
struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let expected: Set<String>
    let later: Double
    let tell: @Sendable (CaseTeller, inout Story) -> Void

    init(
        _ name: String, _ expected: Set<String>, later: Double = 1000,
        _ tell: @escaping @Sendable (CaseTeller, inout Story) -> Void
    ) {
        self.name = name
        self.expected = expected
        self.later = later
        self.tell = tell
    }

    var testDescription: String { name }

    func verdicts() throws -> Set<String> {
        var story = Story.prelude
        tell(CaseTeller(), &story)
        return try story.evaluated(later: later).verdicts()
    }
}

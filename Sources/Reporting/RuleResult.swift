import ApprovalEvents
import MerkleTree
import Oversight
import Verification

/// One check of one rule over the whole period.
public struct RuleResult: Hashable, Sendable {
    public let check: CheckID
    public let tested: Figure
    public let holds: Figure
    public let findings: Figure
    public let undecidable: Figure
    public let open: Figure

    /// The rule that the check belongs to: `R01`.
    var rule: String { check.ruleName }

    static func all(of judgement: Judgement, into book: inout FigureBook) -> [RuleResult] {
        let byCheck = Dictionary(grouping: judgement.results, by: \.check)
        return CheckID.evaluated.filter { !$0.isStatistic }.map { check in
            let results = byCheck[check] ?? []
            func figure(_ label: String, _ verdict: VerdictKind?) -> Figure {
                let chosen = verdict.map { kind in results.filter { $0.verdict.kind == kind } } ?? results
                return book.add(
                    "\(check) \(label)", chosen.count, query: "results of check \(check) over the period: \(label)",
                    entries: chosen.flatMap(\.entries))
            }
            return RuleResult(
                check: check, tested: figure("tested", nil), holds: figure("holds", .holds),
                findings: figure("finding", .finding), undecidable: figure("undecidable", .undecidable),
                open: figure("open", .open))
        }
    }
}

/// The rules whose results a report states.
enum RuleBook {
    static let rules: [(id: String, name: String)] = [
        ("R01", "nothing runs without authority"), ("R02", "what ran is what was approved"),
        ("R03", "nobody approves his own request"),
    ]

    static let pending = Catalogue.allRules.filter { id in !rules.contains { $0.id == id } }
}

/// Executions in the period by what they ran under.
public struct AuthorityCount: Hashable, Sendable {
    public let kind: AuthorityKind
    public let figure: Figure

    static func all(of judgement: Judgement, into book: inout FigureBook) -> [AuthorityCount] {
        AuthorityKind.allCases.compactMap { kind in
            let entries = judgement.executions[kind] ?? []
            // A publication of a first policy is the only thing that runs under `bootstrap`, and it is no execution.
            guard kind != .bootstrap || !entries.isEmpty else { return nil }
            return AuthorityCount(
                kind: kind,
                figure: book.add(
                    "Executions under \(kind.rawValue)", entries.count,
                    query: "entries of [first, end) of type action.started with authority.kind \(kind.rawValue)",
                    entries: entries))
        }
    }
}

/// The period's cases as the rules judged them.
struct Judgement: Sendable {
    let results: [CheckResult]
    let executions: [AuthorityKind: [LeafIndex]]

    /// Evaluates everything that the evidence holds and keeps what belongs to the period. Entries before it give
    /// policies, rosters and identities.
    init(_ evidence: VerifiedEvidence) {
        let known = evidence.everything
        let carried = evidence.scope.carried
        let head = EvaluatedHead(
            size: TreeSize(carried.upperBound),
            ledgerTime: known.last?.entry.ledgerTime ?? Timestamp(milliseconds: 0))
        let isWhole = evidence.before == .everything
        let all = Oversight.evaluate(
            known, asOf: head, coverage: isWhole ? .everything : .opening(before: LeafIndex(carried.lowerBound)))
        let period = evidence.scope.first..<evidence.scope.end
        results = all.checks.filter { $0.belongs(to: period) }.map { isWhole ? $0 : $0.withoutEarlierState }
        executions = all.statistics.executions.mapValues { $0.filter(period.contains) }
    }
}

extension CheckResult {
    /// A case belongs to the period of its request, an execution to that of its start (EVENTS §4.15).
    fileprivate func belongs(to period: Range<LeafIndex>) -> Bool {
        let isOfExecutions = check.rule == 1 || check == .ranAsGranted || check == .itemOfBatch
        return scope == .source || isOfExecutions ? entries.contains(where: period.contains) : period.contains(opened)
    }

    /// Nothing shows that the earlier entries which are carried are all that matter. So where a rule looks at policies
    /// or identities, it cannot say `holds`: what would speak against it may stand in an entry that was not shown.
    fileprivate var withoutEarlierState: CheckResult {
        guard verdict == .holds, check.rule == 3 || check == .exemptionAllowed || check == .shownAsVoted else {
            return self
        }
        return CheckResult(
            check: check, subject: subject, scope: scope, opened: opened,
            verdict: .undecidable(missing: "the state before the period; earlier entries are not all carried"),
            entries: entries, reason: "as far as the carried entries show: \(reason)", alsoUndecided: alsoUndecided)
    }
}

extension CheckID {
    var ruleName: String { String(description.prefix { $0 != "." }) }
}

/// A verdict without what it carries.
enum VerdictKind: String, Hashable, Sendable {
    case holds
    case finding
    case undecidable
    case open
}

extension Verdict {
    var kind: VerdictKind {
        switch self {
        case .holds: .holds
        case .finding: .finding
        case .undecidable: .undecidable
        case .open: .open
        }
    }
}

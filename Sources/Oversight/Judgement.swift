import ApprovalEvents
import MerkleTree

/// One verdict on one thing: a vote, a grant, an execution. The judgements of a case and check make its result.
struct Judgement: Sendable {
    let check: CheckID
    let verdict: Verdict
    let entries: [LeafIndex]
    let reason: String
    /// What the log lacks, where it lacks something.
    var missing: Missing?
    /// Where one lack touches several checks, it is named at the one with the lowest rank, then the lowest id.
    var rank = 0

    static func holds(_ check: CheckID, _ entries: [LeafIndex], _ reason: String) -> Judgement {
        Judgement(check: check, verdict: .holds, entries: entries, reason: reason)
    }

    static func finding(_ check: CheckID, _ entries: [LeafIndex], _ reason: String) -> Judgement {
        Judgement(check: check, verdict: .finding, entries: entries, reason: reason)
    }

    static func undecidable(
        _ check: CheckID, _ missing: Missing, _ entries: [LeafIndex], _ reason: String, rank: Int = 0
    ) -> Judgement {
        Judgement(
            check: check, verdict: .undecidable(missing: missing.words), entries: entries, reason: reason,
            missing: missing, rank: rank)
    }

    static func absent(
        _ check: CheckID, _ missing: Missing, _ absence: Known.Absence, _ entries: [LeafIndex], _ reason: String
    ) -> Judgement {
        Judgement(
            check: check, verdict: absence.verdict, entries: entries, reason: "\(reason): \(absence.why)",
            missing: missing)
    }
}

/// Makes the results of one case (or source) of its judgements: one a check, the worst of them, with the entries
/// and reasons of those that are as bad.
struct Settlement {
    let subject: Text
    let scope: CheckScope
    let opened: LeafIndex
    let judgements: [Judgement]

    /// One lack is named once: at the check with the lowest rank, where it is worst, where it comes first. The checks that only repeat it have no
    /// result of their own there (least of all `holds`), and stand in `alsoUndecided` of the one that names it.
    func results() -> [CheckResult] {
        let (named, repeated) = namedOnce()
        return Set(judgements.map(\.check)).sorted().compactMap { check in
            result(
                check, of: judgements.indices.filter { named.contains($0) && judgements[$0].check == check }, repeated)
        }
    }

    private func result(_ check: CheckID, of own: [Int], _ repeated: [Missing: [CheckID]]) -> CheckResult? {
        guard let worst = own.map({ judgements[$0].verdict.weight }).max() else { return nil }
        let silenced = repeated.values.contains { $0.contains(check) }
        if worst == Verdict.holds.weight, silenced { return nil }
        let deciding = own.map { judgements[$0] }.filter { $0.verdict.weight == worst }
        let lacks = Set(deciding.compactMap(\.missing))
        let also = Set(lacks.flatMap { repeated[$0] ?? [] }).subtracting([check])
        return CheckResult(
            check: check, subject: subject, scope: scope, opened: opened, verdict: merged(deciding),
            entries: Set(deciding.flatMap(\.entries)).sorted(), reason: Self.sentence(deciding.map(\.reason)),
            alsoUndecided: also.sorted())
    }

    private func namedOnce() -> (named: Set<Int>, repeated: [Missing: [CheckID]]) {
        var named: Set<Int> = []
        var byLack: [Missing: [Int]] = [:]
        for (place, judgement) in judgements.enumerated() {
            if let missing = judgement.missing {
                byLack[missing, default: []].append(place)
            } else {
                named.insert(place)
            }
        }
        var repeated: [Missing: [CheckID]] = [:]
        for (missing, places) in byLack {
            let first = places.min { precedes(judgements[$0], judgements[$1]) }
            guard let check = first.map({ judgements[$0].check }) else { continue }
            named.formUnion(places.filter { judgements[$0].check == check })
            repeated[missing] = places.map { judgements[$0].check }.filter { $0 != check }
        }
        return (named, repeated)
    }

    private func precedes(_ one: Judgement, _ other: Judgement) -> Bool {
        (one.rank, -one.verdict.weight, one.check) < (other.rank, -other.verdict.weight, other.check)
    }

    private func merged(_ deciding: [Judgement]) -> Verdict {
        switch deciding[0].verdict {
        case .holds: return .holds
        case .finding: return .finding
        case .undecidable:
            return .undecidable(missing: Self.sentence(deciding.compactMap(\.missing?.words), joint: "; "))
        case .open:
            let dues = deciding.compactMap { judgement in
                if case .open(let due) = judgement.verdict { due } else { nil }
            }
            return .open(due: dues.max())
        }
    }

    /// All that differ, in order, eight at most: a case with a thousand votes has a reason that can be read.
    private static func sentence(_ parts: [String], joint: String = " ") -> String {
        var seen: Set<String> = []
        let distinct = parts.filter { seen.insert($0).inserted }
        let shown = distinct.prefix(8).joined(separator: joint)
        return distinct.count > 8 ? "\(shown)\(joint)(\(distinct.count - 8) more)" : shown
    }
}

extension Verdict {
    /// Findings over undecidable over open over holds.
    var weight: Int {
        switch self {
        case .finding: 3
        case .undecidable: 2
        case .open: 1
        case .holds: 0
        }
    }
}

import ApprovalEvents
import LedgerCrypto
import MerkleTree
import Oversight
import Verification

extension ComplianceReport {
    /// The report for programs: canonical JSON, `schemas/report.schema.json`.
    public var json: [UInt8] { value.canonicalBytes }

    private var value: JSONValue {
        .object([
            "format": .string(Self.format),
            "generator": .text(Self.generator),
            "framework": .text(framework.rawValue),
            "catalogue": .object([
                "name": .text(framework.catalogue.name), "version": .text(framework.catalogue.version),
            ]),
            "scope": scopeValue,
            "verification": .array(verification.map(\.json)),
            "limits": .array(Self.limits.map { .text($0) }),
            "figures": figuresValue,
            "populations": populationsValue,
            "rules": rulesValue,
            "results": .array((findings + undecidable + open).map { .object($0.json) }),
            "executions": .array(
                authorities.map { .object(["authority": .text($0.kind.rawValue), "figure": .text($0.figure.id)]) }),
            "days": .array(
                days.map { day in
                    .object(["day": .text(day.day), "figures": .array(day.counts.map { .text($0.id) })])
                }),
            "controls": .array(controls.map(\.json)),
        ])
    }

    var scopeValue: JSONValue {
        let scope = evidence.scope
        var object: JSONObject = [
            "origin": .text(origin),
            "size": .count(Int(evidence.head.head.size.value)),
            "root": .text(evidence.head.head.root.hex),
            "log_keys": .array(keys.map { .text($0) }),
            "first": .count(Int(scope.first.value)),
            "end": .count(Int(scope.end.value)),
            "carried_from": .count(Int(scope.carried.lowerBound)),
            "earlier_entries": .count(Int(scope.opening)),
            "state_before": .text(evidence.before == .everything ? "whole log" : "not shown whole"),
        ]
        if let from = scope.from { object["from"] = .string(from.ledgerForm) }
        if let to = scope.to { object["to"] = .string(to.ledgerForm) }
        if let sealed {
            object["first_sealed"] = .text(sealed.first)
            object["last_sealed"] = .text(sealed.last)
        }
        return .object(object)
    }

    /// Every number with its query and the entries behind it: `data/40-results/figures.json` of a package.
    public var figuresValue: JSONValue { .array(figures.map(\.json)) }

    public var populationsValue: JSONValue {
        .array(
            populations.map { population in
                var object: JSONObject = [
                    "id": .text(population.id), "name": .text(population.population.title),
                    "types": .array(population.population.typeNames.map { .text($0) }),
                    "figure": .text(population.figure.id), "count": .count(population.figure.value),
                ]
                if let first = population.figure.entries.first, let last = population.figure.entries.last {
                    object["first"] = .count(Int(first))
                    object["last"] = .count(Int(last))
                }
                return .object(object)
            })
    }

    public var rulesValue: JSONValue {
        .array(
            rules.map { rule in
                .object([
                    "rule": .text(rule.rule), "check": .text(rule.check.description),
                    "question": .text(rule.check.question ?? ""),
                    "tested": .text(rule.tested.id), "holds": .text(rule.holds.id),
                    "finding": .text(rule.findings.id), "undecidable": .text(rule.undecidable.id),
                    "open": .text(rule.open.id),
                ])
            })
    }
}

extension Figure {
    var json: JSONValue {
        .object([
            "id": .text(id), "label": .text(label), "value": .count(value), "query": .text(query),
            "entries": entries.json,
        ])
    }
}

extension Check {
    var json: JSONValue {
        var object: JSONObject = ["id": .text(id), "claim": .text(claim), "outcome": .text(outcome.word)]
        if let reason = outcome.reason { object["reason"] = .text(reason) }
        return .object(object)
    }
}

extension Outcome {
    var word: String {
        switch self {
        case .holds: "holds"
        case .fails: "fails"
        case .notChecked: "not checked"
        }
    }
}

extension CheckResult {
    var missing: String? {
        if case .undecidable(let missing) = verdict { missing } else { nil }
    }

    var due: String? {
        if case .open(let due?) = verdict { due.ledgerForm.string } else { nil }
    }
}

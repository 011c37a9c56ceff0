import ApprovalEvents
import MerkleTree
import Oversight
import Reporting

extension CSVTable {
    /// A population as a table: one row an entry, everything that a sample is drawn or sorted by in a column.
    static func population(_ population: PopulationCount) -> CSVTable {
        var table = CSVTable(header: [
            "entry", "ledgertime_utc", "time_utc", "type", "case", "source", "event_id", "who", "who_kind", "decision",
            "verb", "resource_type", "resource_id", "environment", "action_digest", "authority", "policy",
            "policy_version",
            "policy_rule",
        ])
        for entry in population.entries {
            let event = entry.entry
            let data = EventData(entry.entry)
            table.add(
                [
                    .number(entry.index.value), .text(entry.entry.ledgerTime.ledgerForm.string),
                    .text(event.time.text.string), .text(event.type.string), .text(event.subject?.string ?? ""),
                    .text(event.identity.source.string), .text(event.identity.id.string), .text(data.who("id")),
                    .text(data.who("kind")), .text(data["decision"]), .text(data["action", "verb"]),
                    .text(data["action", "resource", "type"]), .text(data["action", "resource", "id"]),
                    .text(data["action", "resource", "environment"]), .text(data["action_digest"]),
                    .text(data["authority", "kind"]), .text(data["policy", "id"] + data["policy_id"]),
                    .text(data["policy", "version"] + data["version"]), .text(data["policy", "rule"]),
                ])
        }
        return table
    }

    /// Findings, undecidable and open cases, one row each.
    static func exceptions(_ report: ComplianceReport) -> CSVTable {
        var table = CSVTable(header: ["check", "verdict", "case", "reason", "missing_or_due", "entries"])
        for (word, list) in [("finding", report.findings), ("undecidable", report.undecidable), ("open", report.open)] {
            for result in list {
                let extra =
                    switch result.verdict {
                    case .undecidable(let missing): missing
                    case .open(let due): due?.ledgerForm.string ?? ""
                    case .holds, .finding: ""
                    }
                let entries = result.entries.sorted().map { "#\($0.value)" }.joined(separator: " ")
                table.add(
                    [
                        .text(result.check.description), .text(word), .text(result.subject.string),
                        .text(result.reason),
                        .text(extra), .text(entries),
                    ])
            }
        }
        return table
    }

    static func controls(_ report: ComplianceReport, withResults: Bool) -> CSVTable {
        var table = CSVTable(
            header: [
                "control", "title", "asks", "evidence", "test", "rules_served", "rules_not_served_yet", "populations",
            ]
                + (withResults ? ["result", "figures"] : []))
        for row in report.controls {
            let cells = [
                row.id, row.control.title, row.control.says, row.control.evidence, row.control.test,
                row.served.joined(separator: " "),
                row.missing.joined(separator: " "), row.control.populations.joined(separator: " "),
            ]
            let results = withResults ? [row.result, row.figures.joined(separator: " ")] : []
            table.add((cells + results).map { .text($0) })
        }
        return table
    }
}

/// An entry's `data` by member names, as texts: what a table shows of any type. Absent members are empty.
private struct EventData {
    private let data: JSONValue?

    init(_ entry: LedgerEntry) {
        data = entry.attributes["data"]
    }

    subscript(_ path: Text...) -> String {
        var value = data
        for name in path {
            guard case .object(let object) = value else { return "" }
            value = object[name]
        }
        switch value {
        case .string(let text): return text.string
        case .number(let number): return number.integer.map { "\($0)" } ?? ""
        case .bool(let flag): return flag ? "true" : "false"
        case .null, .array, .object, nil: return ""
        }
    }

    /// A member of the principal who did it: whichever of these the type has.
    func who(_ member: Text) -> String {
        let roles: [Text] = ["requester", "reviewer", "executor", "published_by", "invoked_by", "changed_by", "by"]
        return roles.lazy.map { self[$0, member] }.first { !$0.isEmpty } ?? ""
    }
}

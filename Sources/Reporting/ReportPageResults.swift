import ApprovalEvents
import MerkleTree
import Oversight
import Verification

// The sections of the page that state results.
extension ComplianceReport {
    /// A list longer than this is cut on the page, which says where the rest is.
    private static let longest = 500

    var rulesSection: HTML {
        let tested = rules.filter { $0.tested.value > 0 }
        let silent = rules.filter { $0.tested.value == 0 }
        return section(
            "rules", "Results by check",
            el(
                "p", [],
                "Every case of the period is tested, none is drawn. Each number leads to its query and entries."),
            tested.isEmpty
                ? ""
                : Chart.rows(
                    title: "Results by check", labels: tested.map(\.check.description),
                    series: [
                        ("holds", tested.map(\.holds.value)), ("finding", tested.map(\.findings.value)),
                        ("undecidable", tested.map(\.undecidable.value)), ("open", tested.map(\.open.value)),
                    ]),
            table(
                "Results by check",
                head: ["Check", "Question", "Tested", "Holds", "Exceptions", "Undecidable", "Open"],
                rows: rules.map { rule in
                    [
                        .text(rule.check.description), .text(rule.check.question ?? ""), number(rule.tested),
                        number(rule.holds),
                        number(rule.findings), number(rule.undecidable), number(rule.open),
                    ]
                }, numbers: [2, 3, 4, 5, 6]),
            silent.isEmpty
                ? ""
                : el("p", [], .text("Nothing to test for: \(silent.map(\.check.description).joined(separator: ", "))."))
        )
    }

    var exceptionsSection: HTML {
        .list([
            cases("exceptions", "Exceptions", findings, "No case was found against."),
            cases("undecidable", "Undecidable", undecidable, "Every case could be decided."),
            cases("open", "Open", open, "No case is open."),
        ])
    }

    private func cases(_ id: String, _ title: String, _ list: [CheckResult], _ none: String) -> HTML {
        guard !list.isEmpty else { return section(id, title, el("p", [], .text(none))) }
        let rest = list.count - Self.longest
        return section(
            id, title,
            table(
                "\(title): \(list.count)", head: ["Check", "Case", "Reason", "Entries"],
                rows: list.prefix(Self.longest).map { result in
                    let extra = result.missing.map { " Missing: \($0)." } ?? result.due.map { " Due: \($0)." } ?? ""
                    return [
                        .text(result.check.description), .text(result.subject.string), .text(result.reason + extra),
                        .list(result.entries.sorted().flatMap { [entryLink($0), " "] }),
                    ]
                }),
            rest > 0 ? el("p", [], .text("\(rest) more are in the report’s JSON, member `results`.")) : "")
    }

    func entryLink(_ index: LeafIndex) -> HTML {
        cited.contains(index)
            ? el("a", [("href", "#e\(index.value)")], .text("\(index.value)")) : .text("\(index.value)")
    }

    var populationsSection: HTML {
        section(
            "populations", "Populations",
            el(
                "p", [],
                "All entries of a kind in the period, counted over every entry of it. Samples are drawn from these."),
            table(
                "Populations", head: ["Id", "Population", "Types", "Count", "First entry", "Last entry"],
                rows: populations.map { population in
                    [
                        .text(population.id), .text(population.population.title),
                        .text(population.population.typeNames.joined(separator: ", ")),
                        number(population.figure), .text(population.figure.entries.first.map { "\($0)" } ?? "–"),
                        .text(population.figure.entries.last.map { "\($0)" } ?? "–"),
                    ]
                }, numbers: [3, 4, 5]),
            table(
                "Executions by what they ran under", head: ["Authority", "Executions"],
                rows: authorities.map { [.text($0.kind.rawValue), number($0.figure)] }, numbers: [1]),
            el("p", [], .text("Concealed members in these entries: "), number(concealed), ". None is disclosed here."))
    }

    var daysSection: HTML {
        guard !days.isEmpty else { return "" }
        let labels = DayCount.kinds.map(\.label)
        return section(
            "days", "Approvals over time",
            Chart.columns(
                title: "Approvals over time, by day of sealing (UTC)", days: days.map(\.day),
                series: labels.enumerated().map { kind, label in (label, days.map { $0.counts[kind].value }) }),
            table(
                "Approvals over time, by day of sealing (UTC)", head: ["Day"] + labels.map(\.capitalizedFirst),
                rows: days.map { day in [.text(day.day)] + day.counts.map(number) },
                numbers: Set(1...labels.count)))
    }

    var controlsSection: HTML {
        section(
            "controls", "Control matrix",
            el(
                "p", [],
                .text(
                    "\(framework.catalogue.name). The wording is ours. A result is what the rules came to, no judgement."
                )),
            table(
                "Controls, the rules and populations that serve them, and the results",
                head: ["Control", "Asks", "Evidence here", "Test", "Rules", "Populations", "Result"],
                rows: controls.map { row in
                    [
                        .list([
                            .text(row.id),
                            row.control.title.isEmpty ? "" : el("small", [], .text(" \(row.control.title)")),
                            row.control.level.isEmpty ? "" : el("small", [], .text(" \(row.control.level)")),
                        ]),
                        .text(row.control.says), .text(row.control.evidence), .text(row.control.test),
                        .list([
                            .text(row.served.joined(separator: " ")),
                            row.missing.isEmpty
                                ? "" : el("small", [], .text(" not yet: \(row.missing.joined(separator: " "))")),
                        ]),
                        .text(row.control.populations.joined(separator: " ")),
                        row.isServed ? .text(row.result) : el("span", [("class", "none")], .text(row.result)),
                    ]
                }))
    }

    var figuresSection: HTML {
        section(
            "figures", "Figures",
            el("p", [], "Every number above: how it was counted, and the entries behind it."),
            table(
                "Figures", head: ["Id", "Figure", "Value", "Query", "Entries"],
                rows: figures.map { figure in
                    [
                        el("span", [("id", figure.id)], .text(figure.id)), .text(figure.label),
                        .text("\(figure.value)"),
                        .text(figure.query), .text(figure.entries.text()),
                    ]
                }, numbers: [2]))
    }

    /// The entries that exceptions, undecidable and open cases name.
    var cited: Set<LeafIndex> {
        Set(
            (findings.prefix(Self.longest) + undecidable.prefix(Self.longest) + open.prefix(Self.longest)).flatMap(
                \.entries))
    }

    var entriesSection: HTML {
        let known = cited
        let shown = evidence.everything.filter { known.contains($0.index) }
        guard !shown.isEmpty else { return "" }
        return section(
            "entries", "Entries that are cited",
            table(
                "Entries that are cited", head: ["Entry", "Sealed", "Type", "Case", "Source", "Id"],
                rows: shown.map { recorded in
                    let event = recorded.entry
                    return [
                        el("span", [("id", "e\(recorded.index.value)")], .text("\(recorded.index.value)")),
                        .text(recorded.entry.ledgerTime.ledgerForm.string), .text(recorded.shortType),
                        .text(event.subject?.string ?? "–"), .text(event.identity.source.string),
                        .text(event.identity.id.string),
                    ]
                }))
    }
}

import ApprovalEvents

/// One control with what this report gives to it.
public struct ControlRow: Hashable, Sendable {
    public let control: Control
    /// The control's rules that this report evaluated, as `R01`.
    public let served: [String]
    /// Its rules that no version evaluates yet.
    public let missing: [String]
    /// What the rules came to, in words with figure ids.
    public let result: String
    public let figures: [String]

    public var id: String { control.id }
    public var isServed: Bool { !served.isEmpty }
}

extension ComplianceReport {
    /// The framework's controls in the catalogue's order.
    public var controls: [ControlRow] {
        framework.catalogue.controls.map { control in
            let known = RuleBook.rules.map(\.id)
            let served = control.rules.filter(known.contains)
            let results = rules.filter { served.contains($0.rule) }
            return ControlRow(
                control: control, served: served, missing: control.rules.filter { !known.contains($0) },
                result: served.isEmpty ? "not served yet" : Self.words(results),
                figures: results.flatMap { [$0.tested.id, $0.findings.id, $0.undecidable.id, $0.open.id] })
        }
    }

    private static func words(_ results: [RuleResult]) -> String {
        func sum(_ figure: (RuleResult) -> Figure) -> Int { results.reduce(0) { $0 + figure($1).value } }
        let tested = sum(\.tested)
        guard tested > 0 else { return "nothing to test in the period" }
        return
            "\(sum(\.findings)) exceptions, \(sum(\.undecidable)) undecidable and \(sum(\.open)) open of \(tested) tests"
    }
}

extension ControlRow {
    var json: JSONValue {
        .object([
            "id": .text(control.id), "title": .text(control.title), "level": .text(control.level),
            "says": .text(control.says), "evidence": .text(control.evidence), "test": .text(control.test),
            "rules_served": .array(served.map { .text($0) }), "rules_not_served_yet": .array(missing.map { .text($0) }),
            "populations": .array(control.populations.map { .text($0) }), "result": .text(result),
            "figures": .array(figures.map { .text($0) }),
        ])
    }
}

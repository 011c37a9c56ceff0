import ApprovalEvents
import LedgerCrypto
import MerkleTree
import Oversight
import Verification

extension ComplianceReport {
    /// The report for people: one HTML file without script, without anything to load, for screen and print.
    public var html: [UInt8] {
        var page = "<!DOCTYPE html>\n"
        el("html", [("lang", "en")], headElement, bodyElement).write(to: &page)
        return Array(page.utf8)
    }

    private var heading: String { "\(framework.title): approvals from \(period)" }

    private var headElement: HTML {
        el(
            "head", [],
            el("meta", [("charset", "utf-8")]),
            el("meta", [("name", "viewport"), ("content", "width=device-width, initial-scale=1")]),
            // Nothing may load or run, even if escaping had a hole.
            el(
                "meta",
                [
                    ("http-equiv", "Content-Security-Policy"),
                    ("content", "default-src 'none'; style-src 'unsafe-inline'"),
                ]),
            el("meta", [("name", "color-scheme"), ("content", "light dark")]),
            el("title", [], .text("\(heading) – \(origin)")),
            el("style", [], .text(Stylesheet.text)))
    }

    private var bodyElement: HTML {
        el(
            "body", [],
            el("a", [("class", "skip"), ("href", "#main")], "Skip to the results"),
            el("header", [], titleBlock),
            el(
                "main", [("id", "main")],
                summarySection, limitsSection, scopeSection, verificationSection, rulesSection, exceptionsSection,
                populationsSection, daysSection, controlsSection, figuresSection, entriesSection),
            el(
                "footer", [],
                el(
                    "p", [],
                    .text("\(Self.generator) · \(framework.catalogue.name), wording \(framework.catalogue.version)"))))
    }

    private var titleBlock: HTML {
        .list([
            el("p", [("class", "kind")], .text("Evidence report · \(framework.title)")),
            el("h1", [], .text("Approvals recorded in \(origin)")),
            el("p", [("class", "period")], .text(period)),
            el(
                "p", [],
                .text(
                    "This is the operator’s own assertion, with tests that anybody can repeat from the log. It states what "
                        + "the entries show, case by case. It is no opinion on whether a framework is met: that is the "
                        + "auditor’s to form.")),
        ])
    }

    // MARK: Sections

    private var summarySection: HTML {
        let tiles: [(String, Figure, String)] = [
            ("Entries", figures[0], "in the period"),
            ("Exceptions", totals[0], "results against a case"),
            ("Undecidable", totals[1], "results that the entries do not decide"),
            ("Open", totals[2], "results whose time is not over"),
        ]
        return section(
            "summary", "In short",
            el(
                "ul", [("class", "tiles")],
                each: tiles.map { name, figure, explanation in
                    el(
                        "li", [],
                        el("span", [("class", "value")], number(figure)),
                        el("strong", [], .text(name)), el("span", [], .text(explanation)))
                }),
            el(
                "p", [],
                .text(
                    "Rules evaluated: \(RuleBook.rules.map { "\($0.id) (\($0.name))" }.joined(separator: ", ")). "
                        + "Rules not evaluated yet: "
                        + RuleBook.pending.joined(separator: ", ") + ".")))
    }

    private var limitsSection: HTML {
        let missing = verification.compactMap { check -> String? in
            guard case .notChecked(let reason) = check.outcome else { return nil }
            return "Not checked: \(check.claim): \(reason)."
        }
        return section(
            "limits", "What this report cannot show",
            el("ul", [], each: (Self.limits + missing).map { el("li", [], .text($0)) }),
            el(
                "p", [],
                .text(
                    "Whether the log showed other readers another history is for witnesses to say: see what "
                        + "countersign-verify prints under your own trust file.")))
    }

    private var scopeSection: HTML {
        let scope = evidence.scope
        let rows: [(String, String)] = [
            ("Log", origin),
            ("Log keys, ids", keys.joined(separator: ", ")),
            ("Head", "\(evidence.head.head.size) entries, root \(evidence.head.head.root.hex)"),
            ("Period", period),
            ("Entries of the period", scope.first == scope.end ? "none" : "\(scope.first) to \(scope.end.value - 1)"),
            ("Sealed", sealed.map { "\($0.first) to \($0.last)" } ?? "nothing"),
            (
                "Before the period",
                evidence.before == .everything
                    ? "every earlier entry was read"
                    : "\(scope.lead) entries directly before and \(scope.opening) earlier ones were read; others may matter"
            ),
            ("Made by", Self.generator),
        ]
        return section(
            "scope", "Scope",
            table("What this report is about", head: ["Item", "Value"], rows: rows.map { [.text($0.0), .text($0.1)] }))
    }

    private var verificationSection: HTML {
        section(
            "verification", "Checks of the evidence",
            table(
                "Made before a single number was counted", head: ["Claim", "Outcome", "Why"],
                rows: verification.map { check in
                    [
                        .text(check.claim.capitalizedFirst), outcome(check.outcome.word),
                        .text(check.outcome.reason ?? ""),
                    ]
                }))
    }

    func section(_ id: String, _ title: String, _ content: HTML...) -> HTML {
        el(
            "section", [("aria-labelledby", id)],
            each: [el("h2", [("id", id)], .text(title))] + content)
    }

    func outcome(_ word: String) -> HTML {
        el("span", [("class", "word \(word.filter { $0 != " " })")], .text(word))
    }

    /// A number with the way to what is behind it.
    func number(_ figure: Figure) -> HTML {
        el("a", [("href", "#\(figure.id)"), ("title", "\(figure.id): \(figure.query)")], .text("\(figure.value)"))
    }
}

extension String {
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

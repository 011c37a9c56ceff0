import ApprovalEvents
import LedgerCrypto
import MerkleTree
import Oversight
import Reporting
import TestLog
import Testing
import Verification

@Suite("A report") struct ReportTests {
    let log: TestLog
    let evidence: VerifiedEvidence
    let report: ComplianceReport
    let day1 = TestLog.start + TestLog.day
    let day2 = TestLog.start + 2 * TestLog.day

    init() throws {
        log = try TestLog.threeDays()
        evidence = try #require(try log.evidence())
        report = ComplianceReport(evidence: evidence, framework: .soc2)
    }

    func figure(_ label: String) throws -> Figure {
        try #require(report.figures.first { $0.label == label })
    }

    @Test("counts each population over every entry, and names the entries") func populations() throws {
        #expect(report.populations.map(\.id) == (1...9).map { "P\($0)" })
        let counts = report.populations.map(\.figure.value)
        #expect(counts == [5, 5, 5, 0, 0, 0, 0, 0, 4])
        for population in report.populations {
            #expect(Array(population.figure.entries.ranges.joined()) == population.entries.map(\.index.value))
            for entry in population.entries {
                #expect(VocabularyType(entry.entry.type).flatMap { Population(of: $0) }?.id == population.id)
            }
        }
        let rest = try figure("Entries in no population").value
        #expect(counts.reduce(rest, +) == log.entries.count)
    }

    @Test("finds the self-approval and the changed action, and nothing against the good cases") func findings() {
        let found = Set(report.findings.map { "\($0.check) \($0.subject)" })
        #expect(found.contains("R03.1 apr_self"))
        #expect(found.contains("R02.1 apr_changed"))
        #expect(!found.contains { $0.contains("_good") })
    }

    @Test("adds up: what is tested holds, is found against, undecidable or open") func sums() {
        for rule in report.rules {
            let parts = [rule.holds, rule.findings, rule.undecidable, rule.open].map(\.value)
            #expect(rule.tested.value == parts.reduce(0, +), "\(rule.check)")
        }
        #expect(report.rules.map(\.findings.value).reduce(0, +) == report.findings.count)
    }

    @Test("gives every number an id of its own, a query and its entries") func figures() {
        #expect(report.figures.map(\.id) == (1...report.figures.count).map { "F\($0)" })
        #expect(report.figures.allSatisfy { !$0.query.isEmpty && ($0.value == 0) == $0.entries.ranges.isEmpty })
    }

    @Test("is the same bytes each time") func deterministic() throws {
        let again = ComplianceReport(evidence: try #require(try log.evidence()), framework: .soc2)
        #expect(again.json == report.json)
        #expect(again.html == report.html)
    }

    @Test("of one day holds that day's cases alone") func oneDay() throws {
        let part = ComplianceReport(evidence: try #require(try log.evidence(from: day1, to: day2)), framework: .soc2)
        #expect(part.findings.map(\.subject) == ["apr_self"])
        #expect(part.populations[0].figure.value == 2)
        #expect(part.days.map(\.day) == ["2026-09-30"])
    }

    @Test("says `holds` of no separation where the time before is not shown whole") func unknownBefore() throws {
        let part = try #require(try log.evidence(from: day1, to: day2, wholeLead: false))
        let report = ComplianceReport(evidence: part, framework: .soc2)
        for rule in report.rules where rule.check.rule == 3 { #expect(rule.holds.value == 0, "\(rule.check)") }
        #expect(String(decoding: report.html, as: UTF8.self).contains("nothing shows that none of them matters"))
    }

    @Test("maps every control of the framework, and says what is not served", arguments: Framework.allCases)
    func controls(framework: Framework) {
        let report = ComplianceReport(evidence: evidence, framework: framework)
        #expect(Set(report.controls.map(\.id)).count == report.controls.count)
        #expect(report.controls.contains { $0.isServed } && report.controls.contains { $0.result == "not served yet" })
        #expect(report.controls.count == (framework == .soc2 ? 26 : 96))
    }

    @Test("calls nobody compliant, in any framework", arguments: Framework.allCases)
    func words(framework: Framework) {
        let report = ComplianceReport(evidence: evidence, framework: framework)
        for bytes in [report.html, report.json] {
            let text = String(decoding: bytes, as: UTF8.self).lowercased()
            #expect(!text.contains("compliant") && !text.contains("compliance"))
        }
    }

    @Test("prints the limits before any result") func limits() throws {
        let page = String(decoding: report.html, as: UTF8.self)
        let limits = try #require(page.firstRange(of: "What this report cannot show"))
        let rules = try #require(page.firstRange(of: "Results by check"))
        #expect(limits.lowerBound < rules.lowerBound)
        for limit in ComplianceReport.limits { #expect(page.contains(limit.replacing("'", with: "&#39;"))) }
    }

    @Test("of an empty period can be read") func empty() throws {
        var log = try TestLog()
        try log.mark(day1)
        try log.mark(day2)
        let part = try #require(try log.evidence(from: day1, to: day2))
        let report = ComplianceReport(evidence: part, framework: .fedramp)
        #expect(report.figures[0].value == 1)
        #expect(!report.html.isEmpty && !report.json.isEmpty)
    }
}

@Suite("The page") struct PageTests {
    let page: String
    let report: ComplianceReport

    init() throws {
        var log = try TestLog.threeDays()
        let time = TestLog.start + 3 * TestLog.day + TestLog.hour
        for event in try Story.approval(
            Story.hostile, reviewer: "okta:dana", resource: Story.hostile, ran: "other", time: time)
        {
            try log.append(event)
        }
        report = ComplianceReport(evidence: try #require(try log.evidence()), framework: .soc2)
        page = String(decoding: report.html, as: UTF8.self)
    }

    @Test("runs nothing that an event says") func escaped() {
        #expect(report.findings.contains { $0.subject == Story.hostile }, "the hostile case is on the page")
        #expect(page.contains("&lt;script&gt;alert(1)"))
        for part in ["<script", "<img", "\u{202E}", "javascript:"] {
            #expect(!page.contains(part), "\(part)")
        }
        #expect(page.contains("⟨U+202E⟩"))
        #expect(page.firstMatch(of: /<[a-z][^>]*[ ](src|on[a-z]+|style)=/) == nil, "no element carries code")
    }

    @Test("loads nothing") func selfContained() {
        for part in ["http://", "https://", "url(", "@import", "<link", "<iframe", "<object", "<form"] {
            #expect(!page.contains(part), "\(part)")
        }
        #expect(page.contains("default-src &#39;none&#39;"))
    }

    @Test("is well formed: every element ends, every link leads somewhere, no id is there twice") func form() {
        var open: [Substring] = []
        var ids: [Substring] = []
        var links: [Substring] = []
        for tag in page.matches(of: /<(\/?)([a-z0-9]+)([^>]*)>/) {
            let (closes, name, attributes) = (!tag.1.isEmpty, tag.2, tag.3)
            if let id = attributes.firstMatch(of: /[ ]id="([^"]*)"/) { ids.append(id.1) }
            if let link = attributes.firstMatch(of: /href="#([^"]*)"/) { links.append(link.1) }
            if closes {
                #expect(open.popLast() == name)
            } else if !["meta", "br", "hr"].contains(name) {
                open.append(name)
            }
        }
        #expect(open.isEmpty)
        #expect(Set(ids).count == ids.count)
        #expect(Set(links).isSubset(of: Set(ids)), "\(Set(links).subtracting(ids))")
    }

    @Test("can be used without seeing it: language, landmarks, captions, headers, a name for each drawing")
    func accessible() {
        #expect(page.contains("<html lang=\"en\">") && page.contains("<main id=\"main\">") && page.contains("<header>"))
        let tables = page.matches(of: /<table[ >]/).count
        #expect(page.matches(of: /<caption>/).count == tables)
        #expect(page.matches(of: /<thead>/).count == tables)
        #expect(page.matches(of: /<svg role="img"/).count == 2)
        #expect(page.matches(of: /<svg [^>]*><title>/).count == 2)
    }

    @Test("prints only numbers that are figures where it counts") func numbers() {
        let values = Dictionary(uniqueKeysWithValues: report.figures.map { ($0.id, "\($0.value)") })
        let cells = page.matches(of: /<td class="n"><a href="#(F\d+)" title="[^"]*">(\d+)<\/a>/)
        #expect(!cells.isEmpty)
        for cell in cells { #expect(values[String(cell.1)] == String(cell.2)) }
    }
}

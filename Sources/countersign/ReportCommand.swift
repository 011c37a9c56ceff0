import ApprovalEvents
import ArgumentParser
import EvidencePackages
import Foundation
import Reporting
import SignedNotes
import Verification

struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Build a report (HTML and JSON) from verified evidence alone.",
        discussion: """
            The evidence is a package or an extract that `countersign export` wrote, or a period of a ledger (--data or \
            --server, --from, --to). It is verified first; nothing unverified enters a report.

            Examples:

              countersign report q3.zip --trust trust --framework fedramp --out report
              countersign report --data ledger \\
                --from 2026-07-01 --to 2026-10-01 --framework soc2 --out report
            """
    )

    @Argument(help: "An evidence package or an extract.")
    var evidence: String?

    @OptionGroup var source: SourceOptions
    @OptionGroup var period: PeriodOptions

    @Option(help: "soc2 or fedramp.")
    var framework: String

    @Option(name: .shortAndLong, help: ArgumentHelp("Folder for index.html and report.json.", valueName: "DIR"))
    var out: String

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let framework = try Self.framework(named: framework)
        guard let evidence = try await verdict().evidence else {
            throw CommandFailure.failed("no report: there is no evidence in it")
        }
        let report = ComplianceReport(evidence: evidence, framework: framework)
        try Files.makeFolder(out)
        try Files.write(report.html, to: out + "/index.html")
        try Files.write(report.json + [UInt8(ascii: "\n")], to: out + "/report.json")
        output.print(summary(report, entries: evidence.entries.count), or: words(report, evidence.entries.count))
    }

    private func words(_ report: ComplianceReport, _ entries: Int) -> String {
        """
        wrote \(out)/index.html and \(out)/report.json
        \(report.findings.count) findings, \(report.undecidable.count) undecidable, \(report.open.count) open, \
        of \(entries) entries
        """
    }

    private func summary(_ report: ComplianceReport, entries: Int) -> JSONObject {
        [
            "framework": .text(framework), "html": .text(out + "/index.html"), "report": .text(out + "/report.json"),
            "entries": .count(entries), "findings": .count(report.findings.count),
            "undecidable": .count(report.undecidable.count), "open": .count(report.open.count),
        ]
    }

    static func framework(named name: String) throws -> Framework {
        guard let framework = Framework(rawValue: name) else {
            let known = Framework.allCases.map(\.rawValue).joined(separator: " or ")
            throw CommandFailure.usage("--framework is \(known), not \(name)")
        }
        return framework
    }

    private func verdict() async throws -> ExtractVerdict {
        switch (evidence, source.namesLedger) {
        case (let file?, false):
            guard period.isWhole else {
                throw CommandFailure.usage("--from and --to cut a ledger; a file of evidence is of one period")
            }
            var check = ExtractCheck(trust: try source.trustPolicy(), keepsEntries: true)
            try check.take(try Self.extract(in: file))
            return try check.finish()
        case (nil, true):
            var check = ExtractCheck(trust: try source.trustPolicy(), keepsEntries: true)
            _ = try await source.extraction().read(period) { try check.take($0) }
            return try check.finish()
        default:
            throw CommandFailure.usage("name either a file of evidence, --data DIR or --server URL")
        }
    }

    /// A package begins as every ZIP archive does; anything else is taken for an extract.
    private static func extract(in file: String) throws -> [UInt8] {
        let bytes = try Files.read(file)
        guard bytes.starts(with: Array("PK".utf8)) else { return bytes }
        do {
            if let extract = try EvidencePackage(archive: bytes).extract { return extract }
        } catch {
            throw CommandFailure.failed("\(file) is no evidence package: \(error)")
        }
        throw CommandFailure.failed("\(file) is no evidence package: a file of data/10-ledger is missing")
    }
}

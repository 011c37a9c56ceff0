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
            The evidence is a package or an extract that `countersign export` wrote, or a period of a ledger on this
            machine (--data, --from, --to). It is verified first; nothing unverified enters a report.

            Example: countersign report q3.zip --framework fedramp --trust trust --out report
                     countersign report --data ledger --from 2026-07-01 --to 2026-10-01 --framework soc2 --out report
            """
    )

    @Argument(help: "An evidence package or an extract.")
    var evidence: String?

    @Option(help: ArgumentHelp("A ledger's directory, instead of a file.", valueName: "DIR"))
    var data: String?

    @Option(
        help: ArgumentHelp("File whose first line opens the signing key, where it has a passphrase.", valueName: "FILE")
    )
    var passphraseFile: String?

    @OptionGroup var period: PeriodOptions

    @Option(help: "soc2 or fedramp.")
    var framework: String

    @Option(help: ArgumentHelp("Trust file; with --data the ledger's own is the default.", valueName: "TRUST"))
    var trust: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("Folder for index.html and report.json.", valueName: "DIR"))
    var out: String

    func run() async throws {
        let framework = try Self.framework(named: framework)
        let (extract, trust) = try await source()
        var verifier = ExtractVerifier(trust: trust)
        do {
            var splitter = LineSplitter()
            try splitter.read(extract) { verifier.read(line: $0) }
            try splitter.finish()
        } catch {
            throw CommandFailure.failed("the evidence breaks off: \(error)")
        }
        let verdict = verifier.finish()
        guard let evidence = verdict.evidence, verdict.report.verdict != .fails else {
            throw CommandFailure.failed("no report: \(EvidencePackage.Failure.notEvidence(verdict.report))")
        }
        let report = ComplianceReport(evidence: evidence, framework: framework)
        try Files.makeFolder(out)
        try Files.write(report.html, to: out + "/index.html")
        try Files.write(report.json + [UInt8(ascii: "\n")], to: out + "/report.json")
        print("wrote \(out)/index.html and \(out)/report.json")
        print(
            "\(report.findings.count) findings, \(report.undecidable.count) undecidable, \(report.open.count) open, of "
                + "\(evidence.entries.count) entries")
    }

    static func framework(named name: String) throws -> Framework {
        guard let framework = Framework(rawValue: name) else {
            let known = Framework.allCases.map(\.rawValue).joined(separator: " or ")
            throw CommandFailure.usage("--framework is \(known), not \(name)")
        }
        return framework
    }

    private func source() async throws -> (extract: [UInt8], trust: TLogPolicy) {
        switch (evidence, data) {
        case (let file?, nil):
            guard let trust else {
                throw CommandFailure.usage("--trust is missing: a report from a file is made under your own trust file")
            }
            return (try Self.extract(in: file), try LedgerDirectory(path: "").trust(trust))
        case (nil, let data?):
            let directory = LedgerDirectory(path: data)
            let passphrase = try passphraseFile.map { Array(try Files.readSecret($0).utf8) }
            let extract = try await Extraction(directory: directory, passphrase: passphrase).extract(period)
            return (extract, try directory.trust(trust))
        default:
            throw CommandFailure.usage("name either a file of evidence or --data DIR")
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

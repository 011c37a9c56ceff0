import ApprovalEvents
import ArgumentParser
import EvidencePackages
import Foundation
import Reporting
import Verification

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Export a period as an evidence package that an auditor verifies offline.",
        discussion: """
            Reads at the published head, the server running or not. The package holds every entry of the period with
            the proof that none is missing, the report, and how to check both. What it claims is verified here under
            the trust file before it is written.

            Example: countersign export --data ledger --from 2026-07-01 --to 2026-10-01 --framework soc2 --out q3.zip
            """
    )

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var period: PeriodOptions

    @Option(help: "The report's framework: soc2 or fedramp.")
    var framework = "soc2"

    @Option(
        help: ArgumentHelp("A text that the auditor chose, to show that the package was made after.", valueName: "TEXT")
    )
    var nonce: String?

    @Flag(help: "Write the bare extract (schemas/extract.md) instead of a package.")
    var extractOnly = false

    @Option(name: .shortAndLong, help: ArgumentHelp("File to write.", valueName: "FILE"))
    var out: String

    func run() async throws {
        let framework = try ReportCommand.framework(named: framework)
        let extraction = Extraction(directory: ledger.directory, passphrase: try ledger.passphrase())
        let extract = try await extraction.extract(period)
        let trust = try ledger.directory.trust()
        do {
            let package = try EvidencePackage(
                extract: extract, trust: trust, framework: framework, nonce: nonce.map { Text($0) })
            try Files.write(extractOnly ? extract : try package.archive(), to: out)
        } catch let error as EvidencePackage.Failure {
            throw CommandFailure.failed("this is no evidence, and nothing was written: \(error)")
        }
        print("wrote \(out)")
    }
}

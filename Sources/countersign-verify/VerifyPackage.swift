import ApprovalEvents
import ArgumentParser
import EvidencePackages
import Oversight
import Reporting
import SignedNotes
import Verification

struct VerifyPackage: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "package",
        abstract: "Checks an evidence package: files, signature, entries, and every number in it.",
        discussion: """
            PATH is the ZIP file, or the folder that it was unpacked to. The report is made again from the entries and must \
            have the same bytes, so no number has to be believed.

            A package that reports exceptions is a good package: exit code 0. For a gate in a pipeline, ask otherwise:

              countersign-verify package evidence.zip --trust ledger.trust --fail-on-exceptions

            With --tsa-ca the package's head must have been stamped by a time authority under that file's certificates.
            """)

    @Argument(help: "The package, or the folder that holds its bagit.txt.")
    var path: String

    @OptionGroup var common: CommonOptions
    @OptionGroup var later: LaterOptions
    @OptionGroup var timestamps: TimestampReaderOptions

    @Option(name: .long, help: "The nonce that you gave the operator before the package was made.")
    var nonce: String?

    @Flag(name: .long, help: "Exit with 3 where everything holds and the package reports exceptions.")
    var failOnExceptions = false

    /// A package is read whole; this is what the archive's own form allows.
    private static let largest = 4 << 30

    func run() throws {
        let trust = try common.readTrust()
        let roots = try timestamps.readRoots()
        let files = try Files.isDirectory(path) ? nil : try Files.read(path, limit: Self.largest)
        let later = try later.read()
        common.announce(trust)
        let package: EvidencePackage
        do {
            package = try files.map { try EvidencePackage(archive: $0) } ?? readFolder()
        } catch let failure as ZipArchive.Failure {
            let check = Check("archive", "the file is an evidence package", .fails(reason: failure.description))
            let answer = Answer(policy: trust, report: VerificationReport([check]), what: "package")
            answer.print(asJSON: common.json)
            return try answer.end()
        }
        let verdict = package.verify(
            under: trust, through: later, nonce: nonce.map { Text($0) }, timestampRoots: roots)
        var answer = Answer(
            policy: trust, report: verdict.report, what: "package", failsOnExceptions: failOnExceptions)
        if let content = verdict.content {
            answer.exceptions = content.findings.count
            answer.details["exceptions"] = .number(JSONNumber(Int64(content.findings.count)))
            answer.details["undecidable"] = .number(JSONNumber(Int64(content.undecidable.count)))
            answer.details["open"] = .number(JSONNumber(Int64(content.open.count)))
        }
        answer.print(asJSON: common.json)
        if !common.json, let content = verdict.content { Self.summarize(content) }
        try answer.end()
    }

    private func readFolder() throws -> EvidencePackage {
        var files: [String: [UInt8]] = [:]
        for file in try Files.tree(path) { files[file] = try Files.read("\(path)/\(file)", limit: Self.largest) }
        return EvidencePackage(found: files, folder: path)
    }

    /// What the package reports, after what it is worth.
    private static func summarize(_ content: ComplianceReport) {
        let (found, undecidable, open) = (content.findings, content.undecidable.count, content.open.count)
        Terminal.say("")
        Terminal.say("it reports \(found.count) exceptions, \(undecidable) undecidable and \(open) open cases")
        for result in found.prefix(20) {
            let entries = result.entries.map { "\($0)" }.joined(separator: ", ")
            Terminal.say(
                "  \(result.check) \(Terminal.plain(result.subject.string)): \(Terminal.plain(result.reason)) (entries \(entries))"
            )
        }
        if found.count > 20 { Terminal.say("  and \(found.count - 20) more, in data/40-results/exceptions.csv") }
    }
}

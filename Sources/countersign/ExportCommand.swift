import ApprovalEvents
import ArgumentParser
import EvidencePackages
import Foundation
import LedgerCrypto
import MerkleTree
import Reporting
import SignedNotes
import Verification

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Export a period as an evidence package that an auditor verifies offline.",
        discussion: """
            Reads the files of a ledger at the published head, its server running or not (--data), or asks a server \
            (--server, with a token of the role read; `--to now` takes the role audit, for it cuts a mark). The package \
            holds every entry of the period with the proof that none is missing, the report, and how to check both. \
            What it claims is verified here under the trust file before it is written.

            Where the head was stamped by a time authority, the package gets the timestamp; with --timestamp-authority \
            a head that was not is stamped for it.

            Examples:

              countersign export --data ledger \\
                --from 2026-07-01 --to 2026-10-01 --framework soc2 --out q3.zip
              countersign export --server https://ledger.example.com \\
                --token-file auditor.token --trust trust \\
                --from 2026-07-01 --to 2026-10-01 --framework soc2 --out q3.zip
            """
    )

    @OptionGroup var source: SourceOptions
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

    @OptionGroup var timestamps: TimestampOptions
    @OptionGroup var output: OutputOptions

    /// A ZIP archive has less than 4 GiB.
    private static let mostBytes = 4 << 30

    func run() async throws {
        let framework = try ReportCommand.framework(named: framework)
        let extraction = try source.extraction()
        let trust = try source.trustPolicy()
        let authority = try timestamps.authority()
        let file = try NewFile(out)
        let header =
            extractOnly
            ? try await writeExtract(extraction, trust, to: file)
            : try await writePackage(extraction, trust, framework, authority, to: file)
        let digest = try file.commit()
        output.print(summary(header, digest), or: "wrote \(out)")
    }

    /// Nothing but hashes is held of it, however long it is.
    private func writeExtract(
        _ extraction: Extraction, _ trust: TLogPolicy, to file: NewFile
    ) async throws -> ExtractHeader {
        var check = ExtractCheck(trust: trust, keepsEntries: false)
        let header = try await extraction.read(period) { piece in
            try file.append(piece)
            try check.take(piece)
        }
        _ = try check.finish()
        return header
    }

    private func writePackage(
        _ extraction: Extraction, _ trust: TLogPolicy, _ framework: Framework, _ authority: TimestampAuthority?,
        to file: NewFile
    ) async throws -> ExtractHeader {
        var extract: [UInt8] = []
        let header = try await extraction.read(period) { piece in
            guard extract.count + piece.count < Self.mostBytes else {
                throw CommandFailure.failed(
                    "no package holds 4 GiB or more; --extract-only writes an extract of any length")
            }
            extract += piece
        }
        do {
            var package = try EvidencePackage(
                extract: extract, trust: trust, framework: framework, nonce: nonce.map { Text($0) })
            let checkpoint = try Checkpoint(
                parsing: try SignedNote(parsing: Array(header.note.string.utf8)).text)
            if let answer = try await extraction.timestamp(of: checkpoint, authority) {
                package = try package.adding(timestamp: answer, of: checkpoint.head, origin: checkpoint.origin)
            }
            try package.writeArchive { try file.append($0) }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure.failed("this is no evidence, and nothing was written: \(error)")
        }
        return header
    }

    private func summary(_ header: ExtractHeader, _ digest: Digest) -> JSONObject {
        var object: JSONObject = [
            "kind": extractOnly ? "extract" : "package", "file": .text(out), "sha256": .text(digest.hex),
            "origin": .string(header.origin), "first": .count(header.first.value), "end": .count(header.end.value),
            "entries": .count(header.end.value - header.first.value),
        ]
        if let from = header.from { object["from"] = .string(from.ledgerForm) }
        if let to = header.to { object["to"] = .string(to.ledgerForm) }
        if let note = try? SignedNote(parsing: Array(header.note.string.utf8)),
            let head = try? Checkpoint(parsing: note.text).head
        {
            object["size"] = .count(head.size.value)
            object["root"] = .text(head.root.hex)
        }
        return object
    }
}

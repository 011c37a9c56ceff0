import ApprovalEvents
import ArgumentParser
import Foundation
import LedgerCrypto
import MerkleTree
import SignedNotes

struct MirrorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mirror",
        abstract: "Keep a full, verified copy of a log in tile form.",
        discussion: """
            Takes what is new since the last run: run it from cron. Every file is checked against the log's \
            signed head before it is written, and the copy's checkpoint moves last, so that the folder is a \
            whole log at any time: `countersign-verify log DIR` reads it, and any web server may serve it. A log \
            that does not continue the copy is refused, and what proves it is kept in DIR.fork.

            Entries are for those who may read: without a token that the log accepts, hashes alone are copied.

            Example:

              countersign mirror https://approvals.example.com copy \\
                --trust trust --token-file auditor.token

            Exit codes: 0 the copy is the served head's; 1 the log is not what it signed; 2 it could not be \
            asked; 4 not reached, or the head has not the cosignatures that the trust file asks for: run again.
            """
    )

    @Argument(help: ArgumentHelp("Where the log is served: an address, or a folder of tiles.", valueName: "URL"))
    var source: String

    @Argument(help: ArgumentHelp("The copy's folder.", valueName: "DIR"))
    var folder: String

    @Option(help: ArgumentHelp("Your trust file for the log.", valueName: "FILE"))
    var trust: String

    @Option(help: ArgumentHelp("File whose first line is a bearer token with the role read.", valueName: "FILE"))
    var tokenFile: String?

    @Flag(help: "Print the summary as JSON.")
    var json = false

    func run() async throws {
        let policy = try LedgerDirectory.trust(file: trust)
        let token = try tokenFile.map(Files.readToken)
        let folder = try MirrorFolder(folder)
        let summary = try await TileSource.with(source, token: token) { source in
            let mirror = Mirror(source: source, folder: folder, trust: policy)
            var progress = ProgressLine("entries copied")
            defer { progress.finish() }
            do {
                return try await mirror.run { progress.show(Int($0)) }
            } catch {
                throw failure(error, folder)
            }
        }
        if !summary.hasEntries {
            guard token == nil else {
                throw CommandFailure.usage("the log does not accept the token for entries: hashes alone were copied")
            }
            Terminal.note("the log shows its entries to callers with a token alone: hashes were copied, no entries")
        }
        print(json ? Self.line(summary) : Self.sentence(summary, folder.path))
    }

    private func failure(_ error: any Error, _ folder: MirrorFolder) -> any Error {
        switch error {
        case let failure as TileSource.Failure: return CommandFailure(failure)
        case let wrong as VerifiedTiles.Wrong:
            return CommandFailure.failed("the log serves what it did not sign: \(wrong.what): \(wrong.reason)")
        case NoteError.quorumMissed(let what): return CommandFailure.notReached("\(what): run again later")
        case let error as NoteError:
            return CommandFailure.failed("the served head is not the trusted log's: \(error)")
        case let misbehaviour as Misbehaviour:
            do {
                let place = try misbehaviour.keep(below: folder.path + ".fork")
                return CommandFailure.failed("\(misbehaviour.sentence); both heads are kept in \(place)")
            } catch {
                return CommandFailure.failed("\(misbehaviour.sentence); its proof could not be kept: \(error)")
            }
        default: return error
        }
    }

    private static func sentence(_ summary: Mirror.Summary, _ path: String) -> String {
        "\(path): \(summary.origin), size \(summary.head.size), \(summary.written) files written, \(summary.kept) kept"
    }

    private static func line(_ summary: Mirror.Summary) -> String {
        let object: JSONObject = [
            "origin": .string(Text(summary.origin)),
            "size": .number(JSONNumber(Int64(clamping: summary.head.size.value))),
            "root": .string(Text(summary.head.root.hex)), "written": .number(JSONNumber(Int64(summary.written))),
            "kept": .number(JSONNumber(Int64(summary.kept))), "entries": .bool(summary.hasEntries),
        ]
        return String(decoding: JSONValue.object(object).canonicalBytes, as: UTF8.self)
    }
}

extension CommandFailure {
    /// Whether the log is to blame, or nobody was asked.
    init(_ failure: TileSource.Failure) {
        switch failure {
        case .notReached(let what): self = .notReached("\(what): run again later")
        case .refused(let what): self = .usage(what)
        case .missing(let what): self = .failed("the log does not serve what its head needs: \(what)")
        case .malformed(let what): self = .failed("the log serves what is no part of it: \(what)")
        }
    }
}

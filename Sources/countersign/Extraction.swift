import ApprovalEvents
import Foundation
import LedgerCrypto
import LedgerEngine
import LedgerHTTP
import LogFiles
import MerkleTree
import SignedNotes
import Verification

/// Cuts the extract of a period out of a ledger. The bytes are the same from either place (`LogExtract`).
enum Extraction {
    /// A ledger on this machine, its server running or not.
    case files(LedgerDirectory, passphrase: [UInt8]?)
    case server(ServerClient)

    /// Hands the extract (`schemas/extract.md`) on, piece by piece.
    ///
    /// - Returns: its header, as it came: nothing is verified here.
    func read(_ period: PeriodOptions, _ take: ([UInt8]) throws -> Void) async throws -> ExtractHeader {
        let (from, to) = try period.parsed()
        var follower = ExtractFollower()
        switch self {
        case .files(let directory, let passphrase):
            try directory.requireLedger()
            do {
                let local = LocalPeriod(directory: directory, passphrase: passphrase)
                var extract = try await local.extract(from: from, to: to)
                while let piece = try extract.next() {
                    try take(piece)
                    follower.see(piece)
                }
            } catch let failure as CommandFailure {
                throw failure
            } catch let error as ExtractPlanError {
                throw CommandFailure.failed(Self.words(error))
            } catch {
                throw CommandFailure.failed("\(directory.path): \(error)")
            }
        case .server(let client):
            let end = if let to { to } else { try await Self.cutMark(client) }
            let begin = from.map { "from=\($0.ledgerForm)&" } ?? ""
            try await client.stream("/v1/evidence?\(begin)to=\(end.ledgerForm)") { piece in
                try take(piece)
                follower.see(piece)
            }
        }
        return try follower.finish()
    }

    /// A time authority's answer for a head: the one that the ledger has, or a new one; nil where there is neither.
    func timestamp(of checkpoint: Checkpoint, _ authority: TimestampAuthority?) async throws -> [UInt8]? {
        let imprint = Digest.sha256(checkpoint.formatted)
        guard let answer = try await keptTimestamp(of: checkpoint.head.size) else {
            return try await authority?.stamp(imprint).der
        }
        do {
            try TimestampToken(parsing: answer).requireImprint(imprint)
            return answer
        } catch {
            throw CommandFailure.failed("the ledger's timestamp of its head is none: \(error)")
        }
    }

    private func keptTimestamp(of size: TreeSize) async throws -> [UInt8]? {
        switch self {
        case .files(let directory, _): return try directory.timestamps.answer(for: size)
        case .server(let client):
            let answer = try await client.get("/v1/timestamps/\(size)")
            return answer.status == 200 ? answer.body : nil
        }
    }

    private static func words(_ error: ExtractPlanError) -> String {
        switch error {
        case .noMark: "\(error), and a period is cut at marks: name a midnight (UTC) that has passed, or `now`"
        case .endsBeforeLog, .emptyLog, .reversed: "\(error)"
        }
    }

    /// A boundary that is now.
    private static func cutMark(_ client: ServerClient) async throws -> Timestamp {
        let answer = try await client.post("/v1/marks", contentType: "application/json", body: [])
        guard answer.status == 201 else {
            let why = ReportedProblem.parse(answer.body).lines.joined(separator: "\n")
            let hint = answer.status == 403 ? "\nOr name a midnight (UTC) that has passed: --to 2026-10-01" : ""
            throw CommandFailure.failed("no mark was cut for `--to now`: \(why)\(hint)")
        }
        guard case .object(let mark)? = try? JSONValue(parsing: answer.body, maxDepth: 2),
            case .string(let text)? = mark["at"], let at = Timestamp(text)
        else { throw CommandFailure.failed("the server cut a mark and did not say at what time") }
        return at
    }
}

/// A period in the files of a ledger.
private struct LocalPeriod {
    let directory: LedgerDirectory
    let passphrase: [UInt8]?

    /// Reads at the published head. The log grows by a mark only where the period's end needs one.
    func extract(from: Timestamp?, to: Timestamp?) async throws -> LogExtract {
        guard let to else { return try await extractUpToNow(from) }
        let reader = try reader()
        do {
            return try LogExtract(from: from, to: to, in: reader)
        } catch ExtractPlanError.noMark(let time) {
            guard try isOwed(time, in: reader) else { throw ExtractPlanError.noMark(time) }
            _ = try await cutMark()
            return try LogExtract(from: from, to: to, in: self.reader())
        }
    }

    private func extractUpToNow(_ from: Timestamp?) async throws -> LogExtract {
        let mark = try await cutMark()
        return try LogExtract(from: from, to: mark, in: reader())
    }

    private func reader() throws -> LedgerReader { try LedgerReader(directory.publishedLog()) }

    /// Whether the time passed while nobody wrote: midnights that were missed are marked before the next entry.
    private func isOwed(_ time: Timestamp, in reader: LedgerReader) throws -> Bool {
        let newest = try reader.entry(at: LeafIndex(reader.published.size.value - 1)).ledgerTime
        return newest < time && time.milliseconds <= SystemClock().now().wall
    }

    /// Asks the ledger for a mark: of the running server, or of the files themselves.
    private func cutMark() async throws -> Timestamp {
        if let control = ControlClient(directory) {
            let answer = try await control.post("/admin/marks", [:])
            guard case .string(let text)? = answer["at"], let at = Timestamp(text),
                let index = answer["index"]?.asNumber?.integer
            else {
                throw CommandFailure.failed("the server cut a mark and did not say at what time")
            }
            try await waitUntilShown(LeafIndex(UInt64(index)))
            return at
        }
        let (ledger, _) = try await directory.open(passphrase: passphrase)
        let mark: Administration.CutMark
        do throws(Problem) {
            mark = try await Administration(ledger).cutMark()
        } catch {
            await ledger.sequencer.shutDown()
            throw CommandFailure(error)
        }
        await ledger.sequencer.shutDown()
        if ledger.witnesses != nil { try await directory.confirmNewestHead(passphrase: passphrase) }
        return mark.at
    }

    /// The running server may have to wait for its witnesses.
    private func waitUntilShown(_ index: LeafIndex) async throws {
        let start = ContinuousClock.now
        while try reader().published.size.value <= index.value {
            guard ContinuousClock.now - start < .seconds(20) else {
                throw CommandFailure.notReached(
                    "a mark was cut, and the quorum of witnesses has not cosigned it: run again when they answer")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}

/// Watches an extract go by: reads its header, and shows how far it is.
private struct ExtractFollower {
    private var firstLine: [UInt8] = []
    private var header: ExtractHeader?
    private var hasHeader = false
    private var lines = 0
    private var progress = ProgressLine("extracted")

    mutating func see(_ piece: [UInt8]) {
        var rest = piece[...]
        if !hasHeader {
            let end = rest.firstIndex(of: UInt8(ascii: "\n"))
            firstLine += rest[..<(end ?? rest.endIndex)]
            guard let end else { return }
            hasHeader = true
            header = try? ExtractHeader(parsing: firstLine)
            progress = ProgressLine("extracted", of: header?.carried.count)
            rest = rest[(end + 1)...]
        }
        lines += rest.count { $0 == UInt8(ascii: "\n") }
        progress.show(lines)
    }

    func finish() throws -> ExtractHeader {
        progress.finish()
        guard let header else { throw CommandFailure.failed("what came is no extract: it has no header") }
        return header
    }
}

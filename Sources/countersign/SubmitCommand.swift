import ApprovalEvents
import ArgumentParser
import Foundation

struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Submit CloudEvents from a file, one JSON event a line.",
        discussion: """
            Safe to run again: an event that is in the ledger already is recognised by its `source` and `id`.

            Example:

              countersign submit events.ndjson --server http://127.0.0.1:8440 \\
                --token-file gateway.token \\
                --receipts receipts --rejects refused.ndjson

            Exit codes: 0 all in, or there already; 1 some were refused (each is listed) and the rest are in; \
            2 usage; 4 the server was not reached: run again.
            """
    )

    @Argument(help: "NDJSON file of CloudEvents, or - for standard input.")
    var file: String

    @OptionGroup var server: ServerOptions

    @Option(help: ArgumentHelp("Write each event's receipt to DIR/<index>.json.", valueName: "DIR"))
    var receipts: String?

    @Option(help: ArgumentHelp("Write the refused lines to FILE, to be mended and submitted.", valueName: "FILE"))
    var rejects: String?

    @OptionGroup var output: OutputOptions

    /// Small enough that progress shows and a lost connection repeats little.
    private static let linesPerRequest = 500
    private static let bytesPerRequest = 1 << 20

    func run() async throws {
        var client = try server.client()
        if let receipts { try Files.makeFolder(receipts) }
        let bytes = file == "-" ? [UInt8](FileHandle.standardInput.readDataToEndOfFile()) : try Files.read(file)
        let batches = Self.batches(of: bytes)
        var tally = Tally()
        var refused: [UInt8] = []
        var progress = ProgressLine("submitted", of: batches.reduce(0) { $0 + $1.count })
        for batch in batches {
            let outcomes = try await Self.send(batch, to: client)
            for (line, outcome) in outcomes {
                tally.count(outcome)
                if case .refused(let problem) = outcome {
                    Terminal.note("line \(line.number): " + problem.lines.joined(separator: "\n"))
                    refused += line.bytes + [UInt8(ascii: "\n")]
                }
                if let receipts, let index = outcome.index {
                    let receipt = try await ReceiptCommand.fetch(index, from: client, withDisclosures: true)
                    try Files.write(receipt, to: "\(receipts)/\(index).json")
                }
            }
            progress.show(tally.total)
            client.waitsForRestart = true
        }
        progress.finish()
        if let rejects, tally.refused > 0 { try Files.write(refused, to: rejects) }
        output.print(tally.json, or: tally.sentence)
        if tally.refused > 0 { throw ExitCode(CommandFailure.failed) }
    }

    private static func batches(of bytes: [UInt8]) -> [[NumberedLine]] {
        var batches: [[NumberedLine]] = []
        var current: [NumberedLine] = []
        var size = 0
        for (offset, slice) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
        {
            var line = slice
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            guard line.contains(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }) else { continue }
            if current.count == linesPerRequest || (size + line.count > bytesPerRequest && !current.isEmpty) {
                batches.append(current)
                (current, size) = ([], 0)
            }
            current.append(NumberedLine(number: offset + 1, bytes: Array(line)))
            size += line.count + 1
        }
        return current.isEmpty ? batches : batches + [current]
    }

    /// Submits one batch and pairs every line with the server's answer to it.
    private static func send(_ batch: [NumberedLine], to client: ServerClient) async throws -> [(NumberedLine, Outcome)]
    {
        let body = batch.flatMap { $0.bytes + [UInt8(ascii: "\n")] }
        let answer = try await client.post("/v1/events", contentType: "application/x-ndjson", body: body)
        guard answer.status == 200 else {
            let why = ReportedProblem.parse(answer.body).lines.joined(separator: "\n")
            throw CommandFailure.failed("stopped before line \(batch.first?.number ?? 1): \(why)")
        }
        var outcomes: [(NumberedLine, Outcome)] = []
        for text in answer.body.split(separator: UInt8(ascii: "\n")) {
            guard let line = try? JSONDecoder().decode(AnswerLine.self, from: Data(text)), let number = line.line else {
                continue
            }
            guard batch.indices.contains(number - 1) else { continue }
            let event = batch[number - 1]
            switch (line.status, line.index) {
            case (201, .some(let index)): outcomes.append((event, .sealed(index)))
            case (200, .some(let index)): outcomes.append((event, .present(index)))
            case (429, _), (503, _):
                throw CommandFailure.notReached("the server was too busy at line \(event.number): run again")
            default: outcomes.append((event, .refused(line.problem ?? ReportedProblem.parse(Array(text)))))
            }
        }
        guard outcomes.count == batch.count else {
            throw CommandFailure.notReached(
                "the server answered \(outcomes.count) of \(batch.count) lines and stopped: run again")
        }
        return outcomes
    }
}

extension SubmitCommand {
    struct NumberedLine {
        let number: Int
        let bytes: [UInt8]
    }

    /// One line of the server's NDJSON answer; the last one carries only the checkpoint.
    private struct AnswerLine: Decodable {
        let line: Int?
        let status: Int?
        let index: UInt64?
        let problem: ReportedProblem?
    }

    enum Outcome {
        case sealed(UInt64)
        case present(UInt64)
        case refused(ReportedProblem)

        var index: UInt64? {
            switch self {
            case .sealed(let index), .present(let index): index
            case .refused: nil
            }
        }
    }

    struct Tally {
        private(set) var sealed = 0
        private(set) var present = 0
        private(set) var refused = 0

        var total: Int { sealed + present + refused }

        mutating func count(_ outcome: Outcome) {
            switch outcome {
            case .sealed: sealed += 1
            case .present: present += 1
            case .refused: refused += 1
            }
        }

        var sentence: String { "\(sealed) recorded, \(present) there already, \(refused) refused" }
        var json: JSONObject {
            ["present": .count(present), "recorded": .count(sealed), "refused": .count(refused)]
        }
    }
}

import ArgumentParser
import Foundation

struct ReceiptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receipt",
        abstract: "Fetch the receipt of one entry: its text, and a proof that anyone can check for ever.",
        discussion: """
            Keep receipts without disclosures: they outlive the erasure of personal data.

            Example:

              countersign receipt 42 --server http://127.0.0.1:8440 \\
                --token-file gateway.token > 42.receipt
              countersign-verify receipt 42.receipt --trust trust
            """
    )

    @Argument(help: "The entry's index, as the answer to its submission gave it.")
    var index: UInt64

    @OptionGroup var server: ServerOptions

    @Flag(help: "Leave the disclosed values out: the form to keep.")
    var withoutDisclosures = false

    @Option(name: .shortAndLong, help: ArgumentHelp("Write to FILE instead of standard output.", valueName: "FILE"))
    var out: String?

    func run() async throws {
        let receipt = try await Self.fetch(index, from: server.client(), withDisclosures: !withoutDisclosures)
        if let out {
            try Files.write(receipt, to: out)
        } else {
            FileHandle.standardOutput.write(Data(receipt))
        }
    }

    static func fetch(_ index: UInt64, from client: ServerClient, withDisclosures: Bool) async throws -> [UInt8] {
        let query = withDisclosures ? "" : "?disclosures=none"
        let answer = try await client.get("/v1/events/\(index)/receipt\(query)")
        guard answer.status == 200 else {
            let why = ReportedProblem.parse(answer.body).lines.joined(separator: "\n")
            throw CommandFailure.failed("no receipt for entry \(index): \(why)")
        }
        return answer.body
    }
}

import ApprovalEvents
import ArgumentParser
import Foundation

/// Which period to cut out of the log.
struct PeriodOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The period's begin: a midnight that the log marked, or a time before its first entry. Default: its first entry.",
            valueName: "TIME"))
    var from: String?

    @Option(
        help: ArgumentHelp(
            "The period's end, not included: a midnight that the log marked, or `now`, for which a mark is made.",
            valueName: "TIME"))
    var to = "now"

    /// Whether no period was named.
    var isWhole: Bool { from == nil && to == "now" }

    func parsed() throws -> (from: Timestamp?, to: Timestamp?) {
        let begin = try from.map { try Self.time($0, "--from") }
        guard to != "now" else { return (begin, nil) }
        let end = try Self.time(to, "--to")
        if let begin, begin >= end { throw CommandFailure.usage("--from \(begin) is not before --to \(end)") }
        return (begin, end)
    }

    /// A whole time, or a day, which means its midnight in UTC.
    private static func time(_ text: String, _ option: String) throws -> Timestamp {
        guard let time = Timestamp(Text(text)) ?? Timestamp(Text(text + "T00:00:00Z")) else {
            throw CommandFailure.usage("\(option) takes a time such as 2026-11-01T00:00:00Z or a day, not \(text)")
        }
        return time
    }
}

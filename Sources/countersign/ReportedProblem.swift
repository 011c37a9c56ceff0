import ApprovalEvents
import Foundation
import LedgerHTTP

/// An RFC 9457 problem as a command prints it: what, where, which rule.
struct ReportedProblem: Decodable {
    struct Violation: Decodable {
        let pointer: String
        let rule: String
        let message: String
    }

    let title: String?
    let detail: String?
    let violations: [Violation]?

    /// One line for the summary, then one for each violation.
    var lines: [String] {
        let words = [title, detail].compactMap(\.self).joined(separator: ": ")
        let first = words.isEmpty ? "no reason given" : words
        return [first]
            + (violations ?? []).map {
                "  \($0.pointer.isEmpty ? "(whole event)" : $0.pointer): \($0.message) [\($0.rule)]"
            }
    }

    static func parse(_ body: [UInt8]) -> ReportedProblem {
        (try? JSONDecoder().decode(ReportedProblem.self, from: Data(body)))
            ?? ReportedProblem(title: nil, detail: String(decoding: body.prefix(200), as: UTF8.self), violations: nil)
    }
}

extension CommandFailure {
    /// The same words where the ledger is administered without a server.
    init(_ problem: LedgerHTTP.Problem) {
        let violations = problem.violations.map { "  \($0.pointer): \($0.message) [\($0.rule)]" }
        let lines = ["\(problem.type.title): \(problem.detail)"] + violations
        self = .failed(lines.joined(separator: "\n"))
    }
}

import ApprovalEvents
import MerkleTree
import Oversight
import Verification

/// What ended how on one day (UTC, by the time of sealing).
public struct DayCount: Hashable, Sendable {
    /// `2026-09-29`
    public let day: String
    public let counts: [Figure]

    /// The kinds of event that are counted, in the order of `counts`.
    static let kinds: [(label: String, type: String)] = [
        ("granted", "approval.granted"), ("denied", "approval.denied"), ("expired", "approval.expired"),
        ("break-glass", "breakglass.invoked"),
    ]

    /// One row for every day of the period, days without any included: a gap is something to see.
    static func all(of evidence: VerifiedEvidence, into book: inout FigureBook) -> [DayCount] {
        guard let first = evidence.entries.first, let last = evidence.entries.last else { return [] }
        let start = (evidence.scope.from ?? first.entry.ledgerTime).day
        // The closing boundary itself is not in the period.
        let end =
            evidence.scope.to.map { Timestamp(milliseconds: $0.milliseconds - 1).day } ?? last.entry.ledgerTime.day
        // A period far longer than its entries would print empty days without end.
        let (low, high) = (max(start, first.entry.ledgerTime.day - 31), min(end, last.entry.ledgerTime.day + 31))
        guard low <= high else { return [] }  // nothing but marks that were written long after
        var found: [Int64: [[LeafIndex]]] = [:]
        for entry in evidence.entries {
            guard let kind = kinds.firstIndex(where: { $0.type == entry.shortType }) else { continue }
            found[entry.entry.ledgerTime.day, default: Array(repeating: [], count: kinds.count)][kind]
                .append(entry.index)
        }
        return (low...high).map { day in
            let name = Timestamp(milliseconds: day * 86_400_000).ledgerForm.string.prefix(10)
            return DayCount(
                day: String(name),
                counts: kinds.enumerated().map { place, kind in
                    let entries = found[day]?[place] ?? []
                    return book.add(
                        "\(kind.label) on \(name)", entries.count,
                        query: "entries of [first, end) of type \(kind.type) with ledgertime on \(name) UTC",
                        entries: entries)
                })
        }
    }
}

extension Timestamp {
    /// Days since 1970, rounded down.
    fileprivate var day: Int64 {
        let whole = seconds / 86_400
        return seconds < 0 && seconds % 86_400 != 0 ? whole - 1 : whole
    }
}

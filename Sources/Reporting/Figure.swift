import ApprovalEvents
import MerkleTree

/// A number that a page prints, and everything it rests on: nobody has to believe it.
public struct Figure: Hashable, Sendable {
    /// `F1`, `F2` …, in the order of the report.
    public let id: String
    public let label: String
    public let value: Int
    /// How it was counted, in words that name every parameter.
    public let query: String
    /// The entries behind it. For a population these are the entries counted; for a rule they are the entries from
    /// which its cases were decided, which are more than cases.
    public let entries: IndexRanges
}

/// A set of log indexes as ranges, so that a population of a million entries prints as a few pairs.
public struct IndexRanges: Hashable, Sendable {
    /// Ascending, apart from each other.
    public private(set) var ranges: [ClosedRange<UInt64>] = []

    public init(_ indexes: some Sequence<LeafIndex>) {
        for index in Set(indexes.map(\.value)).sorted() {
            if let last = ranges.last, last.upperBound + 1 == index {
                ranges[ranges.count - 1] = last.lowerBound...index
            } else {
                ranges.append(index...index)
            }
        }
    }

    public var first: UInt64? { ranges.first?.lowerBound }
    public var last: UInt64? { ranges.last?.upperBound }

    /// `3–7, 9`; at most `limit` ranges, then how many more there are.
    func text(limit: Int = 12) -> String {
        let shown = ranges.prefix(limit).map { range in
            range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)–\(range.upperBound)"
        }
        let rest = ranges.count > limit ? " and \(ranges.count - limit) more ranges" : ""
        return shown.joined(separator: ", ") + rest
    }

    var json: JSONValue {
        .array(ranges.map { .array([.count(Int($0.lowerBound)), .count(Int($0.upperBound))]) })
    }
}

/// Numbers the figures as the report is made.
struct FigureBook {
    private(set) var figures: [Figure] = []

    /// Notes a figure and gives it back with its id.
    mutating func add(_ label: String, _ value: Int, query: String, entries: some Sequence<LeafIndex>) -> Figure {
        let figure = Figure(
            id: "F\(figures.count + 1)", label: label, value: value, query: query, entries: IndexRanges(entries))
        figures.append(figure)
        return figure
    }
}

extension JSONValue {
    static func count(_ value: Int) -> JSONValue {
        .number(JSONNumber(Int64(value)))
    }

    static func text(_ value: String) -> JSONValue {
        .string(Text(value))
    }
}

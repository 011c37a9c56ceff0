import ApprovalEvents
import MerkleTree
import SignedNotes

/// Where a period's boundaries fall in a log: what an exporter has to find out before it can write an extract.
public struct ExtractPlan: Hashable, Sendable {
    public let from: Timestamp?
    public let to: Timestamp?
    public let first: LeafIndex
    public let end: LeafIndex
    public let lead: UInt64
    public let hasClosing: Bool

    /// The entries to carry.
    public var carried: Range<UInt64> {
        first.value - lead..<end.value + (hasClosing ? 1 : 0)
    }

    /// The header for these entries.
    ///
    /// - Parameter proof: the range proof of `carried` under the head of `note`.
    public func header(origin: Text, note: Text, proof: RangeProof, opening: UInt64 = 0) -> ExtractHeader {
        ExtractHeader(
            origin: origin, from: from, to: to, first: first, end: end, lead: lead, hasClosing: hasClosing,
            opening: opening, note: note, proof: proof)
    }
}

/// Why there is no extract for a period.
public enum ExtractPlanError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The boundary has no mark yet: a ledger writes one when asked to, and then it can be cut there.
    case noMark(Timestamp)
    /// The period would end before the log's first entry, which is of the time given.
    case endsBeforeLog(first: Timestamp)
    case emptyLog
    case reversed

    public var description: String {
        switch self {
        case .noMark(let time): "the log has no mark at \(time.ledgerForm)"
        case .endsBeforeLog(let first): "the period ends before the log's first entry, of \(first.ledgerForm)"
        case .emptyLog: "the log is empty"
        case .reversed: "the period has to begin before it ends"
        }
    }
}

extension ExtractPlan {
    /// Finds a period by bisection: the ledger's clock never falls, so a few dozen reads do in any log.
    ///
    /// - Parameters:
    ///   - from: the opening boundary; nil, or a time before the log began: from its first entry.
    ///   - to: the closing boundary; nil: up to the head.
    ///   - wholeLead: carry every entry before the period, so that the state at its opening can be recomputed.
    ///   - size: the published head's size.
    ///   - entry: reads an entry below `size`.
    public static func find(
        from: Timestamp?, to: Timestamp?, wholeLead: Bool, size: TreeSize,
        entry: (LeafIndex) throws -> LedgerEntry
    ) throws -> ExtractPlan {
        guard size.value > 0 else { throw ExtractPlanError.emptyLog }
        if let from, let to, to <= from { throw ExtractPlanError.reversed }
        let first = try from.map { try boundary($0, size: size, entry: entry) } ?? (mark: 0, ordinary: 0)
        guard let first else { throw ExtractPlanError.noMark(from ?? Timestamp(milliseconds: 0)) }
        let lead = wholeLead ? first.mark : first.mark - first.ordinary
        guard let to else {
            return ExtractPlan(
                from: from, to: nil, first: LeafIndex(first.mark), end: LeafIndex(size.value), lead: lead,
                hasClosing: false)
        }
        guard let end = try boundary(to, size: size, entry: entry) else { throw ExtractPlanError.noMark(to) }
        guard end.mark > 0 else {
            throw ExtractPlanError.endsBeforeLog(first: try entry(LeafIndex(0)).ledgerTime)
        }
        // A short period may hold nothing but late marks: carry back to the ordinary entry before its end as well.
        return ExtractPlan(
            from: from, to: to, first: LeafIndex(first.mark), end: LeafIndex(end.mark),
            lead: max(lead, first.mark - min(first.mark, end.ordinary)), hasClosing: true)
    }

    /// The mark of `time` and the last ordinary entry before it; nil where there is no mark. A time that is not after
    /// the log's first entry falls at entry 0, which needs no mark.
    private static func boundary(
        _ time: Timestamp, size: TreeSize, entry: (LeafIndex) throws -> LedgerEntry
    ) throws -> (mark: UInt64, ordinary: UInt64)? {
        var (low, high) = (UInt64(0), size.value)
        while low < high {
            let middle = low + (high - low) / 2
            if try entry(LeafIndex(middle)).ledgerTime < time { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return (0, 0) }
        // From the first entry that is not before it: the mark itself, or late marks of earlier times and then it.
        var index = low
        while index < size.value {
            guard let mark = try entry(LeafIndex(index)).mark, mark <= time else { return nil }
            if mark == time { return (index, try ordinary(before: index, entry: entry)) }
            index += 1
        }
        return nil
    }

    /// The last entry before `index` that is no mark.
    private static func ordinary(
        before index: UInt64, entry: (LeafIndex) throws -> LedgerEntry
    ) throws -> UInt64 {
        var candidate = index - 1
        while candidate > 0, try entry(LeafIndex(candidate)).mark != nil { candidate -= 1 }
        return candidate
    }
}

import ApprovalEvents
import MerkleTree

/// Whether a period's first and last index are really where its boundaries fall.
///
/// A boundary T falls at the mark with `at` = T: every entry before it has a ledgertime before T, except marks that
/// were missed and written directly before it; the mark's own is not before T. Because the clock never falls, one
/// ordinary entry before the boundary speaks for all earlier ones.
struct BoundaryCheck: Hashable, Sendable {
    private let header: ExtractHeader
    /// The last ordinary entry that was seen before each boundary, and whether anything was.
    private var beforeOpening: Sighting?
    private var atOpening: Sighting?
    private var beforeClosing: Sighting?
    private var atClosing: Sighting?

    init(_ header: ExtractHeader) {
        self.header = header
    }

    private struct Sighting: Hashable, Sendable {
        let index: UInt64
        let time: Timestamp
        /// The boundary that it marks, where it is a mark.
        let mark: Timestamp?
    }

    mutating func see(_ entry: LedgerEntry, at index: UInt64) {
        let sighting = Sighting(index: index, time: entry.ledgerTime, mark: entry.mark)
        if index < header.first.value { Self.keep(sighting, in: &beforeOpening, boundary: header.from) }
        if index == header.first.value { atOpening = sighting }
        if index < header.end.value { Self.keep(sighting, in: &beforeClosing, boundary: header.to) }
        if index == header.end.value { atClosing = sighting }
    }

    /// Marks for earlier boundaries that stand directly before ours were written late, with our mark: they say
    /// nothing about where the boundary falls, the entry before them does.
    private static func keep(_ sighting: Sighting, in last: inout Sighting?, boundary: Timestamp?) {
        if let mark = sighting.mark, let boundary, mark <= boundary, last != nil { return }
        last = sighting
    }

    var openingClaim: String {
        header.from.map { "the period begins with the first entry that is not before \($0.ledgerForm)" }
            ?? "the period begins with the log"
    }

    var opening: Outcome {
        guard let from = header.from else {
            return header.first.value == 0 ? .holds : .fails(reason: "it begins at entry \(header.first)")
        }
        if header.first.value == 0 {
            guard let atOpening else { return .notChecked(reason: "no entry is carried") }
            return atOpening.time >= from ? .holds : .fails(reason: "entry 0 is before it")
        }
        return Self.judge(at: atOpening, before: beforeOpening, boundary: from)
    }

    func closingClaim(_ size: TreeSize?) -> String {
        header.to.map { "the period ends before the first entry that is not before \($0.ledgerForm)" }
            ?? "the period ends with the head"
    }

    func closing(_ size: TreeSize?) -> Outcome {
        guard let size else { return .notChecked(reason: "there is no verified head") }
        guard let to = header.to else {
            return header.end.value == size.value && !header.hasClosing
                ? .holds : .fails(reason: "it ends at \(header.end) of \(size)")
        }
        if header.hasClosing { return Self.judge(at: atClosing, before: beforeClosing, boundary: to) }
        guard header.end.value == size.value else {
            return .fails(reason: "the entry at \(header.end), which should close it, is not carried")
        }
        if let beforeClosing, beforeClosing.time >= to {
            return .fails(reason: "entry \(beforeClosing.index) is not before it")
        }
        return .notChecked(reason: "the head has no entry after the period: entries that belong to it may still come")
    }

    private static func judge(at sighting: Sighting?, before: Sighting?, boundary: Timestamp) -> Outcome {
        guard let sighting else { return .fails(reason: "the mark is not carried") }
        guard sighting.mark == boundary else {
            return .fails(reason: "entry \(sighting.index) is not the mark of that time")
        }
        guard sighting.time >= boundary else {
            return .fails(reason: "entry \(sighting.index), the mark, was sealed at \(sighting.time.ledgerForm)")
        }
        guard let before, before.index < sighting.index else {
            return .fails(reason: "the entry before the mark is not carried")
        }
        guard before.time < boundary else {
            return .fails(reason: "entry \(before.index) is not before it: \(before.time.ledgerForm)")
        }
        return .holds
    }
}

extension LedgerEntry {
    /// The boundary that this entry marks, where it is a mark of the ledger.
    var mark: Timestamp? {
        guard case .ledgerMarked(let mark) = payload else { return nil }
        return mark.at
    }
}

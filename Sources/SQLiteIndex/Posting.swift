import ApprovalEvents
import LedgerEngine

/// The positions at which one word stands, as far as one transaction added them: a row of the table `posting`.
///
/// `first` is part of the row's key; the others are kept as the distances between neighbours, seven bits a byte, the
/// lowest first, the top bit set on all but the last byte of a distance (LEB128).
struct Posting {
    /// What a word is searched as.
    enum Kind: Int64 {
        case type = 1
        case actor, approver
    }

    struct Key: Hashable {
        let kind: Kind
        let word: Int64
    }

    /// A row stays small enough to be read as a whole and to stand in one page.
    static let mostPositions = 1_024

    let first: Int64
    private(set) var later: [UInt8] = []
    private(set) var count = 1
    private var last: Int64

    init(first: Int64) {
        self.first = first
        last = first
    }

    /// Adds a position beyond the last; the last again says nothing new. Returns whether the row is full.
    mutating func add(_ position: Int64) -> Bool {
        guard position != last else { return false }
        var distance = UInt64(position - last)
        while distance > 0x7F {
            later.append(UInt8(distance & 0x7F) | 0x80)
            distance >>= 7
        }
        later.append(UInt8(distance))
        last = position
        count += 1
        return count == Self.mostPositions
    }

    /// Reads a row back: its positions, ascending. Nil for what `add` never writes.
    static func positions(first: Int64, later: [UInt8]) -> [Int64]? {
        var positions = [first]
        var (distance, shift) = (UInt64(0), UInt64(0))
        for byte in later {
            guard shift < 63 else { return nil }
            distance |= UInt64(byte & 0x7F) << shift
            shift += 7
            guard byte < 0x80 else { continue }
            let next = positions[positions.count - 1].addingReportingOverflow(Int64(clamping: distance))
            guard distance > 0, !next.overflow else { return nil }
            positions.append(next.partialValue)
            (distance, shift) = (0, 0)
        }
        return shift == 0 ? positions : nil
    }
}

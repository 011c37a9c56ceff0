import ApprovalEvents
import LedgerCrypto
import MerkleTree

/// What the entries of one bundle are, each hashed and read: for whoever follows a log bundle by bundle.
public struct BundleReading: Sendable {
    /// The bundle's first entry.
    public let first: LeafIndex
    /// The first that was read.
    private let begins: LeafIndex
    /// The leaf hash of each entry.
    public let leaves: [Digest]
    /// Entries that are no valid entries, or whose time is before the one that precedes them here.
    public let troubles: [EntryTrouble]
    /// The ledger's times of the first and the last entry that could be read; `nil` where none could.
    public let times: ClosedRange<Timestamp>?

    /// Hashes and reads every entry of a bundle.
    ///
    /// - Parameters:
    ///   - bundle: its bytes, exactly `count` entries.
    ///   - first: the position of the bundle's first entry.
    ///   - known: so many entries at the beginning were read before: they are hashed and no more.
    public init(
        _ bundle: [UInt8], count: Int, from first: LeafIndex, known: Int = 0
    ) throws(EntryBundle.Failure) {
        let entries = try EntryBundle.entries(in: bundle, count: count)
        self.first = first
        begins = LeafIndex(first.value + UInt64(known))
        leaves = entries.map { entry in entry.withUnsafeBytes { TreeHash.leaf($0) } }
        var troubles: [EntryTrouble] = []
        var (earliest, latest): (Timestamp?, Timestamp?)
        for (offset, bytes) in entries.enumerated().dropFirst(known) {
            let index = LeafIndex(first.value + UInt64(offset))
            do throws(EntryError) {
                let time = try LedgerEntry(parsing: Array(bytes)).ledgerTime
                if let latest, time < latest { troubles.append(.clock(index, time, after: latest)) }
                earliest = earliest ?? time
                latest = max(latest ?? time, time)
            } catch {
                troubles.append(EntryTrouble(index: index, kind: .form, reason: "\(error)"))
            }
        }
        self.troubles = troubles
        if let earliest, let latest { times = earliest...latest } else { times = nil }
    }

    /// Where the clock fell between what came before and this bundle.
    public func clockTrouble(after earlier: Timestamp?) -> EntryTrouble? {
        guard let earlier, let times, times.lowerBound < earlier else { return nil }
        return .clock(begins, times.lowerBound, after: earlier)
    }
}

/// What is wrong with one entry.
public struct EntryTrouble: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        /// Not in the one canonical form, or not a valid entry.
        case form
        /// The ledger's clock fell.
        case clock
    }

    public let index: LeafIndex
    public let kind: Kind
    public let reason: String

    public init(index: LeafIndex, kind: Kind, reason: String) {
        self.index = index
        self.kind = kind
        self.reason = reason
    }

    fileprivate static func clock(_ index: LeafIndex, _ time: Timestamp, after earlier: Timestamp) -> EntryTrouble {
        EntryTrouble(
            index: index, kind: .clock,
            reason: "its ledgertime \(time) is before \(earlier), which an earlier entry has")
    }
}

extension EntryBundle {
    /// The bundle of the first `count` entries of a larger one: where a log has removed a partial bundle, the full one
    /// stands in for it.
    public static func cut(_ bundle: [UInt8], to count: Int) throws(Failure) -> [UInt8] {
        Array(bundle[..<(try prefix(count, of: bundle).end)])
    }
}

import ApprovalEvents
import LedgerEngine
import MerkleTree
import SignedNotes
import Verification

/// The extract of a period (`schemas/extract.md`), read from a log piece by piece.
///
/// The one way in which a ledger makes an extract: `GET /v1/evidence` and `countersign export --data` hand on the
/// same bytes. All of it stands under one head, whatever is appended meanwhile.
/// No more than one piece is held, however long the period is.
///
/// ```swift
/// var extract = try LogExtract(from: from, to: to, in: reader)
/// while let piece = try extract.next() { try write(piece) }
/// ```
public struct LogExtract: Sendable {
    public let header: ExtractHeader
    private let reader: LedgerReader
    private var place = Place.header

    private enum Place {
        case header
        case entry(UInt64)
    }

    /// A piece ends where a multiple of this begins: 4 MiB of the largest entries, some 64 KiB of usual ones.
    private static let entriesPerPiece: UInt64 = 64

    /// Finds the period in the log. It is carried with every entry before it, so that the state at its opening can be
    /// recomputed.
    ///
    /// - Parameters:
    ///   - from: the opening boundary; nil: from the log's first entry.
    ///   - to: the closing boundary; nil: up to the head.
    ///   - head: under which it is proved, one of the log's; nil: the published one.
    /// - Throws: `ExtractPlanError` where the log has no such period, `StorageError` where it cannot be read.
    public init(from: Timestamp?, to: Timestamp?, in reader: LedgerReader, under head: PublishedHead? = nil) throws {
        let published = head ?? reader.published
        let plan = try ExtractPlan.find(from: from, to: to, wholeLead: true, size: published.size) {
            try reader.entry(at: $0)
        }
        let proof = try reader.rangeProof(
            from: LeafIndex(plan.carried.lowerBound), to: LeafIndex(plan.carried.upperBound), size: published.size)
        let origin = try Checkpoint(parsing: SignedNote(parsing: published.note).text).origin
        header = plan.header(
            origin: Text(String(decoding: origin, as: UTF8.self)),
            note: Text(String(decoding: published.note, as: UTF8.self)), proof: proof)
        self.reader = reader
    }

    /// The next piece, of whole lines; nil after the last. Blocks on the disk.
    ///
    /// - Throws: `StorageError`. What was handed on before is no extract then.
    public mutating func next() throws -> [UInt8]? {
        switch place {
        case .header:
            place = .entry(header.carried.lowerBound)
            return header.formatted + [Self.lineFeed]
        case .entry(let start):
            guard start < header.carried.upperBound else { return nil }
            let end = min(header.carried.upperBound, (start / Self.entriesPerPiece + 1) * Self.entriesPerPiece)
            var piece: [UInt8] = []
            try reader.forEachEntry(in: start..<end) { _, entry in
                piece += entry
                piece.append(Self.lineFeed)
            }
            place = .entry(end)
            return piece
        }
    }

    private static let lineFeed = UInt8(ascii: "\n")
}

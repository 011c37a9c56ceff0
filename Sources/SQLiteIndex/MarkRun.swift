import Foundation
import GRDB

/// The sorted marks of adjacent positions: a row of the table `run`, its blocks, and its filter.
struct MarkRun: Sendable {
    let number: Int64
    let level: Int64
    let positions: Range<Int64>
    let filter: MarkFilter
}

/// Writes a run: marks in ascending order, a full block at a time, and the filter's lines as far as they are final.
///
/// The row of `run` comes last. Blocks whose run has no row are what was left unfinished, or used up, by a merge.
struct MarkRunWriter {
    /// 165 × 24 bytes, their sum, the block's first mark and the row's header stay below the 4,061 bytes that SQLite keeps in a
    /// page of 4 KiB: a block is one page.
    static let blockMarks = 165
    /// Lines of a filter in one row of `filter`, for the same reason.
    static let partLines = 62

    let number: Int64
    let level: Int64
    let positions: Range<Int64>

    private var filter: MarkFilter
    private var block: [Mark] = []
    private var identities = 0
    private var parts = 0

    init(number: Int64, level: Int64, positions: Range<Int64>) {
        self.number = number
        self.level = level
        self.positions = positions
        filter = MarkFilter(identities: positions.count)
        block.reserveCapacity(Self.blockMarks)
    }

    /// Whether the last mark filled a block, which was written.
    var isAtBlockEnd: Bool { block.isEmpty }

    mutating func append(_ mark: Mark, in database: Database) throws {
        if mark.fingerprint.isIdentity {
            filter.insert(mark.fingerprint)
            identities += 1
        }
        block.append(mark)
        if block.count == Self.blockMarks { try writeBlock(in: database) }
    }

    /// - Throws: `IndexError.unusable` unless every position brought one identity.
    mutating func finish(in database: Database) throws -> MarkRun {
        if !block.isEmpty { try writeBlock(in: database) }
        try writeParts(below: filter.lineCount, in: database)
        guard identities == positions.count else {
            throw IndexError.unusable("a run of \(positions.count) entries has \(identities) identities")
        }
        try database.cachedStatement(sql: "INSERT INTO run VALUES (?, ?, ?, ?)")
            .execute(arguments: [number, level, positions.lowerBound, positions.upperBound])
        return MarkRun(number: number, level: level, positions: positions, filter: filter)
    }

    private mutating func writeBlock(in database: Database) throws {
        guard let first = block.first, let last = block.last else { return }
        var (key, bytes): ([UInt8], [UInt8]) = ([], [])
        first.append(to: &key)
        bytes.reserveCapacity(Mark.byteCount * block.count)
        for mark in block { mark.append(to: &bytes) }
        try database.cachedStatement(sql: "INSERT INTO block VALUES (?, ?, ?)")
            .execute(arguments: [number, Data(key), MarkSum.seal(bytes, .block, number)])
        block.removeAll(keepingCapacity: true)
        let isInside = last.fingerprint.isIdentity
        try writeParts(below: isInside ? filter.line(of: last.fingerprint) : filter.lineCount, in: database)
    }

    /// Writes the parts whose lines no later mark can change: those below `line`; at the filter's end, the last too.
    private mutating func writeParts(below line: Int, in database: Database) throws {
        while parts * Self.partLines < filter.lineCount {
            let lines = parts * Self.partLines..<min((parts + 1) * Self.partLines, filter.lineCount)
            guard lines.upperBound <= line else { return }
            try database.cachedStatement(sql: "INSERT INTO filter VALUES (?, ?, ?)")
                .execute(arguments: [
                    number, parts, MarkSum.seal(filter.bytes(of: lines), .filter, number, Int64(parts)),
                ])
            parts += 1
        }
    }
}

/// Reads blocks of runs.
struct MarkBlocks {
    let database: Database

    /// The block in which the mark stands if it is there; nil where the run begins beyond it.
    ///
    /// - Returns: nil as a whole if there is no such run (any more).
    func block(of run: Int64, around mark: Mark) throws -> [Mark]?? {
        try read(
            """
            SELECT block.first, marks FROM run LEFT JOIN block ON block.rowid =
                (SELECT rowid FROM block WHERE run = ?1 AND first <= ?2 ORDER BY first DESC LIMIT 1)
            WHERE number = ?1
            """, run, mark)
    }

    /// The first block that begins beyond the mark.
    func block(of run: Int64, beyond mark: Mark) throws -> [Mark]?? {
        try read(
            """
            SELECT block.first, marks FROM run LEFT JOIN block ON block.rowid =
                (SELECT rowid FROM block WHERE run = ?1 AND first > ?2 ORDER BY first LIMIT 1)
            WHERE number = ?1
            """, run, mark)
    }

    private func read(_ sql: String, _ run: Int64, _ mark: Mark) throws -> [Mark]?? {
        var key: [UInt8] = []
        mark.append(to: &key)
        let statement = try database.cachedStatement(sql: sql)
        guard let row = try Row.fetchOne(statement, arguments: [run, Data(key)]) else { return nil }
        if row.hasNull(atIndex: 0) { return .some(nil) }
        guard let first = row.bytes(0), let sealed = row.bytes(1), let bytes = MarkSum.open(sealed, .block, run),
            let marks = Mark.list(bytes), !marks.isEmpty,
            bytes.starts(with: first), first.count == Mark.byteCount,
            zip(marks, marks.dropFirst()).allSatisfy({ $0 < $1 })
        else { throw IndexError.unusable("a block of run \(run) cannot be read") }
        return marks
    }
}

import Foundation
import GRDB

/// The positions that one key of a search has, ascending: asked for by "the first from here on".
struct PositionCursor {
    private enum Source {
        case subject(SubjectPositions)
        case posting(Posting.Key)
    }

    private var source: Source
    private let database: Database
    /// The posting that was read last, and up to where it speaks for the key.
    private var block: (positions: [Int64], until: Int64)?

    init(subject: Fingerprint, in database: Database) throws {
        source = .subject(try SubjectPositions(subject, in: database))
        self.database = database
    }

    init(_ key: Posting.Key, in database: Database) {
        source = .posting(key)
        self.database = database
    }

    /// The smallest position of the key that is not below `position`.
    mutating func first(from position: Int64) throws -> Int64? {
        switch source {
        case .subject(var subject):
            defer { source = .subject(subject) }
            return try subject.first(from: position)
        case .posting(let key):
            if let block, let first = block.positions.first, first <= position, position <= block.until {
                if let found = Self.first(in: block.positions, from: position) { return found }
            } else if let found = try read("first <= ? ORDER BY first DESC", key, position), let last = found.last,
                position <= last
            {
                return Self.first(in: found, from: position)
            }
            return try read("first > ? ORDER BY first", key, position)?.first
        }
    }

    private mutating func read(_ condition: String, _ key: Posting.Key, _ position: Int64) throws -> [Int64]? {
        let statement = try database.cachedStatement(
            sql: "SELECT first, later FROM posting WHERE kind = ? AND key = ? AND \(condition) LIMIT 1")
        guard let row = try Row.fetchOne(statement, arguments: [key.kind.rawValue, key.word, position]) else {
            return nil
        }
        guard let first = row.integer(0), let later = row.bytes(1),
            let positions = Posting.positions(first: first, later: Array(later))
        else { throw IndexError.unusable("a posting cannot be read") }
        block = (positions, positions[positions.count - 1])
        return positions
    }

    static func first(in positions: [Int64], from position: Int64) -> Int64? {
        var (low, high) = (0, positions.count)
        while low < high {
            let middle = (low + high) / 2
            if positions[middle] < position { low = middle + 1 } else { high = middle }
        }
        return low < positions.count ? positions[low] : nil
    }
}

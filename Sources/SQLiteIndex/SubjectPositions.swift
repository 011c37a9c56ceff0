import GRDB

/// The positions of one subject, ascending, as a snapshot of the file has them: the runs in order, then the tail.
struct SubjectPositions {
    private let subject: Fingerprint
    private let database: Database
    private let runs: [(number: Int64, beyond: Int64)]
    private var tail: [Int64]?
    /// The block that was read last, and the run it is of.
    private var block: (run: Int64, marks: [Mark])?

    init(_ subject: Fingerprint, in database: Database) throws {
        self.subject = subject
        self.database = database
        runs = try Row.fetchAll(database, sql: "SELECT number, beyond FROM run ORDER BY first").map { row in
            guard let number = row.integer(0), let beyond = row.integer(1) else {
                throw IndexError.unusable("a run cannot be read")
            }
            return (number, beyond)
        }
    }

    mutating func first(from position: Int64) throws -> Int64? {
        let sought = Mark(fingerprint: subject, position: max(0, position))
        for run in runs where run.beyond > position {
            if let found = try first(sought, in: run.number) { return found }
        }
        let newest: [Int64]
        if let tail {
            newest = tail
        } else {
            newest = try MarkTail.read(in: database).filter { $0.fingerprint == subject }.map(\.position)
            tail = newest
        }
        return PositionCursor.first(in: newest, from: position)
    }

    private mutating func first(_ sought: Mark, in run: Int64) throws -> Int64? {
        let blocks = MarkBlocks(database: database)
        if let block, block.run == run, let first = block.marks.first, let last = block.marks.last, first <= sought,
            sought <= last
        {
            return position(block.marks, sought)
        }
        if let marks = try blocks.block(of: run, around: sought) ?? nil, let last = marks.last, sought <= last {
            block = (run, marks)
            return position(marks, sought)
        }
        guard let marks = try blocks.block(of: run, beyond: sought) ?? nil else { return nil }
        block = (run, marks)
        return position(marks, sought)
    }

    private func position(_ marks: [Mark], _ sought: Mark) -> Int64? {
        guard let mark = marks.first(where: { $0 >= sought }), mark.fingerprint == subject else { return nil }
        return mark.position
    }
}

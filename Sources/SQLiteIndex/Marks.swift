import ApprovalEvents
import GRDB
import LedgerEngine
import MerkleTree
import Synchronization

/// How many entries of the tail become a run, and how many runs become one.
package struct MarkSizes: Sendable {
    package var tail = 32_768
    package var fanOut = 8

    package init(tail: Int = 32_768, fanOut: Int = 8) {
        self.tail = tail
        self.fanOut = fanOut
    }
}

/// Where identities stand: the tail's in a table, the runs' filters in memory, the rest in the file.
///
/// Look-ups run beside the writer. They take what is known under a lock, and what is known changes only once the
/// transaction that changed the file is committed (`take`).
package final class Marks: Sendable {
    private struct Known: Sendable {
        var tail: MarkTable
        var runs: [MarkRun]
        /// The tail's first position.
        var flushed: Int64 { runs.last?.positions.upperBound ?? 0 }
    }

    /// What a look-up found in memory, and which runs may say more.
    private struct Question {
        var found: [Int64?]
        var hits: [(place: Int, run: Int64)] = []
    }

    /// What to know once the transaction is committed.
    package struct Addition {
        fileprivate let runs: [MarkRun]
        /// Those that are in the tail.
        fileprivate let marks: ArraySlice<Mark>
        fileprivate let isFlushed: Bool
    }

    /// The writer's own: merges under way, by level, and runs to be deleted.
    private struct Work {
        var merges: [Int64: MarkMerge] = [:]
        var dead: [Int64]
        var next: Int64
        /// Marks that may be merged; what makes no whole block stays for the next time.
        var credit = 0

        init(beside runs: [MarkRun], in database: Database) throws {
            (dead, next) = try MarkFile.loose(beside: runs, in: database)
        }
    }

    let key: MarkKey
    private let sizes: MarkSizes
    private let known: Mutex<Known>
    /// Nil: to be read from the file.
    private let work: Mutex<Work?>

    /// How many rows it knows of.
    var size: Int64 { known.withLock { $0.flushed + Int64($0.tail.count) } }

    /// Reads what the file has, up to `size`.
    package init(size: Int64, sizes: MarkSizes, in database: Database) throws {
        self.sizes = sizes
        key = try MarkFile.key(in: database)
        var known = Known(tail: MarkTable(room: sizes.tail), runs: try MarkFile.runs(size: size, in: database))
        work = Mutex(try Work(beside: known.runs, in: database))
        var next = known.flushed
        for mark in try MarkTail.read(in: database) where mark.fingerprint.isIdentity {
            guard mark.position == next, known.tail.insert(mark) else {
                throw IndexError.unusable("its newest marks contradict one another")
            }
            next += 1
        }
        guard next == size else { throw IndexError.unusable("its marks reach \(next), its rows \(size)") }
        self.known = Mutex(known)
    }

    /// Where the identities stand.
    ///
    /// - Parameters:
    ///   - read: Gives a connection, to read so many blocks at most.
    ///   - write: Gives the writer's: asked where a merge finished between the question and its answer. Where the writer
    ///     stands, nothing is in between.
    /// - Throws: `IndexError.unusable` if a run is gone there too.
    package func positions(
        of identities: [EventIdentity],
        reading read: (_ blocks: Int, _ body: (Database) throws -> [Int64?]?) throws -> [Int64?]?,
        writing write: (_ body: (Database) throws -> [Int64?]) throws -> [Int64?]
    ) throws -> [Int64?] {
        var key = key
        let fingerprints = identities.map { key.fingerprint(of: $0) }
        let question = ask(fingerprints)
        if question.hits.isEmpty { return question.found }
        let found = try read(question.hits.count) { try answer(question, fingerprints, in: $0) }
        return try found ?? write { try lookUp(fingerprints, in: $0) }
    }

    /// Where the identities stand, asked where the writer is.
    private func lookUp(_ fingerprints: [Fingerprint], in database: Database) throws -> [Int64?] {
        guard let found = try answer(ask(fingerprints), fingerprints, in: database) else {
            throw IndexError.unusable("a run is gone")
        }
        return found
    }

    private func ask(_ fingerprints: [Fingerprint]) -> Question {
        var question = Question(found: [])
        let runs = known.withLock { known in
            question.found = fingerprints.map { known.tail.position(of: $0) }
            return known.runs
        }
        let open = fingerprints.indices.filter { question.found[$0] == nil }
        for run in runs {
            for place in open where run.filter.mayContain(fingerprints[place]) {
                question.hits.append((place, run.number))
            }
        }
        return question
    }

    /// The question's answers; nil if a run that it names was merged meanwhile.
    private func answer(_ question: Question, _ fingerprints: [Fingerprint], in database: Database) throws -> [Int64?]?
    {
        var found = question.found
        let blocks = MarkBlocks(database: database)
        for (place, run) in question.hits where found[place] == nil {
            let fingerprint = fingerprints[place]
            guard let block = try blocks.block(of: run, around: Mark(fingerprint: fingerprint, position: .max)) else {
                return nil
            }
            found[place] = block?.last { $0.fingerprint == fingerprint }?.position
        }
        return found
    }

    /// Adds the marks of rows, in the caller's transaction.
    ///
    /// - Throws: `IndexError.duplicate` before anything is written.
    package func add(_ rows: [IndexRow], in database: Database) throws -> Addition {
        var key = key
        let identities = rows.map { key.fingerprint(of: $0.identity) }
        try requireNew(identities, of: rows, in: database)
        var marks: [Mark] = []
        for (row, identity) in zip(rows, identities) {
            let position = Int64(row.index.value)
            marks.append(Mark(fingerprint: identity, position: position))
            if let subject = row.subject {
                marks.append(Mark(fingerprint: key.fingerprint(ofSubject: subject), position: position))
            }
        }
        var (size, flushed, runs) = known.withLock { ($0.flushed + Int64($0.tail.count), $0.flushed, $0.runs) }
        guard rows.first.map({ size == Int64($0.index.value) }) ?? true else {
            throw IndexError.unusable("another process has changed it")
        }
        size += Int64(rows.count)
        return try work.withLock { kept in
            var work = try kept.take() ?? Work(beside: runs, in: database)
            var rest = marks[...]
            let tail = Int64(sizes.tail)
            let isFull = size - flushed >= tail
            // Runs are of one size, for which their filters are made (`MarkFilter`).
            while size - flushed >= tail {
                let run = flushed..<flushed + tail
                let end = rest.firstIndex { $0.position >= run.upperBound } ?? rest.endIndex
                runs.append(try flush(rest[..<end], run, &work, in: database))
                (rest, flushed) = (rest[end...], run.upperBound)
            }
            if let first = rest.first { try MarkTail.write(rest, from: first.position, in: database) }
            work.credit += 6 * marks.count
            try merge(&runs, &work, in: database)
            kept = work
            return Addition(runs: runs, marks: rest, isFlushed: isFull)
        }
    }

    /// The transaction of `add` is committed.
    package func take(_ addition: Addition) {
        known.withLock { known in
            known.runs = addition.runs
            if addition.isFlushed { known.tail.removeAll() }
            for mark in addition.marks where mark.fingerprint.isIdentity { known.tail.insert(mark) }
        }
    }

    /// The transaction of `add` was rolled back: merges that it moved begin anew.
    func giveUpMerges() {
        work.withLock { $0 = nil }
    }

    /// Whoever seals a row has asked for it: what came since then is in the tail, or is asked again.
    private func requireNew(_ identities: [Fingerprint], of rows: [IndexRow], in database: Database) throws {
        var (flushed, known) = known.withLock { known in
            (known.flushed, identities.map { known.tail.position(of: $0) })
        }
        let open = rows.indices.filter { Int64(rows[$0].askedAt.value) < flushed }
        for (place, position) in zip(open, try lookUp(open.map { identities[$0] }, in: database)) {
            known[place] = position
        }
        var batch = MarkTable(room: rows.count)
        for (place, row) in rows.enumerated() {
            let mark = Mark(fingerprint: identities[place], position: Int64(row.index.value))
            guard known[place] == nil, batch.insert(mark) else {
                throw IndexError.duplicate(
                    source: row.identity.source.string, id: row.identity.id.string, at: row.index.value)
            }
        }
    }

    /// Makes a run of the tail and of the marks that complete it.
    private func flush(
        _ marks: ArraySlice<Mark>, _ positions: Range<Int64>, _ work: inout Work, in database: Database
    ) throws -> MarkRun {
        var run = MarkRunWriter(number: work.next, level: 0, positions: positions)
        work.next += 1
        var all = try MarkTail.read(in: database)
        all += marks
        all.sort()
        for mark in all { try run.append(mark, in: database) }
        try MarkTail.delete(in: database)
        return try run.finish(in: database)
    }

    /// Merges and deletes as many blocks as the marks that came allow. The lowest level goes first, so that few runs wait.
    private func merge(_ runs: inout [MarkRun], _ work: inout Work, in database: Database) throws {
        var blocks = work.credit / MarkRunWriter.blockMarks
        work.credit %= MarkRunWriter.blockMarks
        var doomed = blocks + 1
        for level in Set(runs.map(\.level)).sorted() {
            let side = runs.filter { $0.level == level }.prefix(sizes.fanOut)
            guard side.count == sizes.fanOut, let first = side.first, let last = side.last else { continue }
            if work.merges[level] == nil {
                work.merges[level] = try MarkMerge(
                    Array(side), of: first.positions.lowerBound..<last.positions.upperBound, level: level + 1,
                    to: work.next, in: database)
                work.next += 1
            }
            guard let run = try work.merges[level]?.step(&blocks, in: database) else { continue }
            work.merges[level] = nil
            let gone = Set(side.map(\.number))
            for number in gone.sorted() {
                try database.cachedStatement(sql: "DELETE FROM run WHERE number = ?").execute(arguments: [number])
            }
            work.dead += gone.sorted()
            let place = runs.firstIndex { gone.contains($0.number) } ?? runs.endIndex
            runs.removeAll { gone.contains($0.number) }
            runs.insert(run, at: place)
        }
        while doomed > 0, let number = work.dead.first {
            if try !MarkFile.delete(number, upTo: doomed, in: database) {
                work.dead.removeFirst()
                continue
            }
            doomed -= max(1, min(doomed, database.changesCount))
        }
    }
}

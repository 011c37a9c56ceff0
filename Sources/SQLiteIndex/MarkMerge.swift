import GRDB

/// Makes one run of adjacent ones, a few blocks at a time. What it has reached is known in memory alone: after a restart
/// it begins anew, and its unfinished blocks are deleted.
struct MarkMerge {
    /// One of the runs that are merged, and what of it was not taken yet.
    private struct Walk {
        let run: Int64
        var block: [Mark]
        var next = 0
    }

    private var walks: [Walk] = []
    private var output: MarkRunWriter

    /// - Parameter sources: runs of one level, side by side, ascending by position.
    init(_ sources: [MarkRun], of positions: Range<Int64>, level: Int64, to number: Int64, in database: Database) throws
    {
        output = MarkRunWriter(number: number, level: level, positions: positions)
        let least = Mark(fingerprint: Fingerprint(high: 0, low: 0), position: 0)
        for source in sources {
            // An index has no mark that is all zeroes but by a chance of one in 2¹²⁷.
            guard let block = try MarkBlocks(database: database).block(of: source.number, beyond: least) ?? nil else {
                throw IndexError.unusable("run \(source.number) has no blocks")
            }
            walks.append(Walk(run: source.number, block: block))
        }
    }

    /// Writes up to `blocks` more blocks, and counts them off. Returns the run once it is finished.
    mutating func step(_ blocks: inout Int, in database: Database) throws -> MarkRun? {
        while blocks > 0 {
            guard let least = walks.indices.min(by: { head(of: $0) < head(of: $1) }) else {
                blocks -= 1
                return try output.finish(in: database)
            }
            try output.append(head(of: least), in: database)
            if output.isAtBlockEnd { blocks -= 1 }
            try advance(least, in: database)
        }
        return nil
    }

    private func head(of walk: Int) -> Mark { walks[walk].block[walks[walk].next] }

    private mutating func advance(_ place: Int, in database: Database) throws {
        walks[place].next += 1
        guard walks[place].next == walks[place].block.count else { return }
        let (run, last) = (walks[place].run, walks[place].block[walks[place].next - 1])
        guard let block = try MarkBlocks(database: database).block(of: run, beyond: last) else {
            throw IndexError.unusable("run \(run) is gone while it is merged")
        }
        if let block { walks[place] = Walk(run: run, block: block) } else { walks.remove(at: place) }
    }
}

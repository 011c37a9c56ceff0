import Foundation
import TestMaterial

/// Bulk: NDJSON in one request after another, until the log has the size of the plan.
extension Session {
    private static let connections = 4
    private static let events = 1_000

    /// Fills the ledger that everything after reads, starts and verifies; and a second one with random ids, which goes
    /// again at once.
    func measureBulk() throws {
        if wants(.bulkOrdered) { _ = try filledLedger() }
        guard wants(.bulkRandom) else { return }
        let random = try ledger("random")
        try measure(.bulkRandom) { row in try fill(random, .random, &row) }
        try removeLedger("random")
    }

    /// A ledger of the plan's full size; its server runs.
    func filledLedger() throws -> Ledger {
        let ledger = try ledger("bulk")
        if try ledger.size() < plan.entries {
            if wants(.bulkOrdered) {
                try measure(.bulkOrdered) { row in try fill(ledger, .timeOrdered, &row) }
            } else {
                var unread = Row(.bulkOrdered)
                try fill(ledger, .timeOrdered, &unread)
            }
        }
        return ledger
    }

    private func fill(_ ledger: Ledger, _ order: EventIDs.Order, _ row: inout Row) throws {
        let sources = try bulkSenders(of: ledger, order, connections: Self.connections, events: Self.events)
        var load = LoadGenerator(port: ledger.port, sources: sources, readsLines: true)
        // Where the index falls too far behind the log, lines are refused until it has caught up.
        load.expected = [200, 201, 429]
        load.afterRefusal = .waitAsTold
        let (server, before) = (try ledger.facts, try ledger.size())
        var slices: [Served] = []
        var (peaks, resident): ([Double], [Double]) = ([], [])
        for step in plan.bulkSteps {
            Terminal.progress("measuring \(row.name.rawValue): on the way to \(step) entries")
            let span = LoadSpan.events(max(1, step - (try ledger.size())), perRequest: Self.events)
            try server.forgetPeak()
            slices.append(try grow(ledger, &row) { try Served(load, span, by: server) })
            peaks.append(try server.peakBytes() / 1e6)
            if step == plan.bulkSteps.first || step == plan.bulkSteps.last {
                Thread.sleep(forTimeInterval: plan.rest)
                resident.append(try server.residentBytes() / 1e6)
            }
        }
        row.add("events", .perSecond, slices.map(\.load.sealedRate))
        row.add("slowest", .perSecond, slices.map(\.load.sealedRate).min() ?? 0)
        row.add(latencies: slices.map(\.load.latency))
        row.add("429", .percent, slices.map { 100 * $0.load.refusedLines })
        row.add("server", .microseconds, slices.map(\.microsecondsAnEvent))
        row.add("client", .microseconds, slices.map { $0.clientMicroseconds / Double(Self.events) })
        row.add("peak first", .megabytes, peaks.first ?? 0)
        row.add("peak last", .megabytes, peaks.last ?? 0)
        row.add("peak", .megabytes, peaks.max() ?? 0)
        row.add("RSS first", .megabytes, resident.first ?? 0)
        row.add("RSS last", .megabytes, resident.last ?? 0)
        for slice in slices { row.note(unexpected: slice.load.unexpected) }
        try addDisk(ledger, before: before, &row)
        let steps =
            "\(Table.number(Double(plan.bulkSteps.first ?? 0))) and \(Table.number(Double(plan.entries))) entries"
        let rest = Table.number(plan.rest)
        row.notes.append(
            """
            each slice ends at one of \(plan.bulkSteps.count) sizes; memory first and last: at most on the way to \(steps), \
            and \(rest) s after them
            """)
    }

    /// What the ledger takes on the disk once it is stopped, an entry.
    private func addDisk(_ ledger: Ledger, before: Int, _ row: inout Row) throws {
        let size = try ledger.size()
        let entry = try ledger.sealedBytes() / Double(size - before)
        try ledger.stop()
        let disk = try Folder(ledger.data).diskBytes().mapValues { $0 / Double(size) }
        try ledger.start()
        let all = disk.filter { $0.key != "heads" }.values.reduce(0, +)
        row.add("entry", .bytes, entry)
        row.add("disk", .bytes, all)
        let parts = disk.sorted { $0.value > $1.value }.filter { $0.value >= 1 }
            .map { "\($0.key) \(Table.number($0.value))" }
        row.notes.append(
            """
            disk an entry, heads apart: \(Table.number(all)) B, where 1.15 × \(Table.number(entry)) + 300 are \
            \(Table.number(1.15 * entry + 300)) (\(parts.joined(separator: ", ")))
            """)
    }
}

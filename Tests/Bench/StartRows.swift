/// How long the server takes to be there: from its process's start to "listening", and to a ready `/readyz`.
extension Session {
    func measureStarts() throws {
        guard wants(.start) else { return }
        let ledger = try filledLedger()
        try measure(.startClean) { row in
            try measureStarts(of: ledger, &row, times: plan.slices) { try ledger.stop() }
        }
        try measure(.startKilled) { row in
            var answered = 0
            try measureStarts(of: ledger, &row, times: plan.slices) {
                let before = try ledger.size()
                answered = before + (try killUnderLoad(ledger))
            } check: { row in
                let found = try ledger.size()
                if found < answered { row.note(unexpected: ["\(answered - found) answered events were lost": 1]) }
            }
        }
        try measure(.startRebuilt) { row in
            try measureStarts(of: ledger, &row, times: 1) {
                try ledger.stop()
                try Folder(ledger.data).removeFiles(beginningWith: "index.db")
            }
        }
    }

    private func measureStarts(
        of ledger: Ledger, _ row: inout Row, times: Int, after end: () throws -> Void,
        check: (inout Row) throws -> Void = { _ in }
    ) throws {
        var (listening, ready): ([Double], [Double]) = ([], [])
        for _ in 0..<times {
            try end()
            let start = Clock.now()
            listening.append(try ledger.start(within: plan.rebuildLimit))
            try ledger.awaitReady(within: plan.rebuildLimit)
            ready.append(Clock.seconds(Clock.now() - start))
            try check(&row)
        }
        row.add("listening", .seconds, listening)
        row.add("ready", .seconds, ready)
        row.add("slowest", .seconds, ready.max() ?? 0)
        row.add("entries", .count, Double(try ledger.size()))
        try row.add(memoryOf: ledger.facts)
    }

    /// Ends the server in the middle of bulk posts.
    ///
    /// - Returns: how many events it had answered by then.
    private func killUnderLoad(_ ledger: Ledger) throws -> Int {
        let sources = try bulkSenders(of: ledger, .timeOrdered, connections: 4, events: 1_000)
        var load = LoadGenerator(port: ledger.port, sources: sources, readsLines: true)
        load.awaitsAnswers = false
        load.expected = [200, 201, 429]
        let result = try load.run(.seconds(plan.slice, warmUp: 0))
        try ledger.kill()
        return result.sealedInAll
    }
}

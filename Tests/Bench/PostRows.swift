/// Single posts, beside the bare server's rate at the same number of connections, slice by slice in turn.
extension Session {
    func measureAllPosts() throws {
        guard wants(.post) else { return }
        try measurePosts()
        try measureVouchedPosts()
    }

    private func measurePosts() throws {
        let ledger = try ledger("post")
        let bare = try bareServer(like: ledger)
        for (name, connections) in [(RowName.post1, 1), (.post64, 64), (.post256, 256)] {
            let sources = try senders(of: ledger, .timeOrdered, connections: connections)
            try measure(name) { row in
                let span = LoadSpan.seconds(plan.slice, warmUp: plan.warmUp)
                let ours = LoadGenerator(port: ledger.port, sources: sources, expected: [201])
                let theirs = LoadGenerator(port: bare.port, sources: sources, expected: [201])
                var (slices, bareSlices, flushes): ([Served], [Served], [Histogram]) = ([], [], [])
                try ledger.facts.forgetPeak()
                for _ in 0..<plan.slices {
                    flushes.append(try Baseline.flushes(in: folder, seconds: plan.warmUp))
                    bareSlices.append(try Served(theirs, span, by: bare.facts))
                    slices.append(try grow(ledger, &row) { try Served(ours, span, by: try ledger.facts) })
                }
                row.add("of bare NIO", .percent, zip(slices, bareSlices).map { 100 * $0.load.rate / $1.load.rate })
                row.addRequests(slices)
                row.add("bare NIO", .perSecond, bareSlices.map(\.load.rate))
                row.add("its server", .microseconds, bareSlices.map(\.microsecondsAnAnswer))
                row.add("flush p50", .milliseconds, flushes.compactMap { $0.quantile(0.5) }.map { Double($0) / 1e6 })
                try row.add(memoryOf: ledger.facts)
            }
        }
    }

    /// Runs a load that writes, and holds the log's growth against what was answered. (The ledger writes entries of
    /// its own too: marks, counts.)
    func grow(_ ledger: Ledger, _ row: inout Row, _ work: () throws -> Served) throws -> Served {
        let before = try ledger.size()
        let served = try work()
        let grown = try ledger.size() - before
        if !(served.load.sealedInAll...served.load.sealedInAll + 100).contains(grown) {
            row.note(unexpected: ["\(served.load.sealedInAll) events were answered and the log grew by \(grown)": 1])
        }
        return served
    }
}

/// More callers than the inbox has room for.
extension Session {
    private static let factor = 10

    func measureOverload() throws {
        guard wants(.overload) else { return }
        let ledger = try ledger("post")
        let isOffered = try commands.offers("--inbox", ["countersign", "serve"])
        if isOffered {
            try ledger.stop()
            try ledger.start(["--inbox", String(plan.inbox)])
        }
        for (name, policy) in [(RowName.overloadAtOnce, AfterRefusal.sendAtOnce), (.overloadAsTold, .waitAsTold)] {
            try measure(name) { row in
                guard isOffered else {
                    row.notes.append("not measured: `countersign serve` has no --inbox to make the inbox small")
                    return
                }
                try overload(ledger, policy, &row)
            }
        }
        if isOffered {
            try ledger.stop()
            try ledger.start()
        }
    }

    /// As many connections as the inbox holds, and ten times as many, in turn.
    private func overload(_ ledger: Ledger, _ policy: AfterRefusal, _ row: inout Row) throws {
        var best = LoadGenerator(
            port: ledger.port, sources: try senders(of: ledger, .timeOrdered, connections: plan.inbox))
        best.expected = [201, 429]
        var most = LoadGenerator(
            port: ledger.port,
            sources: try senders(of: ledger, .timeOrdered, connections: Self.factor * plan.inbox))
        most.expected = [201, 429]
        most.afterRefusal = policy
        let span = LoadSpan.seconds(plan.slice, warmUp: plan.warmUp)
        var (within, beyond): ([Served], [Served]) = ([], [])
        try ledger.facts.forgetPeak()
        for _ in 0..<plan.slices {
            within.append(try grow(ledger, &row) { try Served(best, span, by: try ledger.facts) })
            beyond.append(try grow(ledger, &row) { try Served(most, span, by: try ledger.facts) })
        }
        row.add("sealed", .perSecond, beyond.map(\.load.sealedRate))
        row.add("of best", .percent, zip(beyond, within).map { 100 * $0.load.sealedRate / $1.load.sealedRate })
        row.add("best", .perSecond, within.map(\.load.sealedRate))
        row.add("429", .percent, beyond.map { 100 * $0.load.rate(429) / $0.load.rate })
        row.add(latencies: beyond.map(\.load.latency))
        let refusals = beyond.compactMap { $0.load.refusalLatency.quantile(0.99) }
        row.add("429 p99", .milliseconds, refusals.map { Double($0) / 1e6 })
        row.add("server an event", .microseconds, beyond.map(\.microsecondsAnEvent))
        try row.add(memoryOf: ledger.facts)
        row.notes.append("an inbox of \(plan.inbox), \(plan.inbox) and \(Self.factor * plan.inbox) connections")
        for slice in within + beyond { row.note(unexpected: slice.load.unexpected) }
    }
}

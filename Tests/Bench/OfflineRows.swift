/// What an auditor's machine does: the log as a static tree, every entry of it hashed and judged again.
extension Session {
    private static let limit = 3_600.0

    func measureOffline() throws {
        guard wants(.offline) else { return }
        let ledger = try filledLedger()
        let size = Double(try ledger.size())
        // Nothing else is to use the cores.
        try ledger.stop()
        let tiles = "\(folder)/tiles"
        defer { try? Folder(tiles).remove() }
        let export = ["tiles", "export", tiles, "--data", ledger.data]
        try measure(.tilesExport) { row in
            row.add([try commands.run("countersign", export, within: Self.limit).ending], entries: size)
        }
        // Where the row was not asked for, the tree is still to be made; where it was, nothing is left to write.
        try commands.run("countersign", export, within: Self.limit)
        let bytes = try Folder("\(tiles)/tile/entries").length() - 2 * size
        try measure(.verifyLog) { row in try verify(tiles, ledger, size: size, bytes: bytes, [], &row) }
        try measure(.verifyHashes) { row in
            guard try commands.offers("--hashes-only", ["countersign-verify", "log"]) else {
                row.notes.append("not there: `countersign-verify log` has no --hashes-only")
                return
            }
            try verify(tiles, ledger, size: size, bytes: bytes, ["--hashes-only"], &row)
        }
        try ledger.start()
    }

    /// Verifies the tree, with this machine's rate of SHA-256 taken before and after each time.
    private func verify(
        _ tiles: String, _ ledger: Ledger, size: Double, bytes: Double, _ options: [String], _ row: inout Row
    ) throws {
        var endings: [ChildProcess.Ending] = []
        var shares: [Double] = []
        for _ in 0..<(plan.size == .full ? 1 : plan.slices) {
            let before = Baseline.sha256Rate(seconds: plan.warmUp)
            let ending = try commands.run(
                "countersign-verify", ["log", tiles, "--trust", ledger.trust] + options, within: Self.limit
            ).ending
            let rate = (before + Baseline.sha256Rate(seconds: plan.warmUp)) / 2 * 1_024
            endings.append(ending)
            shares.append(100 * bytes / ending.cpu / rate)
        }
        row.add("of SHA-256", .percent, shares)
        row.add(endings, entries: size)
    }
}

extension Row {
    /// The figures of a command that goes through all entries.
    fileprivate mutating func add(_ endings: [ChildProcess.Ending], entries: Double) {
        add("a core", .perSecond, endings.map { entries / $0.cpu })
        add("all cores", .perSecond, endings.map { entries / $0.seconds })
        add("wall", .seconds, endings.map(\.seconds))
        add("cores used", .count, endings.map { $0.cpu / $0.seconds })
        add("peak", .megabytes, endings.map { $0.peakBytes / 1e6 })
    }
}

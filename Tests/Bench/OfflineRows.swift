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
        try measure(.tilesExport) { row in try exportBesideCopy(export, tiles, size: size, &row) }
        // Where the row was not asked for, the tree is still to be made; where it was, nothing is left to write.
        try commands.run("countersign", export, within: Self.limit)
        let bytes = try Folder("\(tiles)/tile/entries").length() - 2 * size
        try measure(.monitor) { row in try follow(tiles, ledger, size: size, &row) }
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

    private var repetitions: Int { plan.size == .full ? 1 : plan.slices }

    /// Exports into a new folder, and copies that plainly: the same files, flushed with one call at the end.
    private func exportBesideCopy(_ export: [String], _ tiles: String, size: Double, _ row: inout Row) throws {
        var endings: [ChildProcess.Ending] = []
        var (rates, shares): ([Double], [Double]) = ([], [])
        let copy = "\(folder)/tiles-copied"
        for _ in 0..<repetitions {
            try Folder(tiles).remove()
            let exported = try commands.run("countersign", export, within: Self.limit).ending
            let shell = ["/bin/sh", "-c", "cp -r \"$0\" \"$1\" && sync -f \"$1\"", tiles, copy]
            let copied = try ChildProcess(shell, errorFile: commands.errorFile).finish(within: Self.limit).ending
            let bytes = try Folder(tiles).length()
            guard copied.code == 0, try Folder(copy).length() == bytes else {
                throw ChildProcess.Failed(description: "cp did not copy \(tiles)")
            }
            try Folder(copy).remove()
            endings.append(exported)
            rates.append(bytes / exported.seconds / 1e6)
            shares.append(100 * copied.seconds / exported.seconds)
        }
        row.add("written", .megabytesPerSecond, rates)
        row.add("of a plain copy", .percent, shares)
        row.add(endings, entries: size)
    }

    /// A monitor that knows nothing reads the whole log.
    private func follow(_ tiles: String, _ ledger: Ledger, size: Double, _ row: inout Row) throws {
        let state = "\(folder)/monitor-state"
        var endings: [ChildProcess.Ending] = []
        for _ in 0..<repetitions {
            try Folder(state).remove()
            endings.append(
                try commands.run(
                    "countersign", ["monitor", tiles, "--trust", ledger.trust, "--state", state, "--once"],
                    within: Self.limit
                ).ending)
        }
        row.add(endings, entries: size)
    }

    /// Verifies the tree, with this machine's rate of SHA-256 taken before and after each time.
    private func verify(
        _ tiles: String, _ ledger: Ledger, size: Double, bytes: Double, _ options: [String], _ row: inout Row
    ) throws {
        var endings: [ChildProcess.Ending] = []
        var shares: [Double] = []
        for _ in 0..<repetitions {
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

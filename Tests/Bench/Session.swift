/// One run of the bench: what was asked, where things lie, and what came out.
final class Session {
    let plan: Plan
    let commands: Commands
    /// A folder of its own on the disk that is measured; nothing of it is needed afterwards.
    let folder: String
    let seed: UInt64
    let selection: Selection
    private let keepsLedgers: Bool
    private(set) var rows: [Row] = []
    private var ledgers: [String: Ledger] = [:]
    private var bare: BareServer?
    private var sendersMade: UInt64 = 0

    /// - Parameter keepsLedgers: whether ledgers stay on the disk when nothing needs them any more.
    init(
        _ plan: Plan, _ commands: Commands, folder: String, seed: UInt64, _ selection: Selection, keepsLedgers: Bool
    ) {
        self.plan = plan
        self.commands = commands
        self.folder = folder
        self.seed = seed
        self.selection = selection
        self.keepsLedgers = keepsLedgers
    }

    func wants(_ row: RowName) -> Bool { selection.contains(row) }

    func wants(_ group: RowGroup) -> Bool { selection.contains(group) }

    /// Measures a row, if it was asked for.
    func measure(_ name: RowName, _ work: (inout Row) throws -> Void) rethrows {
        guard wants(name) else { return }
        Terminal.progress("measuring \(name.rawValue)")
        var row = Row(name)
        let meter = NoiseMeter()
        try work(&row)
        row.noise = meter.noise
        rows.append(row)
        Terminal.clear()
    }

    /// Prints what was measured of a group.
    func show(_ group: RowGroup) {
        let measured = rows.filter { $0.group == group }
        if !measured.isEmpty { Terminal.say("\(Table(group: group, rows: measured))\n") }
    }

    /// A ledger of the session: made when it is first asked for, its server running.
    func ledger(_ name: String) throws -> Ledger {
        if let ledger = ledgers[name] { return ledger }
        Terminal.progress("making the ledger for \(name)")
        let ledger = try Ledger(in: "\(folder)/\(name)", commands)
        ledgers[name] = ledger
        try ledger.start()
        return ledger
    }

    func removeLedger(_ name: String) throws {
        let ledger = ledgers.removeValue(forKey: name)
        if keepsLedgers { try ledger?.stop() } else { try ledger?.remove() }
    }

    /// The bare server, which answers a post with as many bytes as the ledger does.
    func bareServer(like ledger: Ledger) throws -> BareServer {
        if let bare { return bare }
        let source = try senders(of: ledger, .timeOrdered, connections: 1)[0]
        var request: [UInt8] = []
        source.write(to: &request)
        let made = try BareServer(commands, answerBytes: try HTTPRequest.exchange(request, port: ledger.port).count)
        bare = made
        return made
    }

    /// Single posts for so many connections, the gateways in turn.
    func senders(of ledger: Ledger, _ order: EventIDs.Order, connections: Int) throws -> [any RequestSource] {
        let gateways = try ledger.gateways.map { try EventSender($0, seed: seed) }
        return (0..<connections).map { SinglePosts(gateways[$0 % gateways.count], order, seed: nextSeed()) }
    }

    /// Bulk posts, likewise.
    func bulkSenders(
        of ledger: Ledger, _ order: EventIDs.Order, connections: Int, events: Int
    ) throws -> [any RequestSource] {
        let gateways = try ledger.gateways.map { try EventSender($0, seed: seed) }
        return (0..<connections).map {
            BulkPosts(gateways[$0 % gateways.count], order, seed: nextSeed(), events: events)
        }
    }

    private func nextSeed() -> UInt64 {
        sendersMade += 1
        return seed &+ sendersMade &* 0xD134_2543_DE82_EF95
    }
}

/// The bare server, running.
final class BareServer {
    let port: UInt16
    private let process: ChildProcess

    init(_ commands: Commands, answerBytes: Int) throws {
        process = try commands.start("bench", ["bare-nio", "--answer-bytes", String(answerBytes)])
        let address = try process.line(after: "listening on http://127.0.0.1:", within: 30).rest
        guard let port = UInt16(address) else { throw process.failure("listens on \(address)") }
        self.port = port
    }

    var facts: ProcessFacts { ProcessFacts(process: process.process) }
}

extension Session {
    /// Measures everything that was asked for, a table after each group; takes every ledger away as soon as nothing
    /// needs it.
    func run() throws {
        let parts: [(RowGroup, () throws -> Void)] = [
            (.baseline, measureBaseline), (.post, measureAllPosts), (.overload, measureOverload),
            (.cross, measureCrossCheck), (.bulk, measureBulk), (.read, measureReading), (.start, measureStarts),
            (.offline, measureOffline),
        ]
        for (group, measure) in parts {
            try measure()
            show(group)
            if group == .cross { try removeLedger("post") }
        }
        try removeLedger("bulk")
    }

    /// Whether nothing happened that must not.
    var isClean: Bool { rows.allSatisfy(\.unexpected.isEmpty) }
}

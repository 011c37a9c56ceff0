/// The same loads from `wrk`, for those who would not take our own generator's word.
extension Session {
    func measureCrossCheck() throws {
        guard wants(.cross) else { return }
        let ledger = try ledger("post")
        try measure(.crossPost) { row in
            let ours = LoadGenerator(
                port: ledger.port, sources: try senders(of: ledger, .timeOrdered, connections: 256), expected: [201])
            let script = "\(folder)/post.lua"
            let sender = try EventSender(ledger.gateways[0], seed: seed)
            try crossCheck(ours, connections: 256, path: "/v1/events", &row) { slice in
                try SmallFile.write(WrkScript.posting(sender, slice: slice), to: script)
                return ["-s", script]
            }
        }
        try measure(.crossGet) { row in
            let sources = (0..<64).map { _ in FixedRequests([HTTPRequest.get("/healthz")]) }
            let ours = LoadGenerator(port: ledger.port, sources: sources, expected: [200])
            try crossCheck(ours, connections: 64, path: "/healthz", &row) { _ in [] }
        }
    }

    private func crossCheck(
        _ ours: LoadGenerator, connections: Int, path: String, _ row: inout Row,
        options: (_ slice: Int) throws -> [String]
    ) throws {
        var (slices, reports): ([Served], [WrkReport]) = ([], [])
        for slice in 0..<plan.slices {
            let served = try Served(ours, .seconds(plan.slice, warmUp: plan.warmUp), by: ledger("post").facts)
            // wrk counts whole seconds.
            let seconds = Int(plan.slice.rounded(.up))
            let arguments = ["wrk", "-t1", "-c\(connections)", "-d\(seconds)s", "--latency"] + (try options(slice))
            let wrk = try ChildProcess(
                arguments + ["http://127.0.0.1:\(ours.port)\(path)"], errorFile: commands.errorFile)
            let (output, ending) = try wrk.finish(within: 60)
            guard ending.code != 127 else {
                row.notes.append("not measured: wrk is not installed (apt-get install wrk)")
                return
            }
            guard ending.code == 0, let report = WrkReport(parsing: output) else {
                throw wrk.failure("ended with \(ending.code)")
            }
            slices.append(served)
            reports.append(report)
        }
        row.addRequests(slices)
        row.add("wrk", .perSecond, reports.map(\.rate))
        row.add("wrk p50", .milliseconds, reports.map(\.p50))
        row.add("wrk p99", .milliseconds, reports.map(\.p99))
        row.add("ours of wrk", .percent, zip(slices, reports).map { 100 * $0.load.rate / $1.rate })
        for report in reports where report.refused > 0 {
            row.note(unexpected: ["other statuses, says wrk": report.refused])
        }
    }
}

/// What wrk prints at its end.
struct WrkReport {
    let rate: Double
    /// Milliseconds.
    let p50, p99: Double
    /// Answers that were neither 2xx nor 3xx.
    let refused: Int

    init?(parsing text: String) {
        let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
        func last(after first: Substring) -> Substring? { lines.first { $0.first == first }?.last }
        guard let rate = last(after: "Requests/sec:").flatMap({ Double($0) }),
            let p50 = last(after: "50%").flatMap(Self.milliseconds),
            let p99 = last(after: "99%").flatMap(Self.milliseconds)
        else { return nil }
        self.rate = rate
        self.p50 = p50
        self.p99 = p99
        refused = last(after: "Non-2xx").flatMap { Int($0) } ?? 0
    }

    /// `850.00us`, `1.23ms`, `1.02s`.
    private static func milliseconds(_ text: Substring) -> Double? {
        for (unit, factor) in [("us", 1e-3), ("ms", 1), ("s", 1e3)] where text.hasSuffix(unit) {
            return Double(text.dropLast(unit.count)).map { $0 * factor }
        }
        return nil
    }
}

/// What makes wrk send events: the request as it stands, with an id that counts.
private enum WrkScript {
    static func posting(_ sender: EventSender, slice: Int) -> String {
        let template = sender.templates.cases[slice % sender.templates.cases.count][0]
        let head = HTTPRequest.postHead(
            mediaType: "application/cloudevents+json", length: EventTemplates.length, token: sender.token)
        let before = head + template.bytes[..<template.idPlace]
        let after = template.bytes[(template.idPlace + EventIDs.length)...]
        return """
            local before, after, sent = "\(quoted(before))", "\(quoted(after))", 0
            function request()
                sent = sent + 1
                return before .. string.format("\(EventIDs.prefix(at: Clock.wallMilliseconds()))-7000-8000-%012x", sent) .. after
            end

            """
    }

    private static func quoted(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in
            switch byte {
            case 0x0D: "\\r"
            case 0x0A: "\\n"
            case 0x22, 0x5C: "\\" + String(UnicodeScalar(byte))
            default: String(UnicodeScalar(byte))
            }
        }.joined()
    }
}

/// One load, from the first connection to the last answer.
final class LoadRun {
    /// For how long a load goes on that gets no answer but refusals.
    private static let patience = 60.0

    private let load: LoadGenerator
    private let poller: Poller
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    private var connections: [Connection] = []
    private var result = LoadResult()
    private let eventsWanted, eventsPerRequest: Int
    private var busy = 0
    /// Connections that were told to wait, the first to go on first.
    private var resting: [(until: UInt64, connection: Connection)] = []
    /// Measured is what is answered from `start` to `end`.
    private var start: UInt64 = 0
    private var end = UInt64.max
    private var lastAnswer: UInt64 = 0
    /// When something was last answered with more than a refusal.
    private var lastSuccess: UInt64 = 0

    init(_ load: LoadGenerator, _ span: LoadSpan) throws {
        self.load = load
        poller = try Poller()
        if case .events(let count, let perRequest) = span {
            (eventsWanted, eventsPerRequest) = (count, perRequest)
        } else {
            (eventsWanted, eventsPerRequest) = (.max, 0)
        }
        for place in load.sources.indices {
            let connection = try Connection(place: place, port: load.port, readingLines: load.readsLines)
            try poller.watch(connection)
            connections.append(connection)
        }
        let now = Clock.now()
        start = now
        if case .seconds(let length, let warmUp) = span {
            start += Clock.nanoseconds(warmUp)
            end = start + Clock.nanoseconds(length)
        }
    }

    deinit { buffer.deallocate() }

    func run() throws -> LoadResult {
        let cpu = ProcessFacts.ownCPU()
        for connection in connections { try sendNext(on: connection, at: Clock.now()) }
        try loop()
        result.seconds = Clock.seconds((end == .max ? lastAnswer : end) - start)
        result.clientMicroseconds = (ProcessFacts.ownCPU() - cpu) * 1e6
        if !load.awaitsAnswers { result.leftOpen = connections }
        return result
    }

    private func loop() throws {
        while true {
            let now = Clock.now()
            if now >= end, busy == 0 || !load.awaitsAnswers { return }
            if busy == 0, resting.isEmpty { return }
            guard now < max(end == .max ? start : end, lastSuccess) + Clock.nanoseconds(Self.patience) else {
                return note("no answer but refusals for \(Int(Self.patience)) s", times: max(1, busy))
            }
            while let first = resting.first, first.until <= now {
                resting.removeFirst()
                try sendNext(on: first.connection, at: now)
            }
            try poller.wait(milliseconds: resting.isEmpty ? 20 : 1) { place in
                try advance(connections[place])
            }
        }
    }

    /// Something happened to the connection: reads, completes, sends.
    private func advance(_ connection: Connection) throws {
        switch try connection.receive(through: buffer) {
        case .closed: try replace(connection)
        case .answered: try complete(connection)
        case .waiting: if connection.hasUnsent, !connection.send() { try replace(connection) }
        }
    }

    private func sendNext(on connection: Connection, at now: UInt64) throws {
        guard now < end, result.sealedInAll + busy * eventsPerRequest < eventsWanted else { return }
        busy += 1
        load.sources[connection.place].write(to: &connection.request)
        connection.begin(at: now)
        if !connection.send() { try replace(connection) }
    }

    private func complete(_ connection: Connection) throws {
        let now = Clock.now()
        let parser = connection.parser
        lastAnswer = now
        busy -= 1
        connection.isBusy = false
        if !load.expected.contains(parser.status) { note("status \(parser.status)") }
        if connection.hasUnsent { note("answered before all was sent") }
        record(parser, began: connection.began, answered: now)
        if parser.closes || connection.hasUnsent {
            try connection.reconnect(load.port)
            try poller.watch(connection)
        }
        let pause = pause(after: parser)
        if pause == 0 { lastSuccess = now }
        if pause > 0, load.afterRefusal == .waitAsTold {
            resting.append((now + pause, connection))
        } else {
            try sendNext(on: connection, at: now)
        }
    }

    /// Nanoseconds that a refused sender is to wait; 0 for one that was not refused.
    private func pause(after answer: ResponseParser) -> UInt64 {
        if answer.status == 429 { return UInt64(max(1, answer.retryAfter ?? 1)) * Clock.second }
        return (answer.lines?.byStatus[429] ?? 0) > 0 ? Clock.second / 10 : 0
    }

    private func record(_ parser: ResponseParser, began: UInt64, answered now: UInt64) {
        let lines = parser.lines?.byStatus ?? [:]
        result.answeredInAll += 1
        result.sealedInAll += (parser.status == 201 ? 1 : 0) + (lines[201] ?? 0)
        for (status, count) in lines where !load.expected.contains(status) {
            note("a line's status \(status)", times: count)
        }
        if began >= start {
            if parser.status == 429 {
                result.refusalLatency.record(now - began)
            } else {
                result.latency.record(now - began)
            }
        }
        guard now >= start, now < end else { return }
        result.answers[parser.status, default: 0] += 1
        result.bodyBytes += parser.bodyLength
        for (status, count) in lines { result.lines[status, default: 0] += count }
    }

    /// The peer closed the connection: what was asked on it is not answered any more.
    private func replace(_ connection: Connection) throws {
        let wasBusy = connection.isBusy
        if wasBusy {
            busy -= 1
            note("connection closed before the answer")
            guard (result.unexpected["connection closed before the answer"] ?? 0) < 10_000 else {
                throw ResponseParser.Malformed(description: "the server closes every connection")
            }
        }
        try connection.reconnect(load.port)
        try poller.watch(connection)
        if wasBusy { try sendNext(on: connection, at: Clock.now()) }
    }

    private func note(_ what: String, times: Int = 1) {
        result.unexpected[what, default: 0] += times
    }
}

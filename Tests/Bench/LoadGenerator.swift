/// What one connection sends.
protocol RequestSource: AnyObject {
    /// Writes the next request over `request`, all of it, head and body.
    func write(to request: inout [UInt8])
}

/// How long a load lasts.
enum LoadSpan {
    /// Requests are begun until the time is over. What happens during the warm-up is not measured.
    case seconds(Double, warmUp: Double)
    /// Until so many events are sealed. Refused ones count for nothing, and others are sent in their place.
    case events(Int, perRequest: Int)
}

/// What a connection does after a refusal (429), of its request or of lines of it.
enum AfterRefusal {
    case sendAtOnce
    /// Waits for as long as `Retry-After` says; where only lines were refused, for a tenth of a second.
    case waitAsTold
}

/// A closed loop on one thread: every connection sends its next request when the last is answered. Requests are
/// written beforehand or patched in place, so that most of the client's time is the kernel's.
///
/// Being closed it cannot show the latency of a load that comes faster than it is answered: it shows the rate that a
/// number of callers get, and what each of them waits for.
struct LoadGenerator {
    let port: UInt16
    /// One for each connection.
    let sources: [any RequestSource]
    /// The statuses that this load should get. All others are counted, and printed.
    var expected: Set<Int> = [200, 201]
    var readsLines = false
    var afterRefusal = AfterRefusal.sendAtOnce
    /// Whether the answers that are still to come at the end are waited for. If not, the connections are left as they
    /// are until the result is thrown away.
    var awaitsAnswers = true

    func run(_ span: LoadSpan) throws -> LoadResult {
        try LoadRun(self, span).run()
    }
}

/// What a load got.
struct LoadResult {
    /// The measured time.
    var seconds = 0.0
    /// Answers in the measured time, by status.
    var answers: [Int: Int] = [:]
    /// Bytes of their bodies.
    var bodyBytes = 0
    /// Lines of NDJSON answers in the measured time, by status.
    var lines: [Int: Int] = [:]
    /// Nanoseconds from a request's first byte to its answer's last, of answers other than refusals.
    var latency = Histogram()
    /// The same of refusals (429).
    var refusalLatency = Histogram()
    /// Answers to the whole of the load, measured or not, and events that it sealed.
    var answeredInAll = 0
    var sealedInAll = 0
    /// What should not have happened, in the whole of the load, and how often.
    var unexpected: [String: Int] = [:]
    /// Microseconds of this process's own time.
    var clientMicroseconds = 0.0
    /// What keeps open the connections whose answers were not awaited.
    var leftOpen: [Connection] = []

    var answered: Int { answers.values.reduce(0, +) }

    /// Answers of one status a second.
    func rate(_ status: Int) -> Double { Double(answers[status] ?? 0) / seconds }
    var rate: Double { Double(answered) / seconds }
    /// The share of lines that were refused, 0 to 1.
    var refusedLines: Double { Double(lines[429] ?? 0) / Double(max(1, lines.values.reduce(0, +))) }
    /// Sealed events a second: answers of single posts, lines of bulk ones.
    var sealedRate: Double { Double(answers[201] ?? 0) / seconds + Double(lines[201] ?? 0) / seconds }
}

/// A load and what it cost the server.
struct Served {
    let load: LoadResult
    /// Microseconds of the server's processor time for each answer and for each sealed event.
    let microsecondsAnAnswer: Double
    let microsecondsAnEvent: Double

    init(_ generator: LoadGenerator, _ span: LoadSpan, by server: ProcessFacts) throws {
        let before = try server.cpu()
        load = try generator.run(span)
        let microseconds = (try server.cpu() - before) * 1e6
        microsecondsAnAnswer = microseconds / Double(max(1, load.answeredInAll))
        microsecondsAnEvent = microseconds / Double(max(1, load.sealedInAll))
    }

    /// Microseconds of this process's time for each answer.
    var clientMicroseconds: Double { load.clientMicroseconds / Double(max(1, load.answeredInAll)) }
}

extension Row {
    /// The figures of requests that are answered one by one.
    mutating func addRequests(_ slices: [Served]) {
        add("rate", .perSecond, slices.map(\.load.rate))
        add(latencies: slices.map(\.load.latency))
        add("server", .microseconds, slices.map(\.microsecondsAnAnswer))
        add("client", .microseconds, slices.map(\.clientMicroseconds))
        for slice in slices { note(unexpected: slice.load.unexpected) }
    }

    /// Median and 99th percentile, in milliseconds.
    mutating func add(latencies: [Histogram]) {
        add("p50", .milliseconds, latencies.compactMap { $0.quantile(0.5) }.map { Double($0) / 1e6 })
        add("p99", .milliseconds, latencies.compactMap { $0.quantile(0.99) }.map { Double($0) / 1e6 })
    }

    /// What the server's memory was at most since its peak was last forgotten, and is now.
    mutating func add(memoryOf server: ProcessFacts) throws {
        add("peak", .megabytes, try server.peakBytes() / 1e6)
        add("RSS", .megabytes, try server.residentBytes() / 1e6)
    }
}

import Synchronization

/// The numbers that `/metrics` shows, in the Prometheus text format 0.0.4.
///
/// Families and label names are fixed here; label values come from closed sets (routes, statuses,
/// problem types), so that no caller can make the page grow. Nothing in it names a caller or an event.
public final class Metrics: Sendable {
    /// What was answered on one route.
    private struct Route {
        /// By method and status; a handful.
        private(set) var requests: [(method: String, status: Int, count: UInt64)] = []
        private(set) var durations = Histogram()

        mutating func add(_ method: String, _ status: Int, _ seconds: Double) {
            durations.observe(seconds)
            if let place = requests.firstIndex(where: { $0.status == status && $0.method == method }) {
                requests[place].count += 1
            } else {
                requests.append((method, status, 1))
            }
        }
    }

    private struct State {
        var routes: [String: Route] = [:]
        var problems: [ProblemType: UInt64] = [:]
    }

    /// A number that is read when the page is made.
    public struct Gauge: Sendable {
        let name: String
        let help: String
        let labels: [(String, String)]
        let value: Double

        public init(name: String, help: String, labels: [(String, String)] = [], value: Double) {
            self.name = name
            self.help = help
            self.labels = labels
            self.value = value
        }
    }

    private let state = Mutex(State())
    private let sealed = Atomic(0)
    private let resent = Atomic(0)
    private let bytes = Atomic(0)
    private let inFlight = Atomic(0)

    public init() {}

    func requestBegan() {
        inFlight.wrappingAdd(1, ordering: .relaxed)
    }

    func requestEnded(route: String, method: String, status: Int, seconds: Double) {
        inFlight.wrappingSubtract(1, ordering: .relaxed)
        state.withLock { $0.routes[route, default: Route()].add(method, status, seconds) }
    }

    func count(_ problem: ProblemType) {
        state.withLock { $0.problems[problem, default: 0] += 1 }
    }

    func count(sealed: Int, resent: Int) {
        if sealed > 0 { self.sealed.wrappingAdd(sealed, ordering: .relaxed) }
        if resent > 0 { self.resent.wrappingAdd(resent, ordering: .relaxed) }
    }

    func count(receivedBytes: Int) {
        bytes.wrappingAdd(receivedBytes, ordering: .relaxed)
    }

    /// The whole page; families and samples in a fixed order.
    func page(gauges: [Gauge]) -> String {
        let state = state.withLock { $0 }
        var page = MetricsPage()
        page.family("countersign_http_requests_total", "counter", "Requests answered, by route, method and status.")
        let routes = state.routes.sorted { $0.key < $1.key }
        for (name, route) in routes {
            for (method, status, count) in route.requests.sorted(by: { ($0.method, $0.status) < ($1.method, $1.status) }
            ) {
                page.sample(
                    "countersign_http_requests_total",
                    [("method", method), ("route", name), ("status", String(status))], Double(count))
            }
        }
        page.family(
            "countersign_http_request_duration_seconds", "histogram", "From the request's head to the answer's.")
        for (name, route) in routes {
            page.histogram("countersign_http_request_duration_seconds", [("route", name)], route.durations)
        }
        page.family("countersign_http_requests_in_flight", "gauge", "Requests that have no answer yet.")
        page.sample("countersign_http_requests_in_flight", [], Double(inFlight.load(ordering: .relaxed)))
        page.family("countersign_http_received_bytes_total", "counter", "Bytes of request bodies read.")
        page.sample("countersign_http_received_bytes_total", [], Double(bytes.load(ordering: .relaxed)))
        page.family("countersign_events_accepted_total", "counter", "Events answered with an index, by outcome.")
        let outcomes = [("sealed", sealed.load(ordering: .relaxed)), ("resent", resent.load(ordering: .relaxed))]
        for (outcome, count) in outcomes {
            page.sample("countersign_events_accepted_total", [("outcome", outcome)], Double(count))
        }
        page.family("countersign_problems_total", "counter", "Refusals, by problem type.")
        for type in ProblemType.allCases {
            page.sample("countersign_problems_total", [("type", type.rawValue)], Double(state.problems[type] ?? 0))
        }
        // Those of one name stand together.
        var last = ""
        for gauge in gauges {
            if gauge.name != last { page.family(gauge.name, "gauge", gauge.help) }
            page.sample(gauge.name, gauge.labels, gauge.value)
            last = gauge.name
        }
        return page.text
    }
}

/// Counts observations in buckets that suit a server whose answers take between half a millisecond
/// and a few seconds.
struct Histogram: Sendable {
    static let bounds: [Double] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    /// One count a bound, not cumulative, and a last one for what is above them all.
    private(set) var counts = [UInt64](repeating: 0, count: Histogram.bounds.count + 1)
    private(set) var sum = 0.0

    mutating func observe(_ value: Double) {
        counts[Self.bounds.firstIndex { value <= $0 } ?? Self.bounds.count] += 1
        sum += value
    }
}

/// Writes the exposition format line by line.
private struct MetricsPage {
    private(set) var text = ""

    mutating func family(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    mutating func sample(_ name: String, _ labels: [(String, String)], _ value: Double) {
        let written = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
        text += written.isEmpty ? name : "\(name){\(written)}"
        text += " \(Self.number(value))\n"
    }

    mutating func histogram(_ name: String, _ labels: [(String, String)], _ histogram: Histogram) {
        var total: UInt64 = 0
        for (bound, count) in zip(Histogram.bounds, histogram.counts) {
            total += count
            sample(name + "_bucket", labels + [("le", Self.number(bound))], Double(total))
        }
        total += histogram.counts[Histogram.bounds.count]
        sample(name + "_bucket", labels + [("le", "+Inf")], Double(total))
        sample(name + "_sum", labels, histogram.sum)
        sample(name + "_count", labels, Double(total))
    }

    private static func escaped(_ value: String) -> String {
        value.contains { $0 == "\\" || $0 == "\"" || $0 == "\n" }
            ? value.reduce(into: "") { $0 += $1 == "\n" ? "\\n" : $1 == "\\" || $1 == "\"" ? "\\\($1)" : String($1) }
            : value
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 9e15 ? String(Int64(value)) : String(value)
    }
}

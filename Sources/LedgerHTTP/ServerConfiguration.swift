import ApprovalEvents
import LedgerEngine

/// What the operator decides about the server.
public struct ServerConfiguration: Sendable {
    public var listen: ListenAddress
    /// That TLS ends in front of this server (a proxy, a load balancer), so that tokens do not cross a network in
    /// the clear although the server itself speaks plain HTTP. Needed for any address but a loopback one.
    public var isBehindTLS = false
    /// Whether checkpoint, hash tiles and proofs need no token. They hold hashes and nothing else.
    public var hasPublicTree = true
    /// Whether `/metrics` needs no token (otherwise: the role `administer` or `read`).
    public var hasPublicMetrics = true
    /// What an event must satisfy.
    public var rules: IntakeRules = .standard
    public var limits = RequestLimits()
    /// For how many seconds events are refused before the server stops listening.
    public var drainSeconds = 1
    /// For how many seconds a shutdown waits for what is in flight.
    public var shutdownSeconds = 30
    /// Where the timestamps of heads are read; nil for none.
    public var timestamps: (any HeadTimestamps)?
    /// When a submitter is answered.
    public var acknowledgement = Acknowledgement.published
    /// Where the control socket stands; nil for none.
    public var controlSocket: String?

    public init(listen: ListenAddress = .standard, controlSocket: String? = nil) {
        self.listen = listen
        self.controlSocket = controlSocket
    }

    /// Why the server will not listen like this; nil if it may.
    public var complaint: String? {
        guard !listen.isLoopback, !isBehindTLS else { return nil }
        return """
            \(listen) can be reached from other machines, and this server does not speak TLS: tokens would cross the \
            network in the clear. Listen on 127.0.0.1, or say --behind-tls if TLS ends in front of the server.
            """
    }
}

/// What must be true of an event before its submitter is told that it is in.
public enum Acknowledgement: Hashable, Sendable {
    /// It is durable, and inside a signed checkpoint.
    case published
    /// That, and the witnesses' quorum has cosigned a head over it. Who waits longer than `limit` is told so.
    case cosigned(limit: Duration)
}

/// What one request, and all of them together, may cost.
public struct RequestLimits: Hashable, Sendable {
    /// Bytes of one event's body as it arrives; also of one line of NDJSON. (The canonical form has the limit of
    /// 60 KiB that `IntakeRules` sets; white space and escapes may make the body longer.)
    public var event = 256 << 10
    /// Bytes of a CloudEvents batch.
    public var batch = 4 << 20
    /// Events of a CloudEvents batch: it is sealed in one commit.
    public var batchEvents = 1_000
    /// Bytes of an NDJSON body. It is never held whole.
    public var lines = 1 << 30
    /// Bytes of a request's head, all fields together.
    public var head = 32 << 10
    /// Fields of a request's head.
    static let fields = 100
    /// Seconds in which nothing whole comes from the peer: a head, a piece of a body; and in which a peer that is sent an
    /// extract has to take 64 KiB of it.
    public var idleSeconds = 60
    /// Seconds that a body other than NDJSON may take to arrive.
    public var bodySeconds = 60
    public var connections = 2_048
    /// Events and bytes of one page of a search.
    public var pageEvents = 1_000
    public var pageBytes = 4 << 20

    public init() {}
}

import LedgerEngine
import MerkleTree

/// How one witness is, for readiness, metrics and the operator.
public struct WitnessStatus: Hashable, Sendable {
    public enum Condition: Hashable, Sendable {
        /// Nothing was heard of it yet.
        case unheard
        /// It cosigned what it was asked last.
        case cosigning
        /// It did not answer, or not with what helps; it is asked again.
        case failing(String)
        /// It claims another history, and did not show it. After the opening, one that could have is asked no more; at the
        /// start nothing is signed before it cosigns.
        case contradicting(String)
    }

    /// The policy's name for it.
    public let name: String
    public internal(set) var condition: Condition = .unheard
    /// The newest size that it cosigned since the start.
    public internal(set) var cosigned: TreeSize?
    /// Heads that it cosigned since the start.
    public internal(set) var cosignatures: UInt64 = 0
    /// Questions without a cosignature in answer since the start.
    public internal(set) var failures: UInt64 = 0
}

/// One witness as the rounds see it.
struct WitnessSeat {
    var status: WitnessStatus
    /// Its task is waiting for an answer.
    var isBusy = false
    /// Not before this it is asked again.
    var retryAt: ContinuousClock.Instant?
    private var failuresInARow = 0

    init(_ witness: WitnessPlan.Asked) {
        status = WitnessStatus(name: witness.words)
    }

    /// It is asked no more.
    var isOut = false

    /// Until it cosigns.
    var isContradicting: Bool {
        if case .contradicting = status.condition { true } else { false }
    }

    /// - Returns: whether it had been failing.
    mutating func cosigned(_ size: TreeSize) -> Bool {
        let wasFailing =
            switch status.condition {
            case .failing, .contradicting: true
            case .unheard, .cosigning: false
            }
        isBusy = false
        retryAt = nil
        failuresInARow = 0
        status.condition = .cosigning
        status.cosigned = size
        status.cosignatures += 1
        return wasFailing
    }

    /// - Returns: whether this is news.
    mutating func failed(_ reason: String, at now: ContinuousClock.Instant, limits: CosigningLimits) -> Bool {
        let isNews = status.condition != .failing(reason) && !isContradicting
        // What it claimed stands, though it answers no more.
        if !isContradicting { status.condition = .failing(reason) }
        pause(at: now, limits)
        return isNews
    }

    /// - Returns: whether this is news.
    mutating func contradicted(_ claim: ForkClaim, at now: ContinuousClock.Instant, limits: CosigningLimits) -> Bool {
        let isNews = !isContradicting
        status.condition = .contradicting("\(claim)")
        pause(at: now, limits)
        return isNews
    }

    private mutating func pause(at now: ContinuousClock.Instant, _ limits: CosigningLimits) {
        isBusy = false
        status.failures += 1
        let pause = limits.firstPause * (1 << min(failuresInARow, 16))
        retryAt = now + min(pause, limits.longestPause)
        failuresInARow += 1
    }
}

/// How patiently and how often witnesses are asked.
public struct CosigningLimits: Hashable, Sendable {
    /// How long each answer of a witness may take.
    public var answer = Duration.seconds(5)
    /// How long a round takes at least where nobody waits for it: so often, a head is cosigned.
    public var pace = Duration.seconds(1)
    /// How long a witness is left in peace after a failure, doubled with each further one up to `longestPause`.
    public var firstPause = Duration.milliseconds(500)
    public var longestPause = Duration.seconds(30)

    public init() {}
}

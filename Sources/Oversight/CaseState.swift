import ApprovalEvents

/// Where a case stands (EVENTS §4.14).
public enum CaseState: String, Hashable, Sendable, CaseIterable {
    /// Nothing was asked for: an exemption, a block or a break-glass that was never used.
    case none
    case pending, granted, started, finished
    case denied, cancelled, expired
    case revoked, lapsed
    /// Two ends that exclude each other.
    case contradictory
}

/// What moves a case from one state to the next.
public enum CaseStep: Hashable, Sendable {
    case requested, amended, granted
    case started(execution: Text)
    case finished(execution: Text)
    case denied, cancelled
    case requestExpired, grantExpired
    case revoked
}

/// The state machine of one case: a fold over its events in the order of the log.
///
/// Events of different sources arrive in any order, so a step that comes late (a request after its grant) moves
/// nothing back; only ends that exclude each other make a case contradictory.
public struct CaseProgress: Hashable, Sendable {
    public private(set) var state: CaseState = .none
    private var running: Set<Text> = []
    private var ended: Set<Text> = []

    public init() {}

    public mutating func apply(_ step: CaseStep) {
        switch step {
        case .requested: if state == .none { state = .pending }
        case .amended: if state == .none || state == .granted || state == .lapsed { state = .pending }
        case .granted: advance(to: .granted, from: [.none, .pending])
        case .started(let execution):
            if !ended.contains(execution) { running.insert(execution) }
            advance(to: running.isEmpty ? .finished : .started, from: [.none, .pending, .granted, .finished])
        case .finished(let execution):
            running.remove(execution)
            ended.insert(execution)
            advance(to: running.isEmpty ? .finished : .started, from: [.none, .pending, .granted, .started])
        case .denied: end(as: .denied, from: [.none, .pending])
        case .cancelled: end(as: .cancelled, from: [.none, .pending])
        case .requestExpired: end(as: .expired, from: [.none, .pending])
        case .grantExpired: endGrant(as: .lapsed)
        case .revoked: endGrant(as: .revoked)
        }
    }

    /// A step forward; from an end that forbids it, the case contradicts itself.
    private mutating func advance(to next: CaseState, from allowed: Set<CaseState>) {
        if allowed.contains(state) {
            state = next
        } else if [.denied, .cancelled, .expired, .revoked, .lapsed].contains(state) {
            state = .contradictory
        }
    }

    private mutating func end(as end: CaseState, from allowed: Set<CaseState>) {
        if allowed.contains(state) {
            state = end
        } else if state != end {
            state = .contradictory
        }
    }

    /// A grant that was used and then ended (some uses were left) leaves the case where its executions put it.
    private mutating func endGrant(as end: CaseState) {
        switch state {
        case .none, .pending, .granted: state = end
        case .started, .finished, .contradictory: break
        case .denied, .cancelled, .expired, .revoked, .lapsed: if state != end { state = .contradictory }
        }
    }
}

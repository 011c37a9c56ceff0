import ApprovalEvents

/// When the ledger marks its own course: midnight UTC, and what else the operator's zones add.
public struct MarkSchedule: Sendable {
    /// The boundaries `b` with `after < b <= through`, in any order. A zone's midnights need time-zone data and
    /// therefore come from outside; the same question must always get the same answer.
    public typealias Boundaries = @Sendable (_ after: Timestamp, _ through: Timestamp) -> [Timestamp]

    private static let day: Int64 = 86_400_000
    private let zones: Boundaries

    public init(zones: @escaping Boundaries = { _, _ in [] }) {
        self.zones = zones
    }

    /// The boundaries to be marked after an entry of time `after` and before one of time `through`, ascending,
    /// each once.
    public func boundaries(after: Timestamp, through: Timestamp) -> [Timestamp] {
        var found = Set(zones(after, through).map(\.milliseconds))
        var midnight = (Self.floorDays(after.milliseconds) + 1) * Self.day
        while midnight <= through.milliseconds {
            found.insert(midnight)
            midnight += Self.day
        }
        return found.filter { $0 > after.milliseconds && $0 <= through.milliseconds }.sorted()
            .map { Timestamp(milliseconds: $0) }
    }

    private static func floorDays(_ milliseconds: Int64) -> Int64 {
        milliseconds >= 0 ? milliseconds / day : (milliseconds - day + 1) / day
    }
}

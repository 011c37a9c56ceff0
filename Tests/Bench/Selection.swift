/// The rows that were asked for.
struct Selection {
    /// Names of rows and groups; empty for all.
    let only: Set<String>
    /// Whether wrk sends too.
    let crossChecks: Bool

    static let names = Set(RowName.allCases.map(\.rawValue) + RowGroup.allCases.map(\.rawValue))

    func contains(_ row: RowName) -> Bool {
        if row.group == .cross, crossChecks { return true }
        return only.contains(row.rawValue) || only.contains(row.group.rawValue) || (only.isEmpty && row.group != .cross)
    }

    func contains(_ group: RowGroup) -> Bool { RowName.allCases.contains { $0.group == group && contains($0) } }
}

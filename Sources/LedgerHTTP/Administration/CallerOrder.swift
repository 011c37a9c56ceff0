import ApprovalEvents

/// What a new caller is to be: checked, so that it can be sealed and stored.
public struct CallerOrder: Hashable, Sendable {
    public let id: CallerID
    public let roles: Set<Role>
    public let grant: Grant
    public let notAfter: Timestamp?

    /// - Throws: `invalid-caller` with every violation at once.
    public init(
        id: Text, roles: [Text], sources: [Text], types: [Text], notAfter: Text? = nil
    ) throws(Problem) {
        var check = Check()
        let callerID = check.read(
            id, ["caller"], "1 to 64 of a-z 0-9 . _ -, beginning with a letter or digit; not 'ledger' or 'anonymous'"
        ) {
            CallerID($0)
        }
        let known = check.readAll(roles, "roles", "one of \(Role.allCases.map(\.rawValue).joined(separator: ", "))") {
            Role(rawValue: $0.string)
        }
        let prefixes = check.readAll(
            sources, "source_prefixes", "a path in whole segments without '.' and '..', not ending in '/'"
        ) {
            SourcePrefix($0)
        }
        let patterns = check.readAll(types, "types", "an event type in which * is any run of bytes") { TypePattern($0) }
        let end = notAfter.flatMap {
            check.read($0, ["not_after"], "a time like 2027-01-01T00:00:00Z") { Timestamp($0) }
        }
        if roles.isEmpty { check.add(["roles"], "a caller has at least one role") }
        if roles.contains("submit"), sources.isEmpty {
            check.add(["source_prefixes"], "a caller that submits has at least one source prefix ('/' for every path)")
        }
        guard let callerID, check.violations.isEmpty else {
            throw Problem(.invalidCaller, "\(check.violations.count) rules are broken", violations: check.violations)
        }
        self.id = callerID
        self.roles = Set(known)
        // Without patterns: everything that a bare star reaches. Policies, rosters and identities it does not.
        self.grant = Grant(
            sources: prefixes, types: patterns.isEmpty && roles.contains("submit") ? [TypePattern.everyday] : patterns)
        self.notAfter = end
    }

    /// Gathers violations while values are read.
    private struct Check {
        var violations: [Violation] = []

        mutating func add(_ place: [JSONPointer.Step], _ message: String) {
            violations.append(Violation(pointer: JSONPointer(place), rule: "caller-form", message: message))
        }

        mutating func add(_ place: [Text], _ message: String) {
            add(place.map { JSONPointer.Step.name($0) }, message)
        }

        mutating func read<Value>(_ text: Text, _ place: [Text], _ form: String, _ read: (Text) -> Value?) -> Value? {
            let value = read(text)
            if value == nil { add(place, "this is not \(form)") }
            return value
        }

        mutating func readAll<Value>(_ texts: [Text], _ name: Text, _ form: String, _ read: (Text) -> Value?) -> [Value]
        {
            texts.enumerated().compactMap { place, text in
                let value = read(text)
                if value == nil { add([.name(name), .index(place)], "this is not \(form)") }
                return value
            }
        }
    }
}

import ApprovalEvents

/// What a policy matches of an action. Parameters are not among it: they may be concealed, and no rule reads them.
struct ActionShape: Hashable, Sendable {
    let verb: Text
    let resource: Resource
    let destination: Resource?
    let batch: Batch?

    init(_ action: Action) {
        verb = action.verb
        resource = action.resource
        destination = action.destination
        batch = action.batch
    }
}

/// What a policy says of an action: its first matching rule, or its default.
enum PolicyDecision: Sendable {
    case rule(PolicyRule)
    case byDefault(PolicyEffect)

    var effect: PolicyEffect {
        switch self {
        case .rule(let rule): rule.effect
        case .byDefault(let effect): effect
        }
    }

    var name: String {
        switch self {
        case .rule(let rule): "rule \(rule.id)"
        case .byDefault: "the default"
        }
    }
}

extension Policies.Version {
    /// The first match in order decides.
    func decision(on action: ActionShape, by requester: PrincipalKind) -> PolicyDecision {
        if let rule = body.rules.first(where: { $0.match.covers(action, by: requester) }) { return .rule(rule) }
        return .byDefault(body.default)
    }

    /// The rule that a citation names; nil where this version has none of that name.
    func named(_ rule: Text) -> PolicyDecision? {
        if rule == "default" { return .byDefault(body.default) }
        return body.rules.first { $0.id == rule }.map { .rule($0) }
    }
}

extension Match {
    func covers(_ action: ActionShape, by requester: PrincipalKind) -> Bool {
        let classes = (action.resource.dataClasses ?? []) + (action.destination?.dataClasses ?? [])
        return Self.any(verbs, of: [action.verb]) && Self.any(resourceTypes, of: [action.resource.type])
            && Self.any(resourceIds, of: [action.resource.id])
            && Self.any(environments, of: [action.resource.environment].compactMap(\.self))
            && Self.any(dataClasses, of: classes)
            && Self.any(destinationIds, of: [action.destination?.id].compactMap(\.self))
            && Self.any(requesterKinds, of: [Text(requester.rawValue)])
    }

    /// An absent member matches all; a list matches if any of its patterns matches any of `values`.
    private static func any(_ patterns: [Text]?, of values: [Text]) -> Bool {
        guard let patterns else { return true }
        return patterns.contains { pattern in values.contains { $0.matches(pattern) } }
    }
}

extension Text {
    /// `*` in `pattern` is any run of bytes, everything else itself. Never more than pattern × text steps.
    func matches(_ pattern: Text) -> Bool {
        let text = Array(string.utf8)
        let pattern = Array(pattern.string.utf8)
        var read = 0
        var matched = 0
        var retry: (pattern: Int, text: Int)?
        while read < text.count {
            if matched < pattern.count, pattern[matched] == UInt8(ascii: "*") {
                retry = (matched, read)
                matched += 1
            } else if matched < pattern.count, pattern[matched] == text[read] {
                matched += 1
                read += 1
            } else if let last = retry {
                retry = (last.pattern, last.text + 1)
                matched = last.pattern + 1
                read = last.text + 1
            } else {
                return false
            }
        }
        return pattern[matched...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}

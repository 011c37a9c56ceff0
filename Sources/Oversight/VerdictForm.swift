import ApprovalEvents
import MerkleTree

// The JSON form of results: `schemas/verdicts.md`.

extension CheckResult {
    /// As reports carry it. Members that say nothing are absent.
    public var json: JSONObject {
        var object: JSONObject = [
            "check": .string(Text(check.description)),
            "scope": .string(Text(scope.rawValue)),
            "subject": .string(subject),
            "opened": opened.json,
            "verdict": .string(Text(verdict.word)),
            "entries": .array(entries.map(\.json)),
            "reason": .string(Text(reason)),
        ]
        switch verdict {
        case .undecidable(let missing): object["missing"] = .string(Text(missing))
        case .open(let due?): object["due"] = .string(due.ledgerForm)
        case .open(nil), .holds, .finding: break
        }
        if !alsoUndecided.isEmpty {
            object["also_undecided"] = .array(alsoUndecided.map { .string(Text($0.description)) })
        }
        return object
    }
}

extension LeafIndex {
    /// A number; a decimal string where it is beyond what a JSON number carries exactly.
    fileprivate var json: JSONValue {
        if let small = Int64(exactly: value), let number = JSONNumber(exactly: small) { return .number(number) }
        return .string(Text(String(value)))
    }
}

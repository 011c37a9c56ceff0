extension EventPayload {
    /// The CloudEvents types of ours that this version knows.
    public static let knownTypes: [Text] = VocabularyType.allCases.map(\.text)

    /// Reads the `data` of an event strictly: everything that EVENTS.md says of its form holds, or `violations`
    /// gets everything that does not, and the answer is nil. Foreign types are `.foreign`, whatever their data.
    ///
    /// - Parameter pointer: where `data` stands in its document; the type is taken to stand beside it.
    public static func decode(
        type: Text, data: JSONValue, at pointer: JSONPointer, violations: inout [Violation]
    ) -> EventPayload? {
        guard let known = KnownType(type) else {
            if !VocabularyType.isOurs(type) { return .foreign }
            violations.append(unknown(type, at: pointer))
            return nil
        }
        let (payload, found) = JSONDocument(data).withRoot { decode(known, data: $0, at: pointer) }
        violations += found
        return payload
    }

    private static func decode(
        _ known: KnownType, data: JSONNode, at pointer: JSONPointer
    ) -> (EventPayload?, [Violation]) {
        let violations = Inspector.inspect(data, as: known, at: pointer).violations
        guard violations.isEmpty else { return (nil, violations) }
        do {
            return (try known.type.form.read(data), [])
        } catch {
            let message = "This cannot be read as \(known.type.rawValue)."
            return (nil, [Violation(pointer: pointer, rule: "type", message: message)])
        }
    }

    /// What is wrong with a type of ours that this version does not know.
    static func unknown(_ type: Text, at pointer: JSONPointer) -> Violation {
        let message = "This ledger knows no type \(quoted(type)).\(hint(type, among: knownTypes))"
        return Violation(
            pointer: JSONPointer(pointer.steps.dropLast()).appending("type"), rule: "known-type", message: message)
    }

    /// Whether an event of this type names the case that it belongs to; foreign types may.
    public static func subjectRule(for type: Text) -> SubjectRule {
        VocabularyType(type)?.subjectRule ?? .optional
    }
}

extension Auth {
    /// Reads how somebody was authenticated where it stands outside an event, as strictly as in one: `violations` gets
    /// everything that is wrong with it, and the answer is nil.
    public static func decode(
        _ value: JSONValue, at pointer: JSONPointer, violations: inout [Violation]
    ) -> Auth? {
        JSONDocument(value).withRoot { node in
            let found = Inspector.inspect(node, asObjectNamed: form.shape.name, at: pointer).violations
            violations += found
            return found.isEmpty ? try? form.read(node) : nil
        }
    }
}

extension VocabularyType {
    /// The members of `data` that may be concealed, as pointers from `data`: `/action/parameters`, `/reason`.
    /// None of them is inside a list.
    public var concealableMembers: [JSONPointer] {
        form.shape.concealableMembers(at: .root, depth: 0)
    }

    /// Whether the member of `data` at `pointer` (from `data`) may be concealed.
    public func isConcealable(_ pointer: JSONPointer) -> Bool { concealableMembers.contains(pointer) }
}

extension ObjectShape {
    /// `depth` ends the walk into objects of their own kind, which conceal nothing.
    fileprivate func concealableMembers(at pointer: JSONPointer, depth: Int) -> [JSONPointer] {
        guard depth < 4 else { return [] }
        return members.flatMap { member -> [JSONPointer] in
            let place = pointer.appending(member.name)
            if member.need == .concealable { return [place] }
            guard case .object(let shape) = member.value else { return [] }
            return shape().concealableMembers(at: place, depth: depth + 1)
        }
    }
}

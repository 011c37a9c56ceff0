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
        guard let known = VocabularyType(type) else {
            if !VocabularyType.isOurs(type) { return .foreign }
            let text = "This ledger knows no type \(quoted(type)).\(hint(type, among: knownTypes))"
            violations.append(
                Violation(
                    pointer: JSONPointer(pointer.steps.dropLast()).appending("type"), rule: "known-type", message: text)
            )
            return nil
        }
        let form = known.form
        var inspector = Inspector(at: pointer)
        inspector.inspect(data, as: .object { form.shape })
        guard inspector.violations.isEmpty, case .object(let object) = data else {
            violations += inspector.violations
            return nil
        }
        do {
            return try form.read(object)
        } catch {
            inspector.report("type", "This cannot be read as \(known.rawValue).")
            violations += inspector.violations
            return nil
        }
    }

    /// Whether an event of this type names the case that it belongs to; foreign types may.
    public static func subjectRule(for type: Text) -> SubjectRule {
        VocabularyType(type)?.subjectRule ?? .optional
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

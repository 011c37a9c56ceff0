/// A member that cannot be read, though its object was found to have the right shape. Only a fault in the
/// vocabulary itself brings this about; it is reported like any other violation.
package struct UnreadableMember: Error, Hashable, Sendable {}

/// What may stand as a member of a typed object: a value, or none.
package protocol MemberValue: Hashable, Sendable {
    static var mayBeAbsent: Bool { get }
    static var valueShape: ValueShape { get }
    init(member value: JSONNode?) throws(UnreadableMember)
    var memberValue: JSONValue? { get }
}

/// A typed value with one form in JSON.
package protocol VocabularyValue: MemberValue {
    init(json value: JSONNode) throws(UnreadableMember)
    var jsonValue: JSONValue { get }
}

extension VocabularyValue {
    package static var mayBeAbsent: Bool { false }

    package init(member value: JSONNode?) throws(UnreadableMember) {
        guard let value else { throw UnreadableMember() }
        try self.init(json: value)
    }

    package var memberValue: JSONValue? { jsonValue }
}

extension Optional: MemberValue where Wrapped: VocabularyValue {
    package static var mayBeAbsent: Bool { true }
    package static var valueShape: ValueShape { Wrapped.valueShape }

    package init(member value: JSONNode?) throws(UnreadableMember) {
        guard let value else {
            self = nil
            return
        }
        self = try Wrapped(json: value)
    }

    package var memberValue: JSONValue? { self?.jsonValue }
}

/// An object of the vocabulary.
package protocol VocabularyObject: VocabularyValue {
    static var form: ObjectForm<Self> { get }
}

extension VocabularyObject {
    package static var valueShape: ValueShape { .object { form.shape } }

    package init(json value: JSONNode) throws(UnreadableMember) {
        guard value.isObject else { throw UnreadableMember() }
        self = try Self.form.read(value)
    }

    package var jsonValue: JSONValue { .object(json) }

    /// The object's JSON. Nothing is checked: the ledger decodes what it makes itself like anything else.
    package var json: JSONObject { Self.form.write(self) }
}

/// A closed list of words.
package protocol VocabularyWord: VocabularyValue, CaseIterable, RawRepresentable where RawValue == String {}

extension VocabularyWord {
    package static var valueShape: ValueShape { .word(allCases.map { Text($0.rawValue) }) }

    package init(json value: JSONNode) throws(UnreadableMember) {
        guard let text = value.string, let word = Self(rawValue: text.string) else { throw UnreadableMember() }
        self = word
    }

    package var jsonValue: JSONValue { .string(Text(rawValue)) }
}

// The values that are no objects: texts of several forms, integers, flags, any JSON, and lists.

extension Text: VocabularyValue {
    package static var valueShape: ValueShape { .text(.anything) }

    package init(json value: JSONNode) throws(UnreadableMember) {
        guard let text = value.string else { throw UnreadableMember() }
        self = text
    }

    package var jsonValue: JSONValue { .string(self) }
}

extension PrincipalID: VocabularyValue {
    package static var valueShape: ValueShape { .text(.principalID) }

    package init(json value: JSONNode) throws(UnreadableMember) {
        guard let text = value.string, let id = Self(text) else { throw UnreadableMember() }
        self = id
    }

    package var jsonValue: JSONValue { .string(text) }
}

extension ContentDigest: VocabularyValue {
    package static var valueShape: ValueShape { .text(.digest) }

    package init(json value: JSONNode) throws(UnreadableMember) {
        guard let text = value.string, let digest = Self(text) else { throw UnreadableMember() }
        self = digest
    }

    package var jsonValue: JSONValue { .string(text) }
}

extension Timestamp: VocabularyValue {
    package static var valueShape: ValueShape { .text(.timestamp) }

    package init(json value: JSONNode) throws(UnreadableMember) {
        guard let text = value.string, let time = Self(text) else { throw UnreadableMember() }
        self = time
    }

    package var jsonValue: JSONValue { .string(text) }
}

extension Int64: VocabularyValue {
    package static var valueShape: ValueShape { .integer(ValueShape.safeIntegers) }

    package init(json value: JSONNode) throws(UnreadableMember) {
        guard let integer = value.integer else { throw UnreadableMember() }
        self = integer
    }

    package var jsonValue: JSONValue { .number(JSONNumber(self)) }
}

extension Bool: VocabularyValue {
    package static var valueShape: ValueShape { .flag }

    package init(json value: JSONNode) throws(UnreadableMember) {
        guard let flag = value.bool else { throw UnreadableMember() }
        self = flag
    }

    package var jsonValue: JSONValue { .bool(self) }
}

extension JSONValue: VocabularyValue {
    package static var valueShape: ValueShape { .json(.integersOnly) }

    package init(json value: JSONNode) { self = value.value }

    package var jsonValue: JSONValue { self }
}

extension Array: MemberValue where Element: VocabularyValue {}

extension Array: VocabularyValue where Element: VocabularyValue {
    package static var valueShape: ValueShape { .list(Element.valueShape, atLeast: 0) }

    package init(json value: JSONNode) throws(UnreadableMember) {
        guard value.isArray else { throw UnreadableMember() }
        var elements: [Element] = []
        elements.reserveCapacity(value.items.count)
        for item in value.items { elements.append(try Element(json: item)) }
        self = elements
    }

    package var jsonValue: JSONValue { .array(map(\.jsonValue)) }
}

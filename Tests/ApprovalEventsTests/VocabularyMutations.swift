import ApprovalEvents

/// A value with one place changed.
struct Mutation {
    let what: String
    let value: JSONValue

    /// Every member at any depth removed, renamed and mistyped, every list with an item more and less, and what
    /// is not described added. Thorough: each member is given a value of every kind, and values that look right.
    static func all(of value: JSONValue, isThorough: Bool) -> [Mutation] {
        Mutator(isThorough: isThorough).inside(value, at: .root)
    }

    /// The same for the attributes of an event, whose data stays as it is.
    static func attributes(of envelope: JSONObject) -> [Mutation] {
        var attributes = envelope
        attributes["data"] = nil
        return all(of: .object(attributes), isThorough: true).compactMap { mutation in
            guard var object = mutation.value.asObject else { return nil }
            object["data"] = envelope["data"]
            return Mutation(what: mutation.what, value: .object(object))
        }
    }
}

private struct Mutator {
    let isThorough: Bool

    func inside(_ value: JSONValue, at place: JSONPointer) -> [Mutation] {
        switch value {
        case .object(let object): insideObject(object, at: place)
        case .array(let items): insideArray(items, at: place)
        case .null, .bool, .number, .string: []
        }
    }

    private func insideObject(_ object: JSONObject, at place: JSONPointer) -> [Mutation] {
        func changed(_ what: String, _ change: (inout JSONObject) -> Void) -> Mutation {
            var object = object
            change(&object)
            return Mutation(what: "\(place) \(what)", value: .object(object))
        }
        var mutations = [
            changed("with another member") { $0["another"] = "x" },
            changed("with _sd") { $0["_sd"] = [.string(Text(String(repeating: "A", count: 43)))] },
        ]
        for (name, value) in object.members {
            mutations.append(changed("without \(name)") { $0[name] = nil })
            mutations.append(
                changed("with \(name) renamed") {
                    $0[name] = nil
                    $0[Text(name.string + "x")] = value
                })
            let others = replacements(of: value)
            mutations += others.map { other in changed("with \(name) = \(other)") { $0[name] = other } }
            mutations += inside(value, at: place.appending(name)).map { inner in
                Mutation(what: inner.what, value: changed("") { $0[name] = inner.value }.value)
            }
        }
        return mutations
    }

    private func insideArray(_ items: [JSONValue], at place: JSONPointer) -> [Mutation] {
        guard let last = items.last else { return [Mutation(what: "\(place) with an item", value: [1])] }
        var mutations = [
            Mutation(what: "\(place) doubled", value: .array(items + [last])),
            Mutation(what: "\(place) without its last", value: .array(items.dropLast())),
        ]
        // A list's items are of one kind: the first two stand for all.
        for (index, item) in items.enumerated().prefix(2) {
            func changed(_ other: JSONValue) -> JSONValue {
                var items = items
                items[index] = other
                return .array(items)
            }
            mutations += replacements(of: item).map { Mutation(what: "\(place)/\(index) = \($0)", value: changed($0)) }
            mutations += inside(item, at: place.appending(index)).map {
                Mutation(what: $0.what, value: changed($0.value))
            }
        }
        return mutations
    }

    /// A value of each other kind, and values of the same kind that may be wrong.
    private func replacements(of value: JSONValue) -> [JSONValue] {
        let kinds: [JSONValue] = [.null, true, 7, "text", [], [:]].filter { $0.kind != value.kind }
        return isThorough ? kinds + alike(value) : Array(kinds.suffix(1))
    }

    private func alike(_ value: JSONValue) -> [JSONValue] {
        switch value {
        case .null: []
        case .bool(let flag): [.bool(!flag)]
        case .number: [0, -1, 9_007_199_254_740_991] + [0.5, 1e300].compactMap(JSONNumber.init).map(JSONValue.number)
        case .string(let text): strings(like: text.string).map { .string(Text($0)) }
        case .array: [["text"], [7], [[:]]]
        case .object: [["kind": "human"]]
        }
    }

    private func strings(like text: String) -> [String] {
        let last = String(text.dropLast())
        return [
            "", text + "\n", text.uppercased(), last, last + "B", last + "A", text.replacing(":", with: ""),
            "okta:\u{7}é", "2024-02-29T23:59:59.9Z", "2026-02-29T00:00:00Z", "reads",
        ].filter { $0 != text }
    }
}

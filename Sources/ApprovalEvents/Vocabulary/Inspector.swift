/// Holds a JSON value against a shape and collects everything that is wrong with it, not only the first thing.
/// A submitter then mends an event in one round.
package struct Inspector {
    package private(set) var violations: [Violation] = []
    /// Where the inspector stands. A pointer is made of it only for a violation.
    private var path: [Step] = []
    private let root: JSONPointer

    private enum Step {
        case name(Text)
        case item(Int)
    }

    /// What a person can still read. An event of nothing but mistakes would make an answer many times its size.
    private static let mostViolations = 500
    /// Finding a near name costs far more than reading a name.
    private static let mostHints = 20

    /// - Parameter root: where the value stands in its document.
    package init(at root: JSONPointer) { self.root = root }

    package mutating func inspect(_ value: JSONValue, as shape: ValueShape) {
        if case .null = value {
            report("not-null", "Null is not allowed: leave the member out.")
            return
        }
        switch (shape, value) {
        case (.text(let form), .string(let text)):
            if !form.accepts(text) { report(form.rule, "This must be \(form.words).") }
        case (.word(let words), .string(let text)):
            if !words.contains(text) {
                let listed = words.map(\.string).joined(separator: ", ")
                report("known-word", "This must be one of \(listed).\(nearName(text, among: words))")
            }
        case (.integer(let range), .number(let number)): inspect(number, within: range)
        case (.flag, .bool), (.json(.anything), _): break
        case (.json(.integersOnly), _): inspectIntegersOnly(value)
        case (.object(let shape), .object(let object)): inspect(object, as: shape())
        case (.list(let item, let count), .array(let items)): inspect(items, each: item, count: count)
        case (.digests, .array(let items)): inspect(digests: items)
        default: report("type", "This must be \(shape.words), not \(value.kind).")
        }
    }

    package mutating func inspect(_ object: JSONObject, as shape: ObjectShape) {
        for (name, value) in object.members {
            if let member = shape.member(named: name) {
                within(name) { $0.inspect(value, as: member.value) }
            } else {
                let names = shape.members.map(\.name)
                let text = "\(shape.name) has no member \(quoted(name)).\(nearName(name, among: names))"
                within(name) { $0.report("known-member", text) }
            }
        }
        for member in shape.members where member.need == .required && object[member.name] == nil {
            let text = "\(shape.name) must have a member \(member.name.string)."
            within(member.name) { $0.report("required-member", text) }
        }
        for rule in shape.rules { rule.inspect(object, with: &self) }
    }

    private mutating func inspect(_ number: JSONNumber, within range: ClosedRange<Int64>) {
        guard let integer = number.integer, ValueShape.safeIntegers.contains(integer) else {
            report("integer", "This must be an integer from -(2^53-1) to 2^53-1.")
            return
        }
        if !range.contains(integer) {
            let bounds =
                range.lowerBound == range.upperBound
                ? "\(range.lowerBound)"
                : "at least \(range.lowerBound)"
            report("integer-range", "This must be \(bounds).")
        }
    }

    private mutating func inspect(_ items: [JSONValue], each shape: ValueShape, count: ClosedRange<Int>) {
        if !count.contains(items.count) {
            let bounds =
                items.count < count.lowerBound ? "at least \(count.lowerBound)" : "at most \(count.upperBound)"
            report("item-count", "This must have \(bounds) items, not \(items.count).")
        }
        for (index, item) in items.enumerated() {
            within(index) { $0.inspect(item, as: shape) }
        }
    }

    private mutating func inspect(digests items: [JSONValue]) {
        inspect(items, each: .text(.concealedDigest), count: 1...Int.max)
        if Set(items).count < items.count { report("distinct-digests", "Each digest may stand only once.") }
    }

    private mutating func inspectIntegersOnly(_ value: JSONValue) {
        switch value {
        case .null: report("not-null", "Null is not allowed.")
        case .number(let number): inspect(number, within: ValueShape.safeIntegers)
        case .array(let items):
            for (index, item) in items.enumerated() { within(index) { $0.inspectIntegersOnly(item) } }
        case .object(let object):
            for (name, value) in object.members { within(name) { $0.inspectIntegersOnly(value) } }
        case .bool, .string: break
        }
    }
}

extension Inspector {
    private func nearName(_ name: Text, among known: [Text]) -> String {
        violations.count < Self.mostHints ? hint(name, among: known) : ""
    }

    package mutating func report(_ rule: String, _ message: String) {
        guard violations.count < Self.mostViolations else { return }
        let pointer = path.reduce(root) { pointer, step in
            switch step {
            case .name(let name): pointer.appending(name)
            case .item(let index): pointer.appending(index)
            }
        }
        violations.append(Violation(pointer: pointer, rule: rule, message: message))
    }

    /// Goes into a member for as long as `body` runs.
    package mutating func within(_ name: Text, _ body: (inout Inspector) -> Void) {
        path.append(.name(name))
        body(&self)
        path.removeLast()
    }

    package mutating func within(_ index: Int, _ body: (inout Inspector) -> Void) {
        path.append(.item(index))
        body(&self)
        path.removeLast()
    }
}

extension ValueShape {
    /// What a value of this shape is, to follow "must be".
    fileprivate var words: String {
        switch self {
        case .text(let form): form.words
        case .word(let words): "one of \(words.map(\.string).joined(separator: ", "))"
        case .integer: "an integer"
        case .flag: "true or false"
        case .json: "a JSON value"
        case .object(let shape): "an object, \(shape().name)"
        case .list, .digests: "an array"
        }
    }
}

/// Holds a JSON value against a shape and collects everything that is wrong with it, not only the first thing.
/// A submitter then mends an event in one round.
struct Inspector {
    /// What was found.
    struct Findings {
        var violations: [Violation] = []
        /// The digests behind which members are concealed, from every list of them.
        var digests: [Text] = []
    }

    private var findings = Findings()
    private let rows: ShapeTable.Rows
    private let whole: JSONNode
    private let root: JSONPointer

    /// What a person can still read. An event of nothing but mistakes would make an answer many times its size.
    private static let mostViolations = 500
    /// Finding a near name costs far more than reading a name.
    private static let mostHints = 20

    private init(_ rows: ShapeTable.Rows, _ whole: JSONNode, at root: JSONPointer) {
        self.rows = rows
        self.whole = whole
        self.root = root
    }

    /// Inspects the `data` of a type.
    /// - Parameter root: where the data stands in its document.
    static func inspect(_ data: JSONNode, as type: KnownType, at root: JSONPointer) -> Findings {
        ShapeTable.vocabulary.withRows { rows in
            var inspector = Inspector(rows, data, at: root)
            inspector.inspect(data, as: .object(type.shape))
            return inspector.findings
        }
    }

    /// Inspects an object of the vocabulary that stands by itself.
    static func inspect(_ value: JSONNode, asObjectNamed name: String, at root: JSONPointer) -> Findings {
        let table = ShapeTable.vocabulary
        guard let check = table.check(ofObjectNamed: name) else { preconditionFailure("no type holds a \(name)") }
        return table.withRows { rows in
            var inspector = Inspector(rows, value, at: root)
            inspector.inspect(value, as: check)
            return inspector.findings
        }
    }

    private mutating func inspect(_ value: JSONNode, as check: ShapeTable.Check) {
        switch (check, value.record.kind) {
        case (_, .null): report("not-null", "Null is not allowed: leave the member out.", at: value)
        case (.text(let form), .string):
            guard !value.withStringBytes({ form.accepts($0) }) else { return }
            report(form.rule, "This must be \(form.words).", at: value)
        case (.word(let words), .string): inspect(value, isOneOf: words)
        case (.integer(let range), .number): inspect(value, within: range)
        case (.flag, .bool), (.json(.anything), _): break
        case (.json(.integersOnly), _): inspectIntegersOnly(value)
        case (.object(let index), .object): inspect(value, asObject: Int(index))
        case (.list(let item, let least, let most), .array):
            inspectItems(of: value, as: rows.items[Int(item)], least: least, most: most)
        case (.digests(let item, let conceal), .array):
            inspect(digests: value, as: rows.items[Int(item)])
            if conceal { findings.digests += value.items.compactMap(\.string) }
        default: report("type", "This must be \(ShapeTable.vocabulary.words(check)), not \(value.kind).", at: value)
        }
    }

    /// Members of the value and of the shape are in the same order, so each is passed once.
    private mutating func inspect(_ object: JSONNode, asObject index: Int) {
        let row = rows.objects[index]
        let (first, end) = (Int(row.members.lowerBound), Int(row.members.upperBound))
        var next = first
        var present: UInt64 = 0
        for (name, value) in object.members {
            guard let at = find(name.shortContent, from: next, to: end) else {
                reportUnknown(name, value, in: index)
                continue
            }
            next = at + 1
            present |= 1 << UInt64(at - first)
            inspect(value, as: rows.members[at].check)
        }
        if present & row.required != row.required { reportMissing(in: object, index) }
        for at in row.rules where rows.rules[Int(at)].trigger.fires(present) {
            ShapeTable.vocabulary.shapes[index].rules[rows.rules[Int(at)].number].inspect(object, with: &self)
        }
    }

    /// The member of this name between two places of the table.
    @inline(__always)
    private func find(_ name: ShortName?, from start: Int, to end: Int) -> Int? {
        guard let name else { return nil }
        var at = start
        while at < end {
            if rows.members[at].name == name { return at }
            at += 1
        }
        return nil
    }

    private mutating func inspect(_ value: JSONNode, isOneOf words: Range<Int32>) {
        if let word = value.shortContent {
            for at in words where rows.words[Int(at)] == word { return }
        }
        let listed = ShapeTable.vocabulary.texts(words)
        report(
            "known-word",
            "This must be one of \(listed.map(\.string).joined(separator: ", ")).\(nearName(value, among: listed))",
            at: value)
    }

    private mutating func inspect(_ value: JSONNode, within range: ClosedRange<Int64>) {
        guard let integer = value.integer, ValueShape.safeIntegers.contains(integer) else {
            report("integer", "This must be an integer from -(2^53-1) to 2^53-1.", at: value)
            return
        }
        if !range.contains(integer) {
            let bounds =
                range.lowerBound == range.upperBound
                ? "\(range.lowerBound)"
                : "at least \(range.lowerBound)"
            report("integer-range", "This must be \(bounds).", at: value)
        }
    }

    private mutating func inspectItems(of list: JSONNode, as item: ShapeTable.Check, least: Int, most: Int) {
        let count = list.items.count
        if count < least || count > most {
            let bounds = count < least ? "at least \(least)" : "at most \(most)"
            report("item-count", "This must have \(bounds) items, not \(count).", at: list)
        }
        for value in list.items { inspect(value, as: item) }
    }

    private mutating func inspect(digests list: JSONNode, as item: ShapeTable.Check) {
        inspectItems(of: list, as: item, least: 1, most: Int.max)
        if Set(list.items.map(\.value)).count < list.items.count {
            report("distinct-digests", "Each digest may stand only once.", at: list)
        }
    }

    private mutating func inspectIntegersOnly(_ value: JSONNode) {
        switch value.record.kind {
        case .null: report("not-null", "Null is not allowed.", at: value)
        case .number: inspect(value, within: ValueShape.safeIntegers)
        case .array: for item in value.items { inspectIntegersOnly(item) }
        case .object: for member in value.members { inspectIntegersOnly(member.value) }
        case .bool, .string: break
        }
    }
}

// MARK: - Saying what is wrong

extension Inspector {
    private mutating func reportUnknown(_ name: JSONNode, _ value: JSONNode, in index: Int) {
        let shape = ShapeTable.vocabulary.shapes[index]
        let written = name.string ?? ""
        let hint = nearName(name, among: shape.members.map(\.name))
        report("known-member", "\(shape.name) has no member \(quoted(written)).\(hint)", at: value)
    }

    private mutating func reportMissing(in object: JSONNode, _ index: Int) {
        let shape = ShapeTable.vocabulary.shapes[index]
        for member in shape.members where member.need == .required && object.member(member.name) == nil {
            report(
                "required-member", "\(shape.name) must have a member \(member.name.string).", at: object, member.name)
        }
    }

    private func nearName(_ name: JSONNode, among known: [Text]) -> String {
        findings.violations.count < Self.mostHints ? hint(name.string ?? "", among: known) : ""
    }

    /// - Parameter member: the member of the value that it is about, whether it is there or not.
    mutating func report(_ rule: String, _ message: String, at value: JSONNode, _ member: Text? = nil) {
        guard findings.violations.count < Self.mostViolations else { return }
        let place = JSONPointer(value.pointer(from: whole)).inside(root)
        findings.violations.append(
            Violation(pointer: member.map { place.appending($0) } ?? place, rule: rule, message: message))
    }
}

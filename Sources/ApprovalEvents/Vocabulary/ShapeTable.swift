/// The shapes of the vocabulary as plain numbers, made once: what the inspector walks.
///
/// Shapes are made of arrays, texts and functions; to look into one is to count references on objects that all threads
/// share, dozens of times an event. Rows hold none. They say the same as the shapes, from which they are made, and
/// the shapes are still there for what is said to people.
struct ShapeTable: Sendable {
    /// An object: its members in canonical order, so that they and those of a value are walked side by side.
    struct Object: Sendable {
        let members: Range<Int32>
        /// A bit for each member that must be there, counted from the first.
        let required: UInt64
        let rules: Range<Int32>
    }

    struct Member: Sendable {
        let name: ShortName
        let check: Check
    }

    struct Rule: Sendable {
        let trigger: RuleTrigger
        /// Its place among the rules of its shape.
        let number: Int
    }

    /// What one value may be: a `ValueShape` with positions in the table for what is inside.
    enum Check: Sendable {
        case text(TextForm)
        case integer(ClosedRange<Int64>)
        case flag
        case word(Range<Int32>)
        case json(ValueShape.JSONForm)
        case object(Int32)
        case list(item: Int32, least: Int, most: Int)
        /// Whether it is a list of what is concealed beside it, or only one that looks like it.
        case digests(item: Int32, conceal: Bool)
    }

    private(set) var objects: [Object] = []
    private(set) var members: [Member] = []
    private(set) var rules: [Rule] = []
    private(set) var words: [ShortName] = []
    /// What the items of lists may be.
    private(set) var items: [Check] = []
    /// The shape of each object.
    private(set) var shapes: [ObjectShape] = []
    private var known: [String: Int32] = [:]

    /// The `data` of all types stand first, in the order of `VocabularyType.allCases`.
    static let vocabulary = ShapeTable(VocabularyType.allCases.map(\.form.shape))

    private init(_ roots: [ObjectShape]) {
        for shape in roots { reserve(shape) }
        for (index, shape) in roots.enumerated() { fill(index, with: shape) }
    }

    private mutating func reserve(_ shape: ObjectShape) {
        objects.append(Object(members: 0..<0, required: 0, rules: 0..<0))
        shapes.append(shape)
    }

    /// An object's name tells it: there is one shape under each. It is entered before what is inside, so that a
    /// principal may hold a principal.
    private mutating func position(of shape: ObjectShape) -> Int32 {
        if let position = known[shape.name] { return position }
        let position = Int32(objects.count)
        known[shape.name] = position
        reserve(shape)
        fill(Int(position), with: shape)
        return position
    }

    /// How an object that stands inside some type's data is checked; nil for one that stands in none.
    func check(ofObjectNamed name: String) -> Check? { known[name].map { .object($0) } }

    private mutating func fill(_ position: Int, with shape: ObjectShape) {
        precondition(shape.members.count <= 64, "\(shape.name) has more members than a word has bits")
        let sorted = shape.members.sorted { $0.name.precedesInUTF16($1.name) }
        let rows = sorted.map { Member(name: Self.short($0.name), check: check($0.value, of: $0.name)) }
        let bits = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1.name, UInt64(1) << UInt64($0)) })
        let required = sorted.reduce(0) { $0 | ($1.need == .required ? bits[$1.name, default: 0] : 0) }
        let (firstMember, firstRule) = (Int32(members.count), Int32(rules.count))
        members += rows
        for (number, rule) in shape.rules.enumerated() {
            let trigger = RuleTrigger(of: rule) { name in
                guard let bit = bits[name] else { preconditionFailure("\(shape.name) has no member \(name)") }
                return bit
            }
            rules.append(Rule(trigger: trigger, number: number))
        }
        objects[position] = Object(
            members: firstMember..<Int32(members.count), required: required, rules: firstRule..<Int32(rules.count))
    }

    private mutating func check(_ shape: ValueShape, of member: Text) -> Check {
        switch shape {
        case .text(let form): return .text(form)
        case .integer(let range): return .integer(range)
        case .flag: return .flag
        case .word(let listed):
            let first = Int32(words.count)
            words += listed.map(Self.short)
            return .word(first..<Int32(words.count))
        case .json(let form): return .json(form)
        case .object(let shape): return .object(position(of: shape()))
        case .list(let item, let count):
            return .list(item: place(check(item, of: member)), least: count.lowerBound, most: count.upperBound)
        case .digests:
            return .digests(item: place(.text(.concealedDigest)), conceal: member == MemberShape.concealedName)
        }
    }

    private mutating func place(_ item: Check) -> Int32 {
        items.append(item)
        return Int32(items.count - 1)
    }

    private static func short(_ name: Text) -> ShortName {
        guard let short = ShortName(name) else { preconditionFailure("\(name) is longer than a short name") }
        return short
    }
}

extension ShapeTable {
    /// The table's rows, lent: reading them counts no references.
    struct Rows {
        let objects: UnsafeBufferPointer<Object>
        let members: UnsafeBufferPointer<Member>
        let rules: UnsafeBufferPointer<Rule>
        let words: UnsafeBufferPointer<ShortName>
        let items: UnsafeBufferPointer<Check>
    }

    /// Lends the rows. They must not leave `body`.
    func withRows<Result>(_ body: (Rows) -> Result) -> Result {
        objects.withUnsafeBufferPointer { objects in
            members.withUnsafeBufferPointer { members in
                rules.withUnsafeBufferPointer { rules in
                    words.withUnsafeBufferPointer { words in
                        items.withUnsafeBufferPointer { items in
                            body(Rows(objects: objects, members: members, rules: rules, words: words, items: items))
                        }
                    }
                }
            }
        }
    }

    /// What a value of this kind is, to follow "must be".
    func words(_ check: Check) -> String {
        switch check {
        case .text(let form): form.words
        case .word(let range): "one of \(texts(range).map(\.string).joined(separator: ", "))"
        case .integer: "an integer"
        case .flag: "true or false"
        case .json: "a JSON value"
        case .object(let index): "an object, \(shapes[Int(index)].name)"
        case .list, .digests: "an array"
        }
    }

    func texts(_ range: Range<Int32>) -> [Text] { words[Int(range.lowerBound)..<Int(range.upperBound)].map(\.text) }
}

/// When a rule between members may be broken, by which members are there: most rules are done with after one look at
/// a few bits. Each word has a bit for each member, in canonical order.
enum RuleTrigger: Sendable {
    case unlessOne(of: UInt64)
    case unlessAllOrNone(of: UInt64)
    case ifAll(UInt64)
    case unlessAll(of: UInt64, where: UInt64)
    case unlessAny(of: UInt64, where: UInt64)
    case ifAny(of: UInt64, where: UInt64)

    /// - Parameter bit: the bit of a member.
    init(of rule: MemberRule, bit: (Text) -> UInt64) {
        func bits(_ names: [Text]) -> UInt64 { names.reduce(0) { $0 | bit($1) } }
        self =
            switch rule {
            case .exactlyOne(of: let names): .unlessOne(of: bits(names))
            case .together(let names): .unlessAllOrNone(of: bits(names))
            case .present(let name, requires: let other): .unlessAll(of: bit(other), where: bit(name))
            case .requires(let names, where: let name, isOneOf: _): .unlessAll(of: bits(names), where: bit(name))
            case .requiresOne(of: let names, where: let name, isOneOf: _): .unlessAny(of: bits(names), where: bit(name))
            case .refuses(let names, where: let name, isOneOf: _): .ifAny(of: bits(names), where: bit(name))
            case .neverBeside(let name, let other), .ordered(let name, let other),
                .atMostCount(let name, of: let other), .digest(let name, of: let other):
                .ifAll(bits([name, other]))
            case .chain(let name, atMost: _): .ifAll(bit(name))
            case .distinct(_, in: let items), .reserved(_, as: _, in: let items): .ifAll(bit(items))
            }
    }

    @inline(__always)
    func fires(_ present: UInt64) -> Bool {
        switch self {
        case .unlessOne(let bits): (present & bits).nonzeroBitCount != 1
        case .unlessAllOrNone(let bits): present & bits != 0 && present & bits != bits
        case .ifAll(let bits): present & bits == bits
        case .unlessAll(of: let bits, where: let condition): present & condition != 0 && present & bits != bits
        case .unlessAny(of: let bits, where: let condition): present & condition != 0 && present & bits == 0
        case .ifAny(of: let bits, where: let condition): present & condition != 0 && present & bits != 0
        }
    }
}

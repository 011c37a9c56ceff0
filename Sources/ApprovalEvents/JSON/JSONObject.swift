/// The members of a JSON object: unique names, kept in the order of RFC 8785 (UTF-16 code units), so that writing the
/// canonical form needs no sorting and two objects with the same members are equal.
public struct JSONObject: Sendable {
    public typealias Member = (name: Text, value: JSONValue)

    public private(set) var members: [Member]

    public init() { members = [] }

    /// `members`, sorted; nil if a name stands twice.
    public init?(_ members: [Member]) {
        guard let sorted = Self.sorted(members) else { return nil }
        self.members = sorted
    }

    /// Members that are already in order.
    init(ordered members: [Member]) { self.members = members }

    /// Members of a literal in source code, where a doubled name is a programmer's mistake.
    init(unique members: [(Text, JSONValue)]) {
        guard let sorted = Self.sorted(members.map { (name: $0.0, value: $0.1) }) else {
            preconditionFailure("a name stands twice in a JSON object literal")
        }
        self.members = sorted
    }

    /// The members in canonical order; nil if a name stands twice.
    static func sorted(_ members: [Member]) -> [Member]? {
        let sorted = members.sorted { $0.name.precedesInUTF16($1.name) }
        for (one, next) in zip(sorted, sorted.dropFirst()) where one.name == next.name { return nil }
        return sorted
    }

    public var count: Int { members.count }
    public var isEmpty: Bool { members.isEmpty }
    public var names: [Text] { members.map(\.name) }

    /// The value under `name`. Setting nil removes the member.
    public subscript(name: Text) -> JSONValue? {
        get {
            // Lengths alone tell most names of a small object apart.
            if members.count <= 16 { return members.first { $0.name == name }?.value }
            let at = position(of: name)
            return at < members.count && members[at].name == name ? members[at].value : nil
        }
        set {
            let at = position(of: name)
            let isThere = at < members.count && members[at].name == name
            switch (newValue, isThere) {
            case (let value?, true): members[at].value = value
            case (let value?, false): members.insert((name, value), at: at)
            case (nil, true): members.remove(at: at)
            case (nil, false): break
            }
        }
    }

    /// Where `name` stands or would stand.
    private func position(of name: Text) -> Int {
        var low = 0
        var high = members.count
        while low < high {
            let middle = (low + high) / 2
            if members[middle].name.precedesInUTF16(name) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension JSONObject: Hashable {
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members.elementsEqual(right.members) { $0.name == $1.name && $0.value == $1.value }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(members.count)
        for member in members {
            hasher.combine(member.name)
            hasher.combine(member.value)
        }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (Text, JSONValue)...) { self.init(unique: elements) }
}

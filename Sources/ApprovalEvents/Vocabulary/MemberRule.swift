/// A rule between the members of one object. The first group can be said in JSON Schema and is; the second
/// cannot, and the schemas list it in words (`x-rules`).
package enum MemberRule: Hashable, Sendable {
    /// Exactly one of these members is there.
    case exactlyOne(of: [Text])
    /// All of these members are there, or none.
    case together([Text])
    /// If the first is there, so is the second.
    case present(Text, requires: Text)
    /// Where a member is one of some words, all of these members are there,
    case requires([Text], where: Text, isOneOf: [Text])
    /// or at least one of these,
    case requiresOne(of: [Text], where: Text, isOneOf: [Text])
    /// or none of these.
    case refuses([Text], where: Text, isOneOf: [Text])
    /// The first never stands beside the second: an open nonce would let a concealed action be guessed.
    case neverBeside(Text, Text)
    /// An object of this kind inside the member, inside that one's member, and so on: at most so many.
    case chain(Text, atMost: Int)

    /// Of two integers the first is not greater.
    case ordered(Text, Text)
    /// The integer is at most the number of items in the list.
    case atMostCount(Text, of: Text)
    /// No two objects of the list have the same text in this member.
    case distinct(Text, in: Text)
    /// No object of the list has this text in the member.
    case reserved(Text, as: Text, in: Text)
    /// The first member is the digest of the canonical form of the second, if nothing in that is concealed.
    case digest(Text, of: Text)

    /// The stable name of the rule, as a violation gives it.
    package var id: String {
        switch self {
        case .exactlyOne: "exactly-one"
        case .together, .present: "required-beside"
        case .requires, .requiresOne: "required-when"
        case .refuses: "refused-when"
        case .neverBeside: "open-nonce"
        case .chain: "chain-length"
        case .ordered: "order"
        case .atMostCount: "satisfiable"
        case .distinct: "distinct"
        case .reserved: "reserved-name"
        case .digest: "digest-matches"
        }
    }

    /// The rule in words.
    package var words: String {
        switch self {
        case .exactlyOne(of: let names): "Exactly one of \(list(names)) must be there."
        case .together(let names): "\(list(names)) stand together or not at all."
        case .present(let name, requires: let other): "\(name) requires \(other)."
        case .requires(let names, where: let name, isOneOf: let words):
            "\(list(names)) must be there where \(name) is \(list(words, "or"))."
        case .requiresOne(of: let names, where: let name, isOneOf: let words):
            "\(list(names, "or")) must be there where \(name) is \(list(words, "or"))."
        case .refuses(let names, where: let name, isOneOf: let words):
            "\(list(names)) must not be there where \(name) is \(list(words, "or"))."
        case .neverBeside(let name, let other): "\(name) must not stand open beside \(other)."
        case .chain(let name, atMost: let count): "\(name) may be nested at most \(count) deep."
        case .ordered(let low, let high): "\(low) must not be greater than \(high)."
        case .atMostCount(let name, of: let items): "\(name) must not be greater than the number of \(items)."
        case .distinct(let name, in: let items): "Each \(name) may stand only once in \(items)."
        case .reserved(let word, as: let name, in: let items): "\(name) in \(items) must not be \(word)."
        case .digest(let name, of: let content):
            "\(name) must be the digest of the canonical form of \(content), if nothing in it is concealed."
        }
    }

    private func list(_ names: [Text], _ conjunction: String = "and") -> String {
        guard let last = names.last, names.count > 1 else { return names.first?.string ?? "" }
        return names.dropLast().map(\.string).joined(separator: ", ") + " \(conjunction) \(last.string)"
    }
}

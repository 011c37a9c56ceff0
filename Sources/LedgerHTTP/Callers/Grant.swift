import ApprovalEvents

/// What a caller may submit: event types × sources.
///
/// Some events belong to the ledger alone, whatever a grant says: types `dev.countersign.ledger.*`,
/// `dev.countersign.report.*` and `dev.countersign.record.erased.*`, and every source at or under
/// `/ledger` and `/sources`. Policies, rosters and identities decide over everybody else's approvals,
/// so a pattern reaches their types only when it spells out the family
/// (`dev.countersign.policy.*`): never with a bare `*`, nor with `dev.countersign.*`.
public struct Grant: Hashable, Sendable {
    public let sources: [SourcePrefix]
    public let types: [TypePattern]

    public init(sources: [SourcePrefix], types: [TypePattern]) {
        self.sources = sources
        self.types = types
    }

    /// Why an event is outside the grant, and by which attribute.
    public struct Denial: Hashable, Sendable {
        public let attribute: Text
        public let reason: String
    }

    /// Why an event of this type and source is outside the grant; nil if it is inside.
    public func denial(type: Text, source: Text) -> Denial? {
        if Self.isTheLedgersOwn(type: type) {
            return Denial(attribute: "type", reason: "events of this type come from the ledger alone")
        }
        if SourcePrefix.reserved.contains(where: { $0.covers(source) }) {
            return Denial(
                attribute: "source", reason: "sources at or under /ledger and /sources belong to the ledger alone")
        }
        if SourcePrefix.hasDotSegment(source) {
            return Denial(attribute: "source", reason: "a source with the segment '.' or '..' is under no prefix")
        }
        guard sources.contains(where: { $0.covers(source) }) else {
            return Denial(attribute: "source", reason: "the source is under none of the caller's source prefixes")
        }
        guard types.contains(where: { $0.matches(type) }) else {
            return Denial(attribute: "type", reason: "the type is matched by none of the caller's type patterns")
        }
        return nil
    }

    private static let ledgersOwn = TypeFamilies(["ledger.", "report.", "record.erased."])

    private static func isTheLedgersOwn(type: Text) -> Bool { ledgersOwn.family(of: type) != nil }
}

/// A prefix of source paths, in whole segments: `/gateways/eu` covers `/gateways/eu` and
/// `/gateways/eu/1`, not `/gateways/eu-1`. The prefix `/` covers every source that is a path.
public struct SourcePrefix: Hashable, Sendable {
    public let text: Text
    /// The same, but nothing for `/`.
    private let path: Text

    /// Reads a prefix; nil if it is empty, ends in `/` (but for `/` itself), or holds a dot segment
    /// or an empty segment.
    public init?(_ text: Text) {
        let bytes = text.bytes
        guard !bytes.isEmpty, bytes.count <= 256, !Self.hasDotSegment(text) else { return nil }
        if bytes == [Self.slash] {
            path = ""
        } else if bytes.last == Self.slash {
            return nil
        } else {
            path = text
        }
        self.text = text
    }

    /// Whether the source is the prefix or stands under it.
    public func covers(_ source: Text) -> Bool {
        guard source.hasPrefix(path) else { return false }
        let end = path.utf8.count
        return source.withBytes { $0.count == end ? end > 0 : $0[end] == Self.slash }
    }

    static let reserved = [SourcePrefix("/ledger"), SourcePrefix("/sources")].compactMap(\.self)

    static func hasDotSegment(_ text: Text) -> Bool {
        text.withBytes { bytes in
            var start = 0
            for end in 0...bytes.count where end == bytes.count || bytes[end] == slash {
                let segment = bytes[start..<end]
                if (1...2).contains(segment.count), segment.allSatisfy({ $0 == UInt8(ascii: ".") }) { return true }
                start = end + 1
            }
            return false
        }
    }

    private static let slash = UInt8(ascii: "/")
}

/// A pattern of event types in which `*` is any run of bytes and all else is itself.
public struct TypePattern: Hashable, Sendable {
    public let text: Text
    private let bytes: [UInt8]

    /// `*`: every type but those that have to be spelt out.
    public static let everyday = TypePattern(bytes: [UInt8(ascii: "*")])

    private init(bytes: [UInt8]) {
        self.bytes = bytes
        text = Text(String(decoding: bytes, as: UTF8.self))
    }

    /// Families that a pattern has to spell out.
    private static let guarded = TypeFamilies(["policy.", "roster.", "identity."])
    static let own = "dev.countersign."

    /// Reads a pattern; nil if it is empty, too long, or holds bytes that no type has.
    ///
    /// `approval.*` and the like, which begin with a family of ours, are short for
    /// `dev.countersign.approval.*`; the record and the log hold the long form.
    public init?(_ text: Text) {
        let given = text.string
        guard !given.isEmpty, given.utf8.count <= 128, given.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        let isShort = Self.families.contains { given.utf8.starts(with: $0.utf8) }
        let full = isShort ? Self.own + given : given
        self.text = Text(full)
        self.bytes = Array(full.utf8)
    }

    /// Whether the pattern matches the whole type, under the rule on guarded families.
    public func matches(_ type: Text) -> Bool {
        if let family = Self.guarded.family(of: type), !text.hasPrefix(family) { return false }
        return type.withBytes { type in bytes.withUnsafeBufferPointer { Self.matches($0, type) } }
    }

    private static let families = [
        "policy.", "roster.", "identity.", "approval.", "action.", "breakglass.", "source.", "record.", "finding.",
        "oversight.",
    ]

    /// Greedy matching that returns to the last star only: linear in practice, and never worse than
    /// the product of the two lengths.
    private static func matches(
        _ pattern: UnsafeBufferPointer<UInt8>, _ text: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        var (p, t) = (0, 0)
        var star: (p: Int, t: Int)?
        while t < text.count {
            if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
                star = (p, t)
                p += 1
            } else if p < pattern.count, pattern[p] == text[t] {
                (p, t) = (p + 1, t + 1)
            } else if let last = star {
                star = (last.p, last.t + 1)
                (p, t) = (last.p + 1, last.t + 1)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}

/// Families of our own types, told apart by how they begin.
private struct TypeFamilies {
    private let families: [(name: [UInt8], prefix: Text)]

    init(_ names: [String]) {
        families = names.map { (Array($0.utf8), Text(TypePattern.own + $0)) }
    }

    /// The prefix of the family that a type is of, if it is of one of these.
    func family(of type: Text) -> Text? {
        type.withBytes { type in
            let rest = type.dropFirst(TypePattern.own.utf8.count)
            guard let first = rest.first else { return nil }
            for (name, prefix) in families where name[0] == first && rest.starts(with: name) {
                return TypePattern.own.utf8.elementsEqual(type[..<rest.startIndex]) ? prefix : nil
            }
            return nil
        }
    }
}

import ApprovalEvents
import LedgerCrypto
import MerkleTree

/// The first line of an extract: which part of which log follows, and the proof that it is that part.
///
/// Coding `countersign-extract/1`, specified in `schemas/extract.md`. An extract is lines: this header, then
/// `opening` lines of earlier entries with a proof each, then the entries of `[carried.lowerBound,
/// carried.upperBound)` as they are sealed, one a line.
public struct ExtractHeader: Hashable, Sendable {
    public static let format: Text = "countersign-extract/1"

    public let origin: Text
    /// The period's boundaries, `[from, to)`. Without `from` the extract begins with the log, without `to` it
    /// ends with the head.
    public let from: Timestamp?
    public let to: Timestamp?
    /// The period's entries are `[first, end)`.
    public let first: LeafIndex
    public let end: LeafIndex
    /// How many entries directly before `first` are carried too. At least the one before the opening mark, so that
    /// the cut can be checked; as many as `first` where the whole log up to the period is carried.
    public let lead: UInt64
    /// Whether the closing mark, the entry at `end`, is carried.
    public let hasClosing: Bool
    /// How many earlier entries stand before the carried ones, each with an inclusion proof of its own.
    public let opening: UInt64
    /// The signed note of the head.
    public let note: Text
    /// The range proof of the carried entries.
    public let proof: RangeProof

    public init(
        origin: Text, from: Timestamp?, to: Timestamp?, first: LeafIndex, end: LeafIndex, lead: UInt64,
        hasClosing: Bool, opening: UInt64, note: Text, proof: RangeProof
    ) {
        (self.origin, self.from, self.to) = (origin, from, to)
        (self.first, self.end, self.lead, self.hasClosing) = (first, end, lead, hasClosing)
        (self.opening, self.note, self.proof) = (opening, note, proof)
    }

    /// The indexes of the entries that the range proof covers.
    public var carried: Range<UInt64> {
        first.value - lead..<end.value + (hasClosing ? 1 : 0)
    }

    /// One line, RFC 8785, without the line feed.
    public var formatted: [UInt8] {
        var object: JSONObject = [
            "format": .string(Self.format),
            "origin": .string(origin),
            "first": .index(first.value),
            "end": .index(end.value),
            "lead": .index(lead),
            "closing": .bool(hasClosing),
            "opening": .index(opening),
            "note": .string(note),
            "proof": .object([
                "left": .array(proof.left.map(JSONValue.hash)),
                "right": .array(proof.right.map(JSONValue.hash)),
            ]),
        ]
        if let from { object["from"] = .string(from.ledgerForm) }
        if let to { object["to"] = .string(to.ledgerForm) }
        return JSONValue.object(object).canonicalBytes
    }

    /// Reads the canonical form only: an extract has one coding.
    public init(parsing line: [UInt8]) throws(ExtractError) {
        let object = try JSONObject(line: line)
        guard object["format"] == .string(Self.format) else { throw .header("`format` is not \(Self.format)") }
        guard case .string(let origin) = object["origin"], case .string(let note) = object["note"],
            case .bool(let hasClosing) = object["closing"],
            let first = object.index("first"), let end = object.index("end"), let lead = object.index("lead"),
            let opening = object.index("opening"), case .object(let proof) = object["proof"],
            let left = proof.hashes("left"), let right = proof.hashes("right")
        else { throw .header("a member is missing or has the wrong type") }
        guard lead <= first, first <= end else { throw .header("`first`, `end` and `lead` do not describe a range") }
        let from = try object.time("from")
        let to = try object.time("to")
        self.init(
            origin: origin, from: from, to: to, first: LeafIndex(first), end: LeafIndex(end), lead: lead,
            hasClosing: hasClosing, opening: opening, note: note, proof: RangeProof(left: left, right: right))
        guard formatted == line else { throw .header("not in the canonical form, or with members that do not belong") }
    }
}

/// Why a line of an extract cannot be read.
public enum ExtractError: Error, Hashable, Sendable, CustomStringConvertible {
    case notAnObject
    case header(String)
    case opening(String)

    public var description: String {
        switch self {
        case .notAnObject: "the line is not a JSON object"
        case .header(let why): "the extract's header: \(why)"
        case .opening(let why): "an opening entry: \(why)"
        }
    }
}

/// An entry from before the carried range, with its own proof.
public struct OpeningEntry: Hashable, Sendable {
    public let index: LeafIndex
    public let entry: [UInt8]
    public let proof: InclusionProof

    public init(index: LeafIndex, entry: [UInt8], proof: InclusionProof) {
        (self.index, self.entry, self.proof) = (index, entry, proof)
    }

    public var formatted: [UInt8] {
        JSONValue.object([
            "entry": .string(Text(String(decoding: entry, as: UTF8.self))),
            "index": .index(index.value),
            "proof": .array(proof.hashes.map(JSONValue.hash)),
        ]).canonicalBytes
    }

    public init(parsing line: [UInt8]) throws(ExtractError) {
        let object = try JSONObject(line: line)
        guard case .string(let entry) = object["entry"], let index = object.index("index"),
            let hashes = object.hashes("proof")
        else { throw .opening("a member is missing or has the wrong type") }
        self.init(
            index: LeafIndex(index), entry: Array(entry.string.utf8), proof: InclusionProof(hashes: hashes))
        guard formatted == line else { throw .opening("not in the canonical form") }
    }
}

extension JSONValue {
    /// Indexes in JSON are numbers: a log of 2^53 entries is out of reach, and readers expect to add to them.
    static func index(_ value: UInt64) -> JSONValue {
        .number(JSONNumber(exactly: Int64(clamping: value)) ?? JSONNumber(JSONNumber.largestInteger))
    }

    static func hash(_ digest: Digest) -> JSONValue {
        .string(Text(String(decoding: Base64.encode(digest.bytes), as: UTF8.self)))
    }
}

extension JSONObject {
    fileprivate init(line: [UInt8]) throws(ExtractError) {
        guard case .object(let object) = try? JSONValue(parsing: line, maxDepth: 4) else { throw .notAnObject }
        self = object
    }

    fileprivate func index(_ name: Text) -> UInt64? {
        guard case .number(let number) = self[name], let value = number.integer, value >= 0 else { return nil }
        return UInt64(value)
    }

    fileprivate func hashes(_ name: Text) -> [Digest]? {
        guard case .array(let items) = self[name] else { return nil }
        var hashes: [Digest] = []
        for item in items {
            guard case .string(let text) = item, let bytes = Base64.decode(Array(text.string.utf8)),
                let digest = Digest(bytes)
            else { return nil }
            hashes.append(digest)
        }
        return hashes
    }

    fileprivate func time(_ name: Text) throws(ExtractError) -> Timestamp? {
        guard let value = self[name] else { return nil }
        guard case .string(let text) = value, let time = Timestamp(text) else {
            throw .header("`\(name)` is not a time")
        }
        return time
    }
}

import ApprovalEvents
import SignedNotes

/// What a submitter keeps: the sealed entry, what its concealed members say, and the proof that the entry
/// stands in a log. Coding `countersign-receipt/1`, specified in `schemas/receipt.md`.
///
/// A receipt that parses is only well formed; `verify(under:)` says whether it holds.
public struct Receipt: Hashable, Sendable {
    public static let format: Text = "countersign-receipt/1"

    /// The exact bytes of the leaf. They are UTF-8, since an entry is canonical JSON.
    public let entry: [UInt8]
    /// SD-JWT disclosures for the entry's concealed members, as many as the reader may see.
    public let disclosures: [Text]
    public let proof: TLogProof

    public init(entry: [UInt8], disclosures: [Text], proof: TLogProof) {
        self.entry = entry
        self.disclosures = disclosures
        self.proof = proof
    }

    /// The same without what its concealed members say: what a gateway is told to keep, because it outlives an
    /// erasure without holding what was erased.
    public var withoutDisclosures: Receipt {
        Receipt(entry: entry, disclosures: [], proof: proof)
    }
}

/// Why bytes are not a receipt.
public enum ReceiptError: Error, Hashable, Sendable, CustomStringConvertible {
    case notJSON(String)
    case notAnObject
    case unknownFormat
    case unknownMember(Text)
    case missing(Text)
    case mistyped(Text)
    case badProof(String)

    public var description: String {
        switch self {
        case .notJSON(let why): "not JSON: \(why)"
        case .notAnObject: "a receipt is one JSON object"
        case .unknownFormat: "the member `format` is not \"\(Receipt.format)\""
        case .unknownMember("index"), .unknownMember("receipt"):
            "this is a server's answer around a receipt: the receipt is its member `receipt`"
        case .unknownMember(let name): "the member `\(name)` does not belong in a receipt"
        case .missing(let name): "the member `\(name)` is missing"
        case .mistyped(let name): "the member `\(name)` has the wrong type"
        case .badProof(let why): "the member `proof` is not a C2SP tlog-proof: \(why)"
        }
    }
}

extension Receipt {
    /// Reads a receipt: one JSON object with exactly the four members, in any order and spacing, so that a
    /// receipt survives being pretty-printed. What is authenticated is inside: the entry's text and the proof's.
    public init(parsing bytes: [UInt8]) throws(ReceiptError) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes, maxDepth: 4)
        } catch {
            throw .notJSON("\(error)")
        }
        guard case .object(let object) = value else { throw .notAnObject }
        let names: [Text] = ["format", "entry", "disclosures", "proof"]
        for member in object.members where !names.contains(member.name) {
            throw .unknownMember(member.name)
        }
        guard try object.text("format") == Self.format else { throw .unknownFormat }
        let entry = try object.text("entry")
        let disclosures = try object.texts("disclosures")
        let proofText = try object.text("proof")
        do {
            proof = try TLogProof(parsing: Array(proofText.string.utf8))
        } catch {
            throw .badProof("\(error)")
        }
        self.entry = Array(entry.string.utf8)
        self.disclosures = disclosures
    }

    /// The canonical (RFC 8785) form.
    public var formatted: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    /// Appends the canonical form. An entry is canonical JSON and a proof is text, so both are UTF-8.
    public func write(to output: inout [UInt8]) {
        let proof = proof.formatted
        output.reserveCapacity(output.count + 2 * (entry.count + proof.count) + 256)
        output += "{\"disclosures\":[".utf8
        for (place, disclosure) in disclosures.enumerated() {
            if place > 0 { output.append(UInt8(ascii: ",")) }
            CanonicalString.append(disclosure.bytes, to: &output)
        }
        output += "],\"entry\":".utf8
        CanonicalString.append(entry, to: &output)
        output += ",\"format\":\"".utf8
        // Nothing in it needs an escape.
        output += Self.format.string.utf8
        output += "\",\"proof\":".utf8
        CanonicalString.append(proof, to: &output)
        output.append(UInt8(ascii: "}"))
    }
}

extension JSONObject {
    fileprivate func text(_ name: Text) throws(ReceiptError) -> Text {
        guard let value = self[name] else { throw .missing(name) }
        guard case .string(let text) = value else { throw .mistyped(name) }
        return text
    }

    fileprivate func texts(_ name: Text) throws(ReceiptError) -> [Text] {
        guard let value = self[name] else { throw .missing(name) }
        guard case .array(let items) = value else { throw .mistyped(name) }
        var texts: [Text] = []
        for item in items {
            guard case .string(let text) = item else { throw .mistyped(name) }
            texts.append(text)
        }
        return texts
    }
}

/// An event on its way in: its attributes and its body, brought to the one form that all three modes share, and every
/// rule that it was seen to break so far.
struct EventDraft {
    enum Body {
        case none
        case json(JSONValue)
        case bytes([UInt8])
    }

    /// Where the event stands in its document: the whole, or a member of a batch.
    let root: JSONPointer
    /// All attributes but `disclosures`, as strings.
    var attributes = JSONObject()
    var body = Body.none
    /// The attribute `disclosures`, which is never sealed.
    var disclosures: Text?
    var violations: [Violation] = []

    init(at root: JSONPointer) { self.root = root }

    mutating func report(_ name: Text, _ rule: String, _ message: String) {
        violations.append(Violation(pointer: root.appending(name), rule: rule, message: message))
    }

    /// The text of an attribute.
    func text(_ name: Text) -> Text? { attributes[name]?.asString }

    /// Takes the attributes, in canonical order. What tracing adds on the way is dropped: two deliveries of one event
    /// differ in it.
    mutating func take(_ given: [(name: Text, value: Text)]) {
        var kept: [JSONObject.Member] = []
        kept.reserveCapacity(given.count + 2)
        for (name, value) in given {
            guard Self.isAttributeName(name) else {
                report(name, "attribute-name", "An attribute's name is one or more of a-z and 0-9.")
                continue
            }
            if !value.isPlain {
                report(name, "attribute-characters", "Control characters and noncharacters are not allowed here.")
            }
            switch name {
            case "traceparent", "tracestate": continue
            case "disclosures": disclosures = value
            case "ledgertime", "ledgercaller", "ledgersalt":
                report(name, "ledger-attribute", "Only the ledger sets \(name.string).")
            default: kept.append((name, .string(value)))
            }
        }
        attributes = JSONObject(ordered: kept)
    }

    private static func isAttributeName(_ name: Text) -> Bool {
        !name.isEmpty
            && name.withBytes { bytes in
                bytes.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
            }
    }
}

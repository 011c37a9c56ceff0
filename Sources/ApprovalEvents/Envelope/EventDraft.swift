/// An event on its way in: its attributes and its body, brought to the one form that all three modes share, and every
/// rule that it was seen to break so far.
struct EventDraft {
    enum Body {
        case none
        case json(JSONPart)
        case bytes([UInt8])
    }

    /// Where the event stands in its document: the whole, or a member of a batch.
    let root: JSONPointer
    /// All attributes but `disclosures`, as strings, in canonical order.
    private(set) var attributes: [EventAttribute] = []
    var body = Body.none
    /// The whole event as it came in structured mode, as long as its one form has the same members: nothing of it was
    /// left out, brought to another form or added.
    var asGiven: JSONPart?
    /// The attribute `disclosures`, which is never sealed.
    private(set) var disclosures: Text?
    /// The data with the disclosures put back, once they were found good.
    var opened: OpenedData?
    /// The attribute `time`, once it was found good.
    var time: Timestamp?
    var violations: [Violation] = []

    init(at root: JSONPointer) { self.root = root }

    mutating func report(_ name: Text, _ rule: String, _ message: String) {
        violations.append(Violation(pointer: root.appending(name), rule: rule, message: message))
    }

    mutating func report(_ name: AttributeName, _ rule: String, _ message: String) {
        report(name.text, rule, message)
    }

    /// The text of an attribute. Setting nil removes it.
    subscript(_ name: AttributeName) -> Text? {
        get {
            // By position: an attribute that is taken out to be looked at costs more than the look.
            for at in attributes.indices where attributes[at].known == name { return attributes[at].value }
            return nil
        }
        set {
            attributes.removeAll { $0.known == name }
            guard let newValue else { return }
            let at = attributes.firstIndex { name.text.precedesInUTF16($0.name) } ?? attributes.count
            attributes.insert(EventAttribute(name, newValue), at: at)
        }
    }

    /// Takes the attributes, in canonical order. What tracing adds on the way is dropped: two deliveries of one event
    /// differ in it.
    mutating func take(_ given: consuming [EventAttribute]) {
        var kept = 0
        for at in given.indices where isSealed(given, at) {
            if at > kept { given.swapAt(at, kept) }
            kept += 1
        }
        if kept < given.count {
            asGiven = nil
            given.removeSubrange(kept...)
        }
        attributes = given
    }

    /// Checks the attribute at a position, and says whether it is one that is sealed.
    private mutating func isSealed(_ given: [EventAttribute], _ at: Int) -> Bool {
        guard given[at].known.map({ $0 != .dataBase64 }) ?? Self.isAttributeName(given[at].name) else {
            report(given[at].name, "attribute-name", "An attribute's name is one or more of a-z and 0-9.")
            return false
        }
        if !given[at].value.isPlain {
            report(
                given[at].name, "attribute-characters",
                "Control characters and noncharacters are not allowed here.")
        }
        switch given[at].known {
        case .traceparent, .tracestate: return false
        case .disclosures:
            disclosures = given[at].value
            return false
        case let known? where known.isLedgers:
            report(known, "ledger-attribute", "Only the ledger sets \(known.text.string).")
            return false
        default: return true
        }
    }

    private static func isAttributeName(_ name: Text) -> Bool {
        !name.isEmpty
            && name.withBytes { bytes in
                bytes.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
            }
    }
}

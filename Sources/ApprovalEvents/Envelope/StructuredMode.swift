// Structured and batch mode: an event as a JSON object (CloudEvents JSON format 1.0 §3, §4).

extension ApprovalEvent {
    /// Reads one event in structured mode.
    public static func parse(structured json: [UInt8], rules: IntakeRules) throws(EventRefusal) -> ApprovalEvent {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(parsing: json, maxDepth: 1 + EventLimits.foreignDepth)
        } catch { throw EventRefusal(malformed: error) }
        return try parse(structured: JSONPart(document), at: .root, rules: rules)
    }

    /// Reads a batch: an array of events, possibly empty. One that is refused refuses them all, but what is wrong with
    /// any of them is said.
    public static func parse(batch json: [UInt8], rules: IntakeRules) throws(BatchRefusal) -> [ApprovalEvent] {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(parsing: json, maxDepth: 2 + EventLimits.foreignDepth)
        } catch { throw BatchRefusal(EventRefusal(malformed: error)) }
        let (kind, members) = document.withRoot { ($0.isArray ? nil : $0.kind, $0.items.map(\.index)) }
        if let kind {
            let violation = Violation(pointer: .root, rule: "type", message: "A batch is an array, not \(kind).")
            throw BatchRefusal(EventRefusal([violation]))
        }
        var events: [ApprovalEvent] = []
        var violations: [Violation] = []
        events.reserveCapacity(members.count)
        for (number, index) in members.enumerated() {
            do throws(EventRefusal) {
                let place = JSONPointer.root.appending(number)
                events.append(try parse(structured: JSONPart(document, index), at: place, rules: rules))
            } catch { violations += error.violations }
        }
        guard violations.isEmpty else { throw BatchRefusal(EventRefusal(violations)) }
        return events
    }

    private static func parse(
        structured event: JSONPart, at root: JSONPointer, rules: IntakeRules
    ) throws(EventRefusal) -> ApprovalEvent {
        if let kind = event.withNode({ $0.isObject ? nil : $0.kind }) {
            throw EventRefusal([
                Violation(pointer: root, rule: "type", message: "An event is an object, not \(kind).")
            ])
        }
        var draft = EventDraft(at: root)
        draft.take(structured: event)
        return try ApprovalEvent(&draft, rules: rules)
    }
}

extension EventDraft {
    /// Takes the members of an event in JSON. Null members are as if absent.
    /// - Parameter isEntry: the ledger's own attributes are passed over: they are read apart.
    mutating func take(structured event: JSONPart, isEntry: Bool = false) {
        asGiven = event
        var given: [EventAttribute] = []
        given.reserveCapacity(12)
        var data: Int?
        var base64: Int?
        event.withNode { object in
            for (name, value) in object.members {
                guard !value.isNull else {
                    asGiven = nil
                    continue
                }
                let known = AttributeName(name.shortContent)
                switch known {
                case .data: data = value.index
                case .dataBase64: base64 = value.index
                case let known? where isEntry && known.isLedgers: break
                default:
                    let name = known?.text ?? name.string ?? ""
                    if let text = attributeText(value, of: name, known) {
                        given.append(EventAttribute(name, text, known: known))
                    }
                }
            }
        }
        take(given)
        if let data {
            if base64 != nil { report("data_base64", "data-twice", "An event has data or data_base64, not both.") }
            take(data: JSONPart(event.document, data))
        } else if let base64 {
            take(base64: JSONPart(event.document, base64))
        }
    }

    /// An attribute's value as the string that the other modes would carry it as (CloudEvents 1.0 §3.1).
    private mutating func attributeText(_ value: JSONNode, of name: Text, _ known: AttributeName?) -> Text? {
        // What nearly every event says here need not be copied out of each.
        if known == .datacontenttype, value.shortName == MediaType.shortJSON { return MediaType.json }
        if let text = value.string { return text }
        asGiven = nil
        if known?.isString != true {
            if let flag = value.bool { return flag ? "true" : "false" }
            if let integer = value.integer, Int32(exactly: integer) != nil { return Text(String(integer)) }
        }
        report(name, "attribute-type", "This attribute must be a string, not \(value.kind).")
        return nil
    }
}

// Structured and batch mode: an event as a JSON object (CloudEvents JSON format 1.0 §3, §4).

extension ApprovalEvent {
    /// Reads one event in structured mode.
    public static func parse(structured json: [UInt8], rules: IntakeRules) throws(EventRefusal) -> ApprovalEvent {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: json, maxDepth: 1 + EventLimits.foreignDepth)
        } catch { throw EventRefusal(malformed: error) }
        return try parse(structured: value, at: .root, rules: rules)
    }

    /// Reads a batch: an array of events, possibly empty. One that is refused refuses them all, but what is wrong with
    /// any of them is said.
    public static func parse(batch json: [UInt8], rules: IntakeRules) throws(BatchRefusal) -> [ApprovalEvent] {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: json, maxDepth: 2 + EventLimits.foreignDepth)
        } catch { throw BatchRefusal(EventRefusal(malformed: error)) }
        guard case .array(let members) = value else {
            let violation = Violation(pointer: .root, rule: "type", message: "A batch is an array, not \(value.kind).")
            throw BatchRefusal(EventRefusal([violation]))
        }
        var events: [ApprovalEvent] = []
        var violations: [Violation] = []
        events.reserveCapacity(members.count)
        for (index, member) in members.enumerated() {
            do throws(EventRefusal) {
                events.append(try parse(structured: member, at: JSONPointer.root.appending(index), rules: rules))
            } catch { violations += error.violations }
        }
        guard violations.isEmpty else { throw BatchRefusal(EventRefusal(violations)) }
        return events
    }

    private static func parse(
        structured value: JSONValue, at root: JSONPointer, rules: IntakeRules
    ) throws(EventRefusal) -> ApprovalEvent {
        guard case .object(let members) = value else {
            throw EventRefusal([
                Violation(pointer: root, rule: "type", message: "An event is an object, not \(value.kind).")
            ])
        }
        var draft = EventDraft(at: root)
        draft.take(structured: members)
        return try ApprovalEvent(draft, rules: rules)
    }
}

extension EventDraft {
    /// Takes the members of an event in JSON. Null members are as if absent.
    mutating func take(structured object: JSONObject) {
        var given: [(name: Text, value: Text)] = []
        given.reserveCapacity(object.count)
        var data: JSONValue?
        var base64: JSONValue?
        for (name, value) in object.members where value != .null {
            switch name {
            case "data": data = value
            case "data_base64": base64 = value
            default:
                if let text = attributeText(value, of: name) { given.append((name, text)) }
            }
        }
        take(given)
        switch (data, base64) {
        case (let data?, nil): take(data: data)
        case (nil, let base64?): take(base64: base64)
        case (nil, nil): break
        case (let data?, .some):
            report("data_base64", "data-twice", "An event has data or data_base64, not both.")
            take(data: data)
        }
    }

    /// An attribute's value as the string that the other modes would carry it as (CloudEvents 1.0 §3.1).
    private mutating func attributeText(_ value: JSONValue, of name: Text) -> Text? {
        switch value {
        case .string(let text): return text
        case .bool(let flag) where !Self.isString(name): return flag ? "true" : "false"
        case .number(let number) where !Self.isString(name):
            if let integer = number.integer, Int32(exactly: integer) != nil { return Text(String(integer)) }
        default: break
        }
        report(name, "attribute-type", "This attribute must be a string, not \(value.kind).")
        return nil
    }

    /// The attributes that are strings by definition, so that no other JSON value stands for them.
    private static func isString(_ name: Text) -> Bool {
        switch name {
        case "id", "source", "type", "specversion", "subject", "time", "datacontenttype", "dataschema",
            "sourcesequence", "disclosures":
            true
        default: false
        }
    }
}

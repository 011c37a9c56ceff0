// Binary mode: an event as the header fields and the content of an HTTP message (CloudEvents HTTP binding 1.0 §3.1).

extension ApprovalEvent {
    /// Reads one event in binary mode.
    /// - Parameters:
    ///   - binaryAttributes: the header fields whose names begin with `ce-`, with or without that beginning, in any
    ///     case, as they came.
    ///   - contentType: the value of `Content-Type`, which is the attribute `datacontenttype`.
    ///   - body: the content. Without a content type it is taken for JSON.
    public static func parse(
        binaryAttributes: [(name: [UInt8], value: [UInt8])], contentType: [UInt8]?, body: [UInt8], rules: IntakeRules
    ) throws(EventRefusal) -> ApprovalEvent {
        var draft = EventDraft(at: .root)
        var given = JSONObject()
        for (name, value) in binaryAttributes {
            draft.take(header: HeaderField.attributeName(name), value: value, into: &given)
        }
        draft.take(contentType: contentType, into: &given)
        draft.take(
            given.members.compactMap { member in
                member.value.asString.map { EventAttribute(member.name, $0, known: AttributeName(member.name)) }
            })
        draft.take(bytes: body, as: "data")
        return try ApprovalEvent(&draft, rules: rules)
    }
}

extension EventDraft {
    fileprivate mutating func take(header name: Text, value: [UInt8], into given: inout JSONObject) {
        if name == "datacontenttype" || name == "data" {
            report(name, "attribute-name", "In binary mode this is no header: Content-Type and the content say it.")
        } else if given[name] != nil {
            report(name, "attribute-twice", "The header stands twice.")
        } else if let text = HeaderField.decode(value) {
            given[name] = .string(text)
        } else {
            report(name, "attribute-encoding", "The header's value is not percent-encoded UTF-8.")
        }
    }

    fileprivate mutating func take(contentType: [UInt8]?, into given: inout JSONObject) {
        guard let contentType, !contentType.isEmpty else { return }
        if let text = Text(utf8: contentType) {
            given["datacontenttype"] = .string(text)
        } else {
            report("datacontenttype", "attribute-encoding", "Content-Type is not UTF-8.")
        }
    }
}

enum HeaderField {
    /// The attribute that a header field carries: its name in lower case, without `ce-`.
    static func attributeName(_ name: [UInt8]) -> Text {
        let lower = name.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        let bare = lower.starts(with: "ce-".utf8) ? lower[3...] : lower[...]
        return Text(String(decoding: bare, as: UTF8.self))
    }

    /// Reads a value (§3.1.3.2): first out of its quotes, then one round of percent-decoding; nil where that does not
    /// give UTF-8. A percent sign that introduces no two digits is refused rather than guessed at.
    static func decode(_ value: [UInt8]) -> Text? {
        guard let unquoted = unquoted(value) else { return nil }
        guard unquoted.contains(UInt8(ascii: "%")) else { return Text(utf8: unquoted) }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(unquoted.count)
        var at = 0
        while at < unquoted.count {
            if unquoted[at] == UInt8(ascii: "%") {
                guard at + 2 < unquoted.count, let high = digit(unquoted[at + 1]), let low = digit(unquoted[at + 2])
                else { return nil }
                decoded.append(high << 4 | low)
                at += 3
            } else {
                decoded.append(unquoted[at])
                at += 1
            }
        }
        return Text(utf8: decoded)
    }

    /// The content of a quoted string (RFC 9110 §5.6.4), or the value itself where it does not begin with a quote.
    private static func unquoted(_ value: [UInt8]) -> [UInt8]? {
        guard value.first == UInt8(ascii: "\"") else { return value }
        var content: [UInt8] = []
        var at = 1
        while at < value.count {
            switch value[at] {
            case UInt8(ascii: "\""): return at == value.count - 1 ? content : nil
            case UInt8(ascii: "\\"):
                guard at + 1 < value.count else { return nil }
                content.append(value[at + 1])
                at += 2
            default:
                content.append(value[at])
                at += 1
            }
        }
        return nil
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

import LedgerCrypto

// One event, one form: the same body gives the same member, whether it came as a JSON value, as base64 or as the
// content of an HTTP message.

extension EventDraft {
    /// Takes the body as bytes, read by `datacontenttype`. No bytes at all are no data: HTTP cannot tell the two apart.
    /// - Parameter member: what to name where they are not what they should be.
    mutating func take(bytes: [UInt8], as member: Text) {
        guard !bytes.isEmpty else { return }
        guard declaresJSON else {
            body = .bytes(bytes)
            return
        }
        do throws(JSONError) {
            take(json: try JSONValue(parsing: bytes, maxDepth: EventLimits.foreignDepth))
        } catch {
            let found = error.violation
            violations.append(
                Violation(
                    pointer: found.pointer.inside(root.appending(member)), rule: found.rule, message: found.message))
        }
    }

    /// Takes the member `data` of an event in JSON.
    mutating func take(data: JSONValue) {
        if declaresJSON {
            take(json: data)
        } else if case .string(let text) = data {
            take(bytes: text.bytes, as: "data")
        } else {
            report("data", "data-not-text", "Where datacontenttype is not JSON, data is a string, not \(data.kind).")
        }
    }

    /// Null is no data, like any null member of the envelope.
    private mutating func take(json: JSONValue) {
        if json != .null { body = .json(json) }
    }

    /// Takes the member `data_base64` of an event in JSON.
    mutating func take(base64: JSONValue) {
        guard case .string(let text) = base64, let bytes = Base64.decode(text.utf8) else {
            report("data_base64", "base64", "This must be a string of standard base64 with its padding.")
            return
        }
        take(bytes: bytes, as: "data_base64")
    }

    /// Whether the body is JSON: it says so, or says nothing (CloudEvents JSON format §3.1).
    private var declaresJSON: Bool { text("datacontenttype").map { MediaType($0).isJSON } ?? true }

    /// Puts the body into its member, and says the content type that goes with it.
    mutating func placeBody() {
        switch body {
        case .none: attributes["datacontenttype"] = nil
        case .json(let value):
            if let given = text("datacontenttype"), !MediaType(given).isUTF8 {
                report("datacontenttype", "datacontenttype", "JSON is UTF-8; no other charset is taken.")
            }
            attributes["datacontenttype"] = "application/json"
            attributes["data"] = value
        case .bytes(let bytes): attributes["data_base64"] = .string(Text(Base64.string(bytes)))
        }
    }
}

/// A media type as far as it matters here (RFC 9110 §8.3.1): whether it is JSON, and in which charset.
struct MediaType {
    let isJSON: Bool
    /// No charset is named, or this one.
    let isUTF8: Bool

    init(_ text: Text) {
        if text == "application/json" {
            (isJSON, isUTF8) = (true, true)
            return
        }
        let parts = text.string.lowercased().utf8.split(separator: UInt8(ascii: ";")).map { Self.trimmed($0) }
        let type = parts.first ?? ""
        isJSON = type.hasSuffix("/json") || type.hasSuffix("+json")
        let charsets = parts.dropFirst().filter { $0.hasPrefix("charset=") }
        isUTF8 = charsets.allSatisfy { ["utf-8", "\"utf-8\"", "utf8"].contains($0.dropFirst(8)) }
    }

    private static func trimmed(_ part: Substring.UTF8View) -> String {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        let front = part.drop(while: isSpace)
        return String(
            decoding: front.prefix(front.count - front.reversed().prefix(while: isSpace).count), as: UTF8.self)
    }
}

import LedgerCrypto

// One event, one form: the same body gives the same member, whether it came as a JSON value, as base64 or as the
// content of an HTTP message.

extension EventDraft {
    /// Takes the body as bytes, read by `datacontenttype`. No bytes at all are no data: HTTP cannot tell the two apart.
    /// - Parameter member: what to name where they are not what they should be.
    mutating func take(bytes: [UInt8], as member: Text) {
        asGiven = nil
        guard !bytes.isEmpty else { return }
        guard declaresJSON else {
            body = .bytes(bytes)
            return
        }
        do throws(JSONError) {
            take(json: JSONPart(try JSONDocument(parsing: bytes, maxDepth: EventLimits.foreignDepth)))
        } catch {
            violations.append(error.violation.inside(root.appending(member)))
        }
    }

    /// Takes the member `data` of an event in JSON.
    mutating func take(data: JSONPart) {
        if declaresJSON {
            take(json: data)
        } else if let text = data.withNode(\.string) {
            take(bytes: text.bytes, as: "data")
        } else {
            let kind = data.withNode(\.kind)
            report(.data, "data-not-text", "Where datacontenttype is not JSON, data is a string, not \(kind).")
        }
    }

    /// Null is no data, like any null member of the envelope.
    private mutating func take(json: JSONPart) {
        if !json.withNode(\.isNull) { body = .json(json) }
    }

    /// Takes the member `data_base64` of an event in JSON.
    mutating func take(base64: JSONPart) {
        guard let text = base64.withNode(\.string), let bytes = Base64.decode(text.utf8) else {
            report(.dataBase64, "base64", "This must be a string of standard base64 with its padding.")
            return
        }
        take(bytes: bytes, as: "data_base64")
    }

    /// Whether the body is JSON: it says so, or says nothing (CloudEvents JSON format §3.1).
    private var declaresJSON: Bool { self[.datacontenttype].map { MediaType($0).isJSON } ?? true }

    /// Brings the content type to the one form that goes with the body.
    mutating func settleContentType() {
        switch body {
        case .none:
            if self[.datacontenttype] != nil { asGiven = nil }
            self[.datacontenttype] = nil
        case .json:
            let given = self[.datacontenttype]
            if let given, !MediaType(given).isUTF8 {
                report(.datacontenttype, "datacontenttype", "JSON is UTF-8; no other charset is taken.")
            }
            guard given != MediaType.json else { return }
            asGiven = nil
            self[.datacontenttype] = MediaType.json
        case .bytes: break
        }
    }
}

/// A media type as far as it matters here (RFC 9110 §8.3.1): whether it is JSON, and in which charset.
struct MediaType {
    let isJSON: Bool
    /// No charset is named, or this one.
    let isUTF8: Bool

    static let json: Text = "application/json"
    static let shortJSON: ShortName = "application/json"

    init(_ text: Text) {
        if text == Self.json {
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

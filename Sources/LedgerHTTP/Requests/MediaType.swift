/// The media types of this server's bodies.
enum MediaType {
    static let json = "application/json"
    static let problem = "application/problem+json"
    static let cloudEvent = "application/cloudevents+json"
    static let lines = "application/x-ndjson"
    static let binary = "application/octet-stream"
    static let note = "text/plain; charset=utf-8"
    static let timestamp = "application/timestamp-reply"
    static let metrics = "text/plain; version=0.0.4; charset=utf-8"
}

/// How a body of `POST /v1/events` carries its events (CloudEvents HTTP binding §3).
enum DeliveryMode: Hashable {
    case structured, binary, batch, lines

    /// Decides by the media type, compared without regard to case and with its parameters put aside.
    /// The batch type comes first, for it begins with the letters of the structured one.
    ///
    /// - Returns: nil for a media type that carries no events here: another CloudEvents format than
    ///   JSON, or a plain body without the attributes that binary mode needs.
    init?(contentType: String?, hasAttributes: Bool) {
        let essence = contentType.map(Self.essence) ?? ""
        switch essence {
        case "application/cloudevents-batch+json": self = .batch
        case MediaType.cloudEvent: self = .structured
        case "application/x-ndjson": self = .lines
        default:
            guard !essence.hasPrefix("application/cloudevents"), hasAttributes else { return nil }
            self = .binary
        }
    }

    private static func essence(_ contentType: String) -> String {
        if contentType == MediaType.cloudEvent { return contentType }
        let end = contentType.utf8.firstIndex(of: UInt8(ascii: ";")) ?? contentType.endIndex
        var bytes = contentType.utf8[..<end]
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
        while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
        let folded = bytes.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
        return String(decoding: folded, as: UTF8.self)
    }
}

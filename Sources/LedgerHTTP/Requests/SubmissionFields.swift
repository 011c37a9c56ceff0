import HTTPTypes
import NIOHTTP1

/// The header fields that decide over a submission, whichever of the two libraries has read them.
struct SubmissionFields {
    /// The credential; nil where none is shown, or more than one.
    private(set) var authorization: String?
    private(set) var contentType: String?
    private(set) var contentEncodings: [String] = []
    /// CloudEvents binary mode (HTTP binding §3.1): the `ce-` fields as they came, in their order. `ApprovalEvents`
    /// decodes and judges them.
    private(set) var attributes: [(name: [UInt8], value: [UInt8])] = []
    private(set) var contentLength: Int?
    /// `Expect`, or `Connection` with anything but `keep-alive`: something beside the event is asked for.
    private(set) var asksForMore = false
    /// How the body carries its events; nil where the media type carries none.
    private(set) var mode: DeliveryMode?
    private var credentials = 0

    init(_ fields: HTTPFields) {
        for field in fields {
            if field.name.canonicalName.utf8.starts(with: Self.attributePrefix) {
                attributes.append((Array(field.name.canonicalName.utf8), field.withUnsafeBytesOfValue { Array($0) }))
            } else {
                take(field.name.canonicalName, field.value)
            }
        }
        mode = DeliveryMode(contentType: contentType, hasAttributes: !attributes.isEmpty)
    }

    init(_ headers: HTTPHeaders) {
        for (name, value) in headers {
            if Self.isAttribute(name.utf8) {
                attributes.append((Array(name.lowercased().utf8), Array(value.utf8)))
            } else {
                take(name, value)
            }
        }
        mode = DeliveryMode(contentType: contentType, hasAttributes: !attributes.isEmpty)
    }

    /// The fields of a request that is one event in one piece, given one by one as bytes; nil as soon as one of them says
    /// anything that is not plain: something beside the event, another framing or coding, a field twice.
    init?(plain next: () -> (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)?) {
        while let (name, value) = next() {
            guard takePlain(name, value) else { return nil }
        }
        mode = DeliveryMode(contentType: contentType, hasAttributes: false)
        guard mode == .structured, contentLength != nil else { return nil }
    }

    private mutating func takePlain(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool {
        switch name.count {
        case 13 where FieldName.isSame(name, "authorization"):
            credentials += 1
            authorization = String(decoding: value, as: UTF8.self)
            return credentials == 1
        case 12 where FieldName.isSame(name, "content-type"):
            guard contentType == nil else { return false }
            // The plain form is not copied.
            contentType =
                FieldName.isSame(value, "application/cloudevents+json")
                ? MediaType.cloudEvent : String(decoding: value, as: UTF8.self)
        case 14 where FieldName.isSame(name, "content-length"):
            guard contentLength == nil, value.count <= 9, value[0] != UInt8(ascii: "0"),
                value.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
            else { return false }
            contentLength = value.reduce(0) { 10 * $0 + Int($1 - UInt8(ascii: "0")) }
        case 16 where FieldName.isSame(name, "content-encoding"), 17 where FieldName.isSame(name, "transfer-encoding"),
            16 where FieldName.isSame(name, "proxy-connection"), 7 where FieldName.isSame(name, "upgrade"),
            6 where FieldName.isSame(name, "expect"):
            return false
        case 10 where FieldName.isSame(name, "connection"): return FieldName.isSame(value, Self.asAlways)
        default: return !Self.isAttribute(name)
        }
        return true
    }

    private mutating func take(_ name: String, _ value: String) {
        // Lengths first: most fields are told apart by them.
        switch name.utf8.count {
        case 13 where FieldName.isSame(name.utf8, "authorization"):
            credentials += 1
            authorization = credentials == 1 ? value : nil
        case 12 where FieldName.isSame(name.utf8, "content-type"): contentType = value
        case 14 where FieldName.isSame(name.utf8, "content-length"): contentLength = Int(value)
        case 16 where FieldName.isSame(name.utf8, "content-encoding"): contentEncodings.append(value)
        case 6 where FieldName.isSame(name.utf8, "expect"): asksForMore = true
        case 10 where FieldName.isSame(name.utf8, "connection"):
            if !FieldName.isSame(value.utf8, Self.asAlways) { asksForMore = true }
        default: break
        }
    }

    /// What many clients say in `Connection`, and HTTP/1.1 means without it.
    static let asAlways: StaticString = "keep-alive"

    private static let attributePrefix = Array("ce-".utf8)

    private static func isAttribute(_ name: some Collection<UInt8>) -> Bool {
        name.count > 3 && name.first.map { $0 | 0x20 } == UInt8(ascii: "c") && FieldName.isSame(name.prefix(3), "ce-")
    }
}

enum FieldName {
    /// Field names, and some values, are compared without regard to case (RFC 9110 §5.1). `lower` is in lower case.
    static func isSame(_ name: some Collection<UInt8>, _ lower: StaticString) -> Bool {
        guard name.count == lower.utf8CodeUnitCount else { return false }
        var place = 0
        for byte in name {
            let folded = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
            guard folded == lower.utf8Start[place] else { return false }
            place += 1
        }
        return true
    }
}

import Glibc
import NIOCore

/// Takes single events that come in one piece, head and body and nothing else, off the connection before anything of
/// HTTP is decoded: on a connection that brings nothing but such events, a message's parts are never made.
///
/// What it takes is a part of what NIO's decoder would, and `DirectHandler` treats it alike. At the first bytes that are
/// anything else, or come before the last event is answered, it leaves the connection for good: the decoder may be in the
/// middle of a message from then on.
final class WholeEventHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let direct: DirectHandler
    private let limits: RequestLimits

    init(before direct: DirectHandler, limits: RequestLimits) {
        self.direct = direct
        self.limits = limits
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if let event = WholeEvent(unwrapInboundIn(data), limits: limits), direct.take(event) { return }
        // The bytes go on first: the context of a handler that was removed leads nowhere.
        context.fireChannelRead(data)
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    /// Nothing has passed, so nobody waits for it.
    func channelReadComplete(context: ChannelHandlerContext) {}
}

/// A request that brings one event: its fields, and the event's bytes.
package struct WholeEvent {
    let fields: SubmissionFields
    package let body: [UInt8]

    /// Nil unless `bytes` are one such request, whole, plain, and with nothing after it. Plain is less than HTTP/1.1
    /// allows (RFC 9112 §3, §5): whatever asks for care is left to the decoder.
    package init?(_ bytes: ByteBuffer, limits: RequestLimits) {
        let parts = bytes.withUnsafeReadableBytes { bytes -> (SubmissionFields, [UInt8])? in
            guard var lines = HeadLines(after: Self.requestLine, in: bytes, limit: limits.head) else { return nil }
            guard let fields = SubmissionFields(plain: { lines.next() }), let start = lines.end,
                let length = fields.contentLength, length <= limits.event, bytes.count - start == length
            else { return nil }
            return (fields, Array(bytes[start...]))
        }
        guard let parts else { return nil }
        (fields, body) = parts
    }

    private static let requestLine = Array("POST \(Resource.events.template) HTTP/1.1\r\n".utf8)
}

/// The field lines of a request's head, as far as they are printable ASCII and nothing about them is odd.
private struct HeadLines {
    private let bytes: UnsafeRawBufferPointer
    private let limit: Int
    private var at: Int
    private var count = 0
    /// Where the body begins: behind the empty line, once that is reached.
    private(set) var end: Int?

    init?(after requestLine: [UInt8], in bytes: UnsafeRawBufferPointer, limit: Int) {
        guard bytes.count > requestLine.count, bytes.starts(with: requestLine) else { return nil }
        self.bytes = bytes
        self.limit = min(limit, bytes.count)
        at = requestLine.count
    }

    /// The next field's name and value; nil at the empty line, and where anything else is no field.
    mutating func next() -> (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)? {
        guard let line = nextLine(), count < RequestLimits.fields else { return nil }
        count += 1
        if line.isEmpty {
            end = at
            return nil
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0, line.count > colon + 2,
            line[colon + 1] == UInt8(ascii: " ")
        else { return nil }
        let name = UnsafeRawBufferPointer(rebasing: line[..<colon])
        let value = UnsafeRawBufferPointer(rebasing: line[(colon + 2)...])
        guard name.allSatisfy(Self.isOfNames), value.allSatisfy({ (0x20...0x7E).contains($0) }),
            value[0] != 0x20, value[value.count - 1] != 0x20
        else { return nil }
        return (name, value)
    }

    private mutating func nextLine() -> UnsafeRawBufferPointer? {
        guard let start = bytes.baseAddress, at < limit, let found = memchr(start + at, 0x0D, limit - at) else {
            return nil
        }
        let end = UnsafeRawPointer(found) - start
        guard end + 1 < limit, bytes[end + 1] == 0x0A else { return nil }
        defer { at = end + 2 }
        return UnsafeRawBufferPointer(rebasing: bytes[at..<end])
    }

    /// Letters, digits and the hyphen: fewer than RFC 9110 §5.6.2 lets a token have.
    private static func isOfNames(_ byte: UInt8) -> Bool {
        let letter = byte | 0x20
        return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letter)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
    }
}

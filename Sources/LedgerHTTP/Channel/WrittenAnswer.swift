import HTTPTypes
import NIOCore
import NIOHTTP1

/// An answer as HTTP/1.1 has it on the wire (RFC 9112 §4): status line, fields, an empty line, the body.
struct WrittenAnswer: Sendable {
    let status: Int
    let bytes: ByteBuffer

    init(_ answer: Answer) {
        status = answer.status.code
        var bytes = ByteBuffer()
        bytes.reserveCapacity(answer.body.count + 512)
        bytes.writeString("HTTP/1.1 ")
        bytes.writeString(String(status))
        bytes.writeString(" ")
        bytes.writeString(HTTPResponseStatus(statusCode: status).reasonPhrase)
        bytes.writeString("\r\n")
        for (name, value) in answer.fields { Self.write(name.rawName, value, to: &bytes) }
        Self.write("Content-Length", String(answer.body.count), to: &bytes)
        Self.write("Date", HTTPDate.now, to: &bytes)
        bytes.writeString("\r\n")
        bytes.writeBytes(answer.body)
        self.bytes = bytes
    }

    private static func write(_ name: String, _ value: String, to bytes: inout ByteBuffer) {
        bytes.writeString(name)
        bytes.writeString(": ")
        bytes.writeString(value)
        bytes.writeString("\r\n")
    }
}

import Glibc

/// Reads one HTTP/1.1 response after another from bytes in any pieces, and keeps no more of it than a load generator
/// asks about: the status, how long the body is, and what the head says of trying again.
package struct ResponseParser {
    /// The peer does not speak HTTP/1.1 as a server must.
    package struct Malformed: Error, CustomStringConvertible {
        package let description: String
    }

    private enum Place {
        case statusLine, field, chunkSize, chunkEnd, trailer, complete
        case body(left: Int)
        case chunk(left: Int)
    }

    package private(set) var status = 0
    package private(set) var bodyLength = 0
    /// Seconds that `Retry-After` asks for.
    package private(set) var retryAfter: Int?
    /// Whether the peer will close the connection after this response.
    package private(set) var closes = false
    /// What the lines of an NDJSON body say; nil where the body is not looked at.
    package var lines: LineStatuses?

    private var place = Place.statusLine
    private var contentLength: Int?
    private var isChunked = false
    /// The beginning of a line of the head whose end has not come yet.
    private var partial: [UInt8] = []

    package init(readingLines: Bool = false) {
        lines = readingLines ? LineStatuses() : nil
    }

    package var isComplete: Bool { if case .complete = place { true } else { false } }

    /// Makes ready for the next response on the same connection.
    package mutating func reset() {
        self = ResponseParser(readingLines: lines != nil)
    }

    /// Takes the next bytes.
    ///
    /// - Returns: how many of them belong to this response; fewer than all only when it is complete.
    package mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(Malformed) -> Int {
        var rest = bytes[...]
        while !isComplete, !rest.isEmpty {
            switch place {
            case .body(let left):
                let some = rest.prefix(left)
                take(some)
                rest = rest.dropFirst(some.count)
                place = some.count == left ? .complete : .body(left: left - some.count)
            case .chunk(let left):
                let some = rest.prefix(left)
                take(some)
                rest = rest.dropFirst(some.count)
                place = some.count == left ? .chunkEnd : .chunk(left: left - some.count)
            case .statusLine, .field, .chunkSize, .chunkEnd, .trailer, .complete:
                guard let end = Self.lineEnd(in: rest) else {
                    partial += rest
                    guard partial.count < 64 << 10 else { throw Malformed(description: "the head has an endless line") }
                    return bytes.count
                }
                try read(lineEndingWith: rest[..<end])
                rest = rest[(end + 1)...]
            }
        }
        return rest.startIndex
    }

    private static func lineEnd(in bytes: Slice<UnsafeRawBufferPointer>) -> Int? {
        guard let base = bytes.base.baseAddress,
            let found = memchr(base + bytes.startIndex, 0x0A, bytes.count)
        else { return nil }
        return base.distance(to: UnsafeRawPointer(found))
    }

    private mutating func take(_ body: Slice<UnsafeRawBufferPointer>) {
        bodyLength += body.count
        lines?.feed(UnsafeRawBufferPointer(rebasing: body))
    }

    private mutating func read(lineEndingWith bytes: Slice<UnsafeRawBufferPointer>) throws(Malformed) {
        if partial.isEmpty {
            try read(line: bytes.last == 0x0D ? bytes.dropLast() : bytes)
        } else {
            let whole = partial + bytes
            partial.removeAll(keepingCapacity: true)
            try read(line: whole.last == 0x0D ? whole.dropLast() : whole[...])
        }
    }

    private mutating func read(line: some BidirectionalCollection<UInt8>) throws(Malformed) {
        switch place {
        case .statusLine: try readStatus(line)
        case .field where line.isEmpty: try endHead()
        case .field: try readField(line)
        case .chunkSize: try readChunkSize(line)
        case .chunkEnd:
            guard line.isEmpty else { throw Malformed(description: "a chunk is longer than it says") }
            place = .chunkSize
        case .trailer: if line.isEmpty { place = .complete }
        case .body, .chunk, .complete: break
        }
    }

    private mutating func readStatus(_ line: some BidirectionalCollection<UInt8>) throws(Malformed) {
        let digits = line.dropFirst(9).prefix(3)
        guard line.starts(with: "HTTP/1.1 ".utf8), digits.count == 3, let code = Self.decimal(digits) else {
            throw Malformed(description: "this is no status line: \(String(decoding: line, as: UTF8.self))")
        }
        status = code
        place = .field
    }

    private mutating func readField(_ line: some BidirectionalCollection<UInt8>) throws(Malformed) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
            throw Malformed(description: "a field has no colon: \(String(decoding: line, as: UTF8.self))")
        }
        let name = line[..<colon]
        let value = line[line.index(after: colon)...].drop { $0 == 0x20 }
        if Self.folded(name, is: "content-length") {
            guard let length = Self.decimal(value) else { throw Malformed(description: "Content-Length is no number") }
            contentLength = length
        } else if Self.folded(name, is: "transfer-encoding") {
            isChunked = Self.folded(value, is: "chunked")
        } else if Self.folded(name, is: "retry-after") {
            retryAfter = Self.decimal(value)
        } else if Self.folded(name, is: "connection") {
            closes = Self.folded(value, is: "close")
        }
    }

    private mutating func endHead() throws(Malformed) {
        if (100..<200).contains(status) {
            place = .statusLine
        } else if isChunked {
            place = .chunkSize
        } else if let contentLength {
            place = contentLength == 0 ? .complete : .body(left: contentLength)
        } else if status == 204 || status == 304 {
            place = .complete
        } else {
            throw Malformed(description: "a body that ends with the connection has no place on a keep-alive one")
        }
    }

    private mutating func readChunkSize(_ line: some BidirectionalCollection<UInt8>) throws(Malformed) {
        let digits = line.prefix { $0 != UInt8(ascii: ";") }
        guard (1...15).contains(digits.count), let size = Int(String(decoding: digits, as: UTF8.self), radix: 16) else {
            throw Malformed(description: "this is no chunk's size: \(String(decoding: line, as: UTF8.self))")
        }
        place = size == 0 ? .trailer : .chunk(left: size)
    }

    private static func decimal(_ bytes: some Collection<UInt8>) -> Int? {
        guard (1...18).contains(bytes.count) else { return nil }
        var value = 0
        for byte in bytes {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }

    private static func folded(_ bytes: some Collection<UInt8>, is word: StaticString) -> Bool {
        guard bytes.count == word.utf8CodeUnitCount else { return false }
        var letter = word.utf8Start
        for byte in bytes {
            guard (0x41...0x5A).contains(byte) ? byte | 0x20 == letter.pointee : byte == letter.pointee else {
                return false
            }
            letter += 1
        }
        return true
    }
}

import Testing
import bench

struct ResponseParserTests {
    private static let plain = """
        HTTP/1.1 201 Created\r\nContent-Type: application/json\r\ncontent-LENGTH: 11\r\nRetry-After: 7\r\n\r\n{"index":1}
        """
    private static let chunked = """
        HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
        1a\r\n{"line":1,"status":201}\n{"\r\n1E;x=y\r\nline":2,"status":429}\n{"checkp\r\nA\r\noint":"x"}\r\n1\r\n\n\r\n0\r\nT: x\r\n\r\n
        """

    private static func feed(_ bytes: ArraySlice<UInt8>, to parser: inout ResponseParser) throws -> Int {
        try bytes.withUnsafeBytes { try parser.feed($0) }
    }

    @Test func `a response in any two pieces is the same response`() throws {
        let bytes = Array(Self.plain.utf8)
        for cut in 0...bytes.count {
            var parser = ResponseParser()
            #expect(try Self.feed(bytes[..<cut], to: &parser) == cut)
            #expect(parser.isComplete == (cut == bytes.count))
            #expect(try Self.feed(bytes[cut...], to: &parser) == bytes.count - cut)
            #expect(parser.isComplete && parser.status == 201 && parser.bodyLength == 11 && parser.retryAfter == 7)
        }
    }

    @Test func `a chunked answer's lines are counted by status, in any two pieces`() throws {
        let bytes = Array(Self.chunked.utf8)
        for cut in 0...bytes.count {
            var parser = ResponseParser(readingLines: true)
            _ = try Self.feed(bytes[..<cut], to: &parser)
            _ = try Self.feed(bytes[cut...], to: &parser)
            #expect(parser.isComplete && parser.status == 200 && parser.bodyLength == 67)
            #expect(parser.lines?.byStatus == [201: 1, 429: 1] && parser.lines?.linesWithout == 1)
        }
    }

    @Test func `what follows a response is left to the next`() throws {
        let two = Array((Self.plain + Self.plain).utf8)
        var parser = ResponseParser()
        let taken = try Self.feed(two[...], to: &parser)
        #expect(taken == two.count / 2)
        parser.reset()
        #expect(try Self.feed(two[taken...], to: &parser) == taken)
        #expect(parser.isComplete && parser.status == 201)
    }

    @Test(arguments: [
        "HTTP/1.0 200 OK\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
    ])
    func `what is no answer of a keep-alive server is refused`(text: String) {
        #expect(throws: ResponseParser.Malformed.self) {
            var parser = ResponseParser()
            _ = try Self.feed(Array(text.utf8)[...], to: &parser)
        }
    }

    @Test func `an interim answer, an empty body and a close are understood`() throws {
        let text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        var parser = ResponseParser()
        #expect(try Self.feed(Array(text.utf8)[...], to: &parser) == text.utf8.count)
        #expect(parser.isComplete && parser.status == 503 && parser.bodyLength == 0 && parser.closes)
    }
}

import Foundation
import Glibc
import Testing

/// Speaks HTTP/1.1 over a plain socket, byte by byte as the test wants it: TCP on this machine, or a Unix socket.
///
/// Waiting for bytes blocks a thread, so it is done on one of its own: the few that Swift's tasks share belong to the
/// server under test.
///
/// A thread of a test may still write when the test has closed its client. The descriptor is therefore let go with the
/// last reference only: sooner, its number would be some other connection's, of another test.
final class RawClient: Sendable {
    private let socketDescriptor: Int32

    init(port: Int) throws {
        socketDescriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socketDescriptor, $0, size) }
        }
        guard result == 0 else { throw Unexpected("connect: \(String(cString: strerror(errno)))") }
        setTimeout()
    }

    init(socketPath: String) throws {
        socketDescriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socketPath.utf8.prefix($0.count - 1)) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socketDescriptor, $0, size) }
        }
        guard result == 0 else { throw Unexpected("connect: \(String(cString: strerror(errno)))") }
        setTimeout()
    }

    /// A test that waits for bytes that never come fails instead of hanging.
    private func setTimeout() {
        var limit = timeval(tv_sec: 120, tv_usec: 0)
        setsockopt(socketDescriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    func write(_ text: String) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(socketDescriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Unexpected("send: \(String(cString: strerror(errno)))") }
            rest = rest.dropFirst(count)
        }
    }

    /// Reads until `isEnough`, or until the peer closes.
    func read(until isEnough: @escaping @Sendable (String) -> Bool = { _ in false }) async throws -> String {
        try await apart { try self.readHere(until: isEnough) }
    }

    /// Waits until the peer has closed: in order, or with the reset that answers bytes written after that, whichever
    /// this side sees first. A reset loses what had not been read by then.
    func readUntilGone() async throws -> String {
        try await apart { try self.readHere(orReset: true) { _ in false } }
    }

    /// Does something that waits on a thread of its own.
    func apart<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
        }
    }

    func readHere(orReset: Bool = false, until isEnough: (String) -> Bool) throws -> String {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !isEnough(String(decoding: received, as: UTF8.self)) {
            let count = recv(socketDescriptor, &buffer, buffer.count, 0)
            if count == 0 || count < 0 && orReset && errno == ECONNRESET { break }
            guard count > 0 else { throw Unexpected("recv: \(String(cString: strerror(errno)))") }
            received += buffer[..<count]
        }
        return String(decoding: received, as: UTF8.self)
    }

    /// Tells the peer that nothing more will come; what it sends is still read.
    func finishWriting() { _ = shutdown(socketDescriptor, Int32(SHUT_WR)) }

    /// Ends the connection both ways.
    func close() { shutdown(socketDescriptor, Int32(SHUT_RDWR)) }

    /// Ends the connection as a peer does that has died: with a reset, at once.
    func reset() {
        var nobody = sockaddr(sa_family: sa_family_t(AF_UNSPEC), sa_data: sockaddr().sa_data)
        _ = connect(socketDescriptor, &nobody, socklen_t(MemoryLayout<sockaddr>.size))
    }

    deinit { _ = Glibc.close(socketDescriptor) }

    /// What the server's metrics say under a name, labels included.
    func metric(_ name: String) async throws -> Double {
        try write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        let text = try await read { text in
            guard let head = text.range(of: "\r\n\r\n"), let length = Self.length(text) else { return false }
            return text[head.upperBound...].utf8.count >= length
        }
        let value = text.components(separatedBy: "\n\(name) ").dropFirst().first?.prefix { $0 != "\n" }
        return try #require(value.flatMap { Double($0) }, "\(name) in \(text)")
    }

    private static func length(_ text: String) -> Int? {
        let fields = text.lowercased().components(separatedBy: "content-length: ")
        return fields.count > 1 ? Int(fields[1].prefix { $0.isNumber }) : nil
    }

    /// One request on a connection of its own; the whole answer as text.
    static func once(
        _ client: RawClient, _ method: String, _ path: String, token: String? = nil, body: String? = nil,
        type: String? = nil
    ) async throws -> String {
        defer { client.close() }
        var head = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        if let token { head += "Authorization: Bearer \(token)\r\n" }
        if let type { head += "Content-Type: \(type)\r\n" }
        if let body { head += "Content-Length: \(body.utf8.count)\r\n" }
        try client.write(head + "\r\n" + (body ?? ""))
        return try await client.read()
    }
}

import Foundation
import Glibc
import TestMaterial
import Testing

/// A control socket that takes an order and hangs up.
private final class SilentSocket: Sendable {
    private let listener: Int32

    init(_ path: String) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        listener = descriptor
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
        }
        try #require(result == 0 && listen(descriptor, 8) == 0, "\(String(cString: strerror(errno)))")
        Thread.detachNewThread {
            while case let peer = accept(descriptor, nil, nil), peer >= 0 {
                var buffer = [UInt8](repeating: 0, count: 4_096)
                _ = recv(peer, &buffer, buffer.count, 0)
                close(peer)
            }
        }
    }

    /// Wakes the thread, which ends.
    func end() { shutdown(listener, Int32(SHUT_RDWR)) }

    deinit { close(listener) }
}

struct UnansweredOrderTests {
    @Test func `a new key's file stays where the server's answer is lost`() throws {
        let scratch = try ScratchFolder()
        let data = try FollowedLog(in: scratch).ledger.data
        let socket = "\(data)/control.sock"
        if FileManager.default.fileExists(atPath: socket) { try FileManager.default.removeItem(atPath: socket) }
        let before = try FileManager.default.contentsOfDirectory(atPath: "\(data)/keys").count
        let silent = try SilentSocket(socket)
        defer { silent.end() }
        let result = try Binary.countersign.run(["key", "rotate", "--data", data])
        #expect(result.code == 4, "\(result)")
        #expect(result.errors.contains("does not answer"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(data)/keys").count == before + 1)
    }
}

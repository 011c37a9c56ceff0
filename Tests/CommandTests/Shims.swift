import Foundation
import TestMaterial
import Testing

/// A library of `Tests/`, compiled to be preloaded into a command.
enum Shim {
    static func build(_ source: String, in scratch: ScratchFolder) throws -> String {
        let file = Checkout.root.appendingPathComponent(source)
        let library = scratch.path(file.deletingPathExtension().lastPathComponent + ".so")
        let compiler = try #require(
            ["/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang"].first {
                FileManager.default.isExecutableFile(atPath: $0)
            },
            "a C compiler is needed: apt-get install gcc")
        let built = try runCommand(
            URL(fileURLWithPath: compiler), ["-shared", "-fPIC", "-O1", "-o", library, file.path, "-ldl"])
        try #require(built.code == 0, "\(built.errors)")
        return library
    }
}

/// The time at which commands live, wherever the machine is.
struct StoryClock {
    let environment: [String: String]
    private let file: URL

    init(in scratch: ScratchFolder) throws {
        let library = try Shim.build("Tests/Demo/story-clock.c", in: scratch)
        file = URL(fileURLWithPath: scratch.path("story-clock"))
        environment = ["LD_PRELOAD": library, "STORY_CLOCK": file.path]
    }

    /// - Parameter time: such as `2026-11-02T01:00:00Z`; it goes on from there.
    func set(_ time: String) throws {
        let wished = try Date(time, strategy: .iso8601).timeIntervalSinceNow
        var offset = Int64(wished * 1e9).littleEndian
        try withUnsafeBytes(of: &offset) { try Data($0).write(to: file) }
    }
}

/// A server that begins to answer whatever it is asked, and is then gone.
final class HalfServer {
    let address: String
    private let listener: Int32

    /// - Parameter bytes: what comes of the body, in one chunk, before the connection is closed in its middle.
    init(answering bytes: Data) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 8) == 0 && getsockname(listener, $0, &size) == 0
            }
        }
        try #require(isBound, "no port: \(String(cString: strerror(errno)))")
        address = "http://127.0.0.1:\(UInt16(bigEndian: name.sin_port))"
        var answer = Data(
            "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
        if !bytes.isEmpty { answer += Data("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Data("\r\n".utf8) }
        let whole = answer
        Thread.detachNewThread { Self.serve(listener, whole) }
    }

    private static func serve(_ listener: Int32, _ answer: Data) {
        while true {
            let peer = accept(listener, nil, nil)
            guard peer >= 0 else { return }
            var request = [UInt8](repeating: 0, count: 4096)
            _ = recv(peer, &request, request.count, 0)
            var rest = answer[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { send(peer, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                guard count > 0 else { break }
                rest = rest.dropFirst(count)
            }
            shutdown(peer, Int32(SHUT_WR))
            close(peer)
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }
}

import CEpoll
import Glibc

/// One keep-alive connection to a port of this machine: a request on its way out, an answer on its way in.
/// Non-blocking and without any policy; `LoadRun` decides what is sent when.
final class Connection {
    enum Progress {
        /// All there was has been read, and the answer is not complete.
        case waiting
        /// The answer that `parser` holds is complete.
        case answered
        /// The peer closed the connection.
        case closed
    }

    let place: Int
    var request: [UInt8] = []
    var parser: ResponseParser
    /// When the request was begun, by `Clock`.
    var began: UInt64 = 0
    /// Whether a request awaits its answer.
    var isBusy = false

    private(set) var descriptor: Int32
    private var sent = 0

    /// Connects to 127.0.0.1.
    init(place: Int, port: UInt16, readingLines: Bool) throws {
        self.place = place
        parser = ResponseParser(readingLines: readingLines)
        descriptor = try Self.connect(port)
    }

    deinit { close(descriptor) }

    var hasUnsent: Bool { sent < request.count }

    /// Begins again on a new connection.
    func reconnect(_ port: UInt16) throws {
        close(descriptor)
        descriptor = -1
        descriptor = try Self.connect(port)
        isBusy = false
        sent = request.count
    }

    /// Makes ready to send `request` from its first byte.
    func begin(at time: UInt64) {
        parser.reset()
        sent = 0
        began = time
        isBusy = true
    }

    /// Sends as much as the socket takes.
    ///
    /// - Returns: false where the peer is gone.
    func send() -> Bool {
        while hasUnsent {
            let count = request.withUnsafeBytes { bytes in
                Glibc.send(descriptor, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN {
                return true
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    /// Reads what has come, through `buffer`.
    func receive(through buffer: UnsafeMutableRawBufferPointer) throws -> Progress {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count == 0 { return .closed }
            if count < 0 {
                if errno == EINTR { continue }
                return errno == EAGAIN ? .waiting : .closed
            }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            guard isBusy, try parser.feed(bytes) == count else {
                throw ResponseParser.Malformed(description: "bytes came that nobody asked for")
            }
            if parser.isComplete { return .answered }
            // A read that leaves the buffer unfilled has emptied the socket: epoll tells when there is more.
            if count < buffer.count { return .waiting }
        }
    }

    private static func connect(_ port: UInt16) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError("socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        var on: Int32 = 1
        guard result == 0,
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size)) == 0,
            fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0
        else {
            let error = SystemError("connecting to port \(port)")
            close(descriptor)
            throw error
        }
        return descriptor
    }
}

/// Tells which connections have something to read or room to write, each change once (edge-triggered).
struct Poller: ~Copyable {
    private let descriptor: Int32
    private let events: UnsafeMutableBufferPointer<epoll_event>

    init() throws {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw SystemError("epoll_create1") }
        events = .allocate(capacity: 512)
        events.initialize(repeating: epoll_event())
    }

    deinit {
        close(descriptor)
        events.deallocate()
    }

    /// Watches a connection until its descriptor is closed.
    func watch(_ connection: Connection) throws {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
        event.data.u64 = UInt64(connection.place)
        guard epoll_ctl(descriptor, EPOLL_CTL_ADD, connection.descriptor, &event) == 0 else {
            throw SystemError("epoll_ctl")
        }
    }

    /// Waits at most `milliseconds` and gives `body` the place of each connection that something happened to.
    func wait(milliseconds: Int32, _ body: (_ place: Int) throws -> Void) throws {
        let count = epoll_wait(descriptor, events.baseAddress, Int32(events.count), milliseconds)
        guard count >= 0 || errno == EINTR else { throw SystemError("epoll_wait") }
        for event in events.prefix(Int(max(0, count))) { try body(Int(event.data.u64)) }
    }
}

/// How many files and connections this process may have open.
enum OpenFiles {
    /// As many as the system lets it, for thousands of connections are to be made.
    static func allowMost() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}

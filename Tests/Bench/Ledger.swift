import Glibc

/// A new ledger with its own server, made and run by the built command as an operator would: `init`, `token create`,
/// `serve` on a port that the system picks.
final class Ledger {
    /// One that may submit, with the source that its events come from.
    struct Gateway {
        let source: String
        let token: String
    }

    static let gatewayCount = 4

    let data: String
    let gateways: [Gateway]
    let readerToken: String
    private let commands: Commands
    private var server: ChildProcess?
    private(set) var port: UInt16 = 0

    init(in folder: String, _ commands: Commands) throws {
        data = folder
        self.commands = commands
        try commands.run("countersign", ["init", "--data", folder, "--origin", "bench.countersign.example"])
        func token(_ arguments: [String]) throws -> String {
            let said = try commands.run("countersign", ["token", "create", "--data", folder] + arguments).output
            return String(said.prefix { $0 != "\n" })
        }
        gateways = try (1...Self.gatewayCount).map { number in
            let source = "/gateways/bench-\(number)"
            let grant =
                ["--role", "submit", "--source", source]
                + ["--types", "dev.countersign.approval.*", "--types", "dev.countersign.action.*"]
            return Gateway(source: source, token: try token(["--name", "bench-\(number)"] + grant))
        }
        readerToken = try token(["--name", "bench-reader", "--role", "read"])
    }

    deinit { server?.signal(SIGKILL) }

    /// What Linux says of the server.
    var facts: ProcessFacts {
        get throws {
            guard let server else { throw ChildProcess.Failed(description: "the server of \(data) does not run") }
            return ProcessFacts(process: server.process)
        }
    }

    var trust: String { "\(data)/trust" }

    /// Starts the server, unless it runs.
    ///
    /// - Returns: the seconds from the start of the process until it said that it listens.
    @discardableResult
    func start(_ options: [String] = [], within limit: Double = 60) throws -> Double {
        guard server == nil else { return 0 }
        let child = try commands.start("countersign", ["serve", "--data", data, "--listen", "127.0.0.1:0"] + options)
        let (address, seconds) = try child.line(after: "listening on http://127.0.0.1:", within: limit)
        guard let port = UInt16(address) else { throw child.failure("listens on \(address)") }
        self.port = port
        server = child
        return seconds
    }

    /// Asks the server to stop, as a service manager does.
    func stop() throws {
        guard let server else { return }
        self.server = nil
        server.signal(SIGTERM)
        let ending = try server.finish(within: 90).ending
        guard ending.code == 0 else { throw server.failure("ended with \(ending.code)") }
    }

    /// `kill -9`.
    func kill() throws {
        guard let server else { return }
        self.server = nil
        server.signal(SIGKILL)
        try server.wait()
    }

    /// Takes the ledger away.
    func remove() throws {
        try kill()
        try Folder(data).remove()
    }

    /// Waits until the server says that it is ready.
    func awaitReady(within limit: Double) throws {
        let deadline = Clock.now() + Clock.nanoseconds(limit)
        while Clock.now() < deadline {
            if (try? HTTPRequest.fetch("/readyz", port: port)) != nil { return }
            usleep(10_000)
        }
        throw ChildProcess.Failed(description: "the server of \(data) was not ready in \(limit) s")
    }

    /// The number of entries under the newest signed head.
    func size() throws -> Int { Int(try gauge("countersign_tree_size")) }

    /// Bytes of the entries that the server sealed since its start.
    func sealedBytes() throws -> Double { try gauge("countersign_sealed_bytes") }

    private func gauge(_ name: String) throws -> Double {
        let page = try HTTPRequest.fetch("/metrics", port: port)
        let line = String(decoding: page, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(name + " ") }
        guard let value = line?.split(separator: " ").last.flatMap({ Double($0) }) else {
            throw ChildProcess.Failed(description: "/metrics has no \(name)")
        }
        return value
    }
}

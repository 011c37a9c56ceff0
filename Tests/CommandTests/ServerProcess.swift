import Foundation
import TestMaterial

struct ServerDidNotStart: Error {
    let output: String
}

/// A server of its own, `countersign serve` or `countersign witness serve`, on a port that the system picks.
final class ServerProcess {
    let address: String
    /// What it said once it listened.
    let firstLine: String
    private let process: ChildProcess

    /// Returns once the server has said that it listens.
    convenience init(data: String, arguments: [String] = [], environment: [String: String] = [:]) throws {
        try self.init(["serve", "--data", data] + arguments, log: data + ".log", environment: environment)
    }

    /// Any command that serves: `countersign …`. What it writes to standard error goes to the file `log`.
    /// - Parameter before: what a shell does first, such as setting limits.
    init(
        _ command: [String], log errorFile: String, environment: [String: String] = [:], before: String = ":"
    ) throws {
        process = try ChildProcess(
            URL(fileURLWithPath: "/bin/bash"),
            ["-c", "\(before); exec \"$0\" \"$@\"", Binary.countersign.url.path] + command
                + (command.contains("--listen") ? [] : ["--listen", "127.0.0.1:0"]),
            environment: environment, output: .pipe, errors: .file(URL(fileURLWithPath: errorFile)))
        var said: [UInt8] = []
        while true {
            let chunk = process.output.availableData
            said += chunk
            let lines = String(decoding: said, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            if lines.count > 1, let line = lines.first, let url = line.firstRange(of: /http:\/\/[^"]*/) {
                address = String(line[url])
                firstLine = String(line)
                return
            }
            if chunk.isEmpty {
                process.waitUntilExit()
                let log = (try? String(contentsOfFile: errorFile, encoding: .utf8)) ?? ""
                throw ServerDidNotStart(output: String(decoding: said, as: UTF8.self) + log)
            }
        }
    }

    var isRunning: Bool { process.isRunning }

    /// Asks the server to stop, as a service manager does, and waits.
    @discardableResult
    func stop() -> Int32 {
        process.signal(SIGTERM)
        return process.waitUntilExit()
    }

    /// `kill -9`.
    func kill() {
        process.kill()
    }

    /// Its exit code.
    @discardableResult
    func waitUntilExit() -> Int32 {
        process.waitUntilExit()
    }
}

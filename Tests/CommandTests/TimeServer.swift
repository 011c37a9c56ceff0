import Foundation
import TestMaterial
import Testing

/// A time authority that answers over HTTP; see `Tests/Faults/time-authority.py`.
final class TimeServer {
    let address: String
    private let process: ChildProcess

    /// - Parameter way: what is wrong with it.
    init(_ authority: TimeAuthority, way: String = "honest", environment: [String: String] = [:]) throws {
        let script = Checkout.root.appendingPathComponent("Tests/Faults/time-authority.py").path
        process = try ChildProcess(
            URL(fileURLWithPath: "/usr/bin/env"), ["python3", "-u", script, authority.folder.path, way],
            environment: environment, output: .pipe)
        var said: [UInt8] = []
        while !said.contains(0x0A) {
            let chunk = process.output.availableData
            try #require(!chunk.isEmpty, "the time authority did not start")
            said += chunk
        }
        let line = String(decoding: said, as: UTF8.self)
        address = String(line.dropFirst("listening on ".count).prefix { $0 != "\n" })
    }

    deinit { process.kill() }
}

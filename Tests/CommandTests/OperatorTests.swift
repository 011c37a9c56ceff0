import Foundation
import TestMaterial
import Testing

/// Who ordered a change stands in the log, and whether anybody verified him: beside a running server as without one.
struct OperatorTests {
    @Test func `the system's user is marked unverified, with a server and without; one who is named is not`() throws {
        let scratch = try ScratchFolder()
        let ledger = try TestLedger(in: scratch)
        func change(_ name: String, _ arguments: [String] = []) throws {
            for command in [["create", "--role", "read"], ["revoke"]] {
                let result = try Binary.countersign.run(
                    ["token"] + command + ["--data", ledger.data, "--name", name] + arguments)
                #expect(result.code == 0, "\(result.errors)")
            }
        }
        try change("offline")
        try change("offline-named", ["--as", "okta:00u1"])
        let server = try ServerProcess(data: ledger.data)
        try change("online")
        try change("online-named", ["--as", "okta:00u1"])
        server.stop()
        let exported = try Binary.countersign.run(
            ["export", "--data", ledger.data, "--extract-only", "--out", scratch.path("extract")])
        #expect(exported.code == 0, "\(exported.errors)")
        let lines = try String(contentsOfFile: scratch.path("extract"), encoding: .utf8).split(separator: "\n")
        let user = #""by":{"auth":{"method":"os-login","strength":"none"},"id":"os:"#
        let named = #""by":{"id":"okta:00u1","kind":"human"}"#
        for (name, who) in [("offline", user), ("online", user), ("offline-named", named), ("online-named", named)] {
            let changes = lines.filter { $0.contains("\"caller\":\"\(name)\"") }
            #expect(changes.count == 2 && changes.allSatisfy { $0.contains(who) }, "\(changes)")
        }
    }

    @Test func `a principal that is none is refused before anything is done`() throws {
        let scratch = try ScratchFolder()
        let ledger = try TestLedger(in: scratch)
        let result = try Binary.countersign.run(
            ["token", "create", "--data", ledger.data, "--name", "a", "--role", "read", "--as", "Maria"])
        #expect(result.code == 2 && result.errors.contains("--as takes a principal"), "\(result)")
    }
}

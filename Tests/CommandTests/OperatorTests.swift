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

    @Test func `a mistake in init leaves nothing behind that stands in the way of the next try`() throws {
        let scratch = try ScratchFolder()
        func make(_ arguments: String...) throws -> CommandResult {
            try Binary.countersign.run(["init", "--data", "ledger"] + arguments, in: scratch.url)
        }
        for arguments in [
            ["--origin", "two words"], ["--origin", "a", "--algorithm", "rsa"],
            ["--origin", "a", "--zone", "Mars/Phobos"],
            ["--origin", "a", "--as", "nobody"], ["--origin", "a", "--passphrase-file", "nothing"],
        ] {
            let result = try Binary.countersign.run(["init", "--data", "ledger"] + arguments, in: scratch.url)
            #expect(result.code == 2 && result.errors.hasPrefix("countersign: "), "\(result)")
            #expect(!FileManager.default.fileExists(atPath: scratch.path("ledger")), "\(arguments)")
        }
        #expect(try make("--origin", "good.example.com").code == 0)
        let again = try make("--origin", "good.example.com")
        #expect(again.code == 2 && again.errors.contains("is not empty"), "\(again)")
    }

    @Test func `a port that is taken, a lock that is held and an empty passphrase are said in words`() throws {
        let scratch = try ScratchFolder()
        let ledger = try TestLedger(in: scratch)
        let server = try ServerProcess(data: ledger.data)
        let second = try Binary.countersign.run(["serve", "--data", ledger.data, "--listen", "127.0.0.1:0"])
        #expect(second.code == 1 && second.errors.contains("another process writes this log"), "\(second)")
        let elsewhere = try ScratchFolder()
        let other = try TestLedger(in: elsewhere)
        let address = try #require(server.address.split(separator: "/").last.map(String.init))
        let taken = try Binary.countersign.run(["serve", "--data", other.data, "--listen", address])
        #expect(taken.code == 1 && taken.errors.contains("\(address): Address already in use\n"), "\(taken)")
        let empty = try Binary.countersign.run(
            ["token", "revoke", "--data", other.data, "--name", "gateway", "--passphrase-file", "/dev/null"])
        #expect(empty.code == 2 && empty.errors.contains("holds no passphrase"), "\(empty)")
    }
}

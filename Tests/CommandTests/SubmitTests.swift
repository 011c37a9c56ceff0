import Foundation
import TestMaterial
import Testing

/// `submit` outlives its server's restart, and says by its exit code what became of the file.
struct SubmitTests {
    @Test func `a server that is killed and started again in the middle loses nothing`() throws {
        let scratch = try ScratchFolder()
        let ledger = try TestLedger(in: scratch)
        let first = try ServerProcess(data: ledger.data)
        let port = try #require(first.address.split(separator: ":").last.map(String.init))
        let count = 6000
        let events = (0..<count).map { Load.event(id: "event-\($0)") + "\n" }.joined()
        try Data(events.utf8).write(to: scratch.url.appendingPathComponent("events.ndjson"))
        try Data(ledger.token.utf8).write(to: scratch.url.appendingPathComponent("token"))
        let submit = try ChildProcess(
            Binary.countersign.url, ["submit", "events.ndjson", "--server", first.address, "--token-file", "token"],
            in: scratch.url)
        // The ledger has taken something, and the submission is not over.
        while try Self.size(of: ledger.data + "/heads") < 2000, submit.isRunning { usleep(20_000) }
        first.kill()
        #expect(submit.isRunning, "the kill came too late to show anything")
        let second = try ServerProcess(data: ledger.data, arguments: ["--listen", "127.0.0.1:\(port)"])
        #expect(submit.waitUntilExit() == 0)
        let again = try Binary.countersign.run(
            ["submit", "events.ndjson", "--server", second.address, "--token-file", "token", "--json"], in: scratch.url)
        #expect(again.output == "{\"present\":\(count),\"recorded\":0,\"refused\":0}\n", "\(again)")
    }

    private static func size(of file: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0
    }

    @Test func `what is refused is listed and written for mending; the rest is in`() throws {
        let scratch = try ScratchFolder()
        let ledger = try TestLedger(in: scratch)
        let server = try ServerProcess(data: ledger.data)
        try Data(ledger.token.utf8).write(to: scratch.url.appendingPathComponent("token"))
        let foreign = Load.event(id: "b").replacing("/gateways/load", with: "/elsewhere")
        let lines = [
            Load.event(id: "a"), "junk", "", foreign, Load.event(id: "a").replacing("enforce", with: "observe"),
        ]
        func submit(_ text: String, _ server: String, _ arguments: String...) throws -> CommandResult {
            try Binary.countersign.run(
                ["submit", "-", "--server", server, "--token-file", "token"] + arguments, in: scratch.url,
                input: Array(text.utf8))
        }
        let result = try submit(lines.joined(separator: "\n"), server.address, "--rejects", "rejects")
        #expect(result.code == 1 && result.output == "1 recorded, 0 there already, 3 refused\n", "\(result)")
        for words in ["line 2: The body is not JSON", "line 4: The caller may not", "line 5: Other content stands"] {
            #expect(result.errors.contains(words), "\(result.errors)")
        }
        let rejects = try String(contentsOf: scratch.url.appendingPathComponent("rejects"), encoding: .utf8)
        #expect(rejects == lines[1] + "\n" + lines[3] + "\n" + lines[4] + "\n")
        #expect(try submit(lines[0], server.address).code == 0)
        #expect(try submit(lines[0], "127.0.0.1").code == 2)
        server.stop()
        let gone = try submit(lines[0], server.address)
        #expect(gone.code == 4 && gone.errors.contains("Connection refused: run again"), "\(gone)")
    }
}

import ApprovalEvents
import Foundation
import TestMaterial
import Testing

/// What commands print for programs, held to `schemas/command-output.md`.
struct CommandOutputTests {
    @Test func `every --json has the shape that the page shows, and stands alone on standard output`() throws {
        let page = try CommandOutputPage()
        let scratch = try ScratchFolder()
        func run(_ shape: String, _ arguments: [String], code: Int32 = 0) throws {
            let result = try Binary.countersign.run(arguments + ["--json"], in: scratch.url)
            #expect(result.code == code, "\(arguments): \(result.errors)")
            try page.expect(result.output, is: shape)
        }
        try run("init", ["init", "--data", "ledger", "--origin", "json.example.com"])
        try run("token create", ["token", "create", "--data", "ledger", "--name", "offline", "--role", "read"])
        let server = try ServerProcess(data: scratch.path("ledger"), arguments: ["--json"])
        try page.expect(server.firstLine + "\n", is: "serve")
        let create = ["token", "create", "--data", "ledger", "--name", "online", "--role", "audit", "--role", "submit"]
        let created = try Binary.countersign.run(create + ["--source", "/gateways", "--json"], in: scratch.url)
        try page.expect(created.output, is: "token create")
        let token = try #require(created.output.firstRange(of: /cst_[^"]*/).map { String(created.output[$0]) })
        try Data((token + "\n").utf8).write(to: scratch.url.appendingPathComponent("token"))
        try run("token revoke", ["token", "revoke", "--data", "ledger", "--name", "offline"])
        try run("token list", ["token", "list", "--data", "ledger"])
        try run("key change", ["key", "rotate", "--data", "ledger"])
        try run("key list", ["key", "list", "--data", "ledger"])
        let events = (1...3).map { Load.event(id: "event-\($0)") + "\n" }.joined()
        try Data(events.utf8).write(to: scratch.url.appendingPathComponent("events.ndjson"))
        let remote = ["--server", server.address, "--token-file", "token"]
        try run("submit", ["submit", "events.ndjson"] + remote)
        try run("export", ["export", "--trust", "ledger/trust", "--out", "far.zip"] + remote)
        server.stop()
        try run("token revoke", ["token", "revoke", "--data", "ledger", "--name", "online"])
        try run("token list", ["token", "list", "--data", "ledger"])
        try run("key change", ["key", "retire", "--data", "ledger"])
        try run("key change", ["key", "add", "--data", "ledger", "--algorithm", "ecdsa-p256"])
        try run("key list", ["key", "list", "--data", "ledger"])
        try run("key vkey", ["key", "vkey", "--data", "ledger"])
        try run("key set-passphrase", ["key", "set-passphrase", "--data", "ledger", "--no-passphrase"])
        try run("export", ["export", "--data", "ledger", "--out", "near.zip"])
        try run("export", ["export", "--data", "ledger", "--extract-only", "--out", "near.extract"])
        try run(
            "report", ["report", "far.zip", "--trust", "ledger/trust", "--framework", "soc2", "--out", "report"])
        try run("tiles export", ["tiles", "export", "tiles", "--data", "ledger"])
        try run("backup", ["backup", "--data", "ledger", "--out", "backup"])
        try run("backup", ["backup", "--data", "ledger", "--out", "more", "--disclosures", "disclosures"])
        try run("restore", ["restore", "backup", "--data", "restored"])
        try run("init", ["restore", "backup", "--data", "new", "--new-log", "json-2.example.com"])
        try run("check", ["check", "--data", "ledger"])
        try Self.damage(scratch.url.appendingPathComponent("ledger/entries"))
        let check = try Binary.countersign.run(["check", "--data", "ledger", "--json"], in: scratch.url)
        #expect(check.code == 1)
        let lines = check.output.split(separator: "\n")
        for line in lines.dropLast() { try page.expect(line + "\n", is: "check finding") }
        try page.expect((lines.last ?? "") + "\n", is: "check")
        #expect(check.output.contains("\"findings\":\(lines.count - 1),"))
    }

    @Test func `the verifier's --json has the shapes that the page shows, whatever it finds`() throws {
        let page = try CommandOutputPage()
        let scratch = try ScratchFolder()
        let ledger = try TestLedger(in: scratch)
        let elsewhere = try ScratchFolder()
        let other = try TestLedger(in: elsewhere)
        for arguments in [["export", "--out", "e.zip"], ["tiles", "export", "tiles"]] {
            let result = try Binary.countersign.run(arguments + ["--data", ledger.data], in: scratch.url)
            #expect(result.code == 0, "\(result.errors)")
        }
        let server = try ServerProcess(data: ledger.data)
        try Data(ledger.token.utf8).write(to: scratch.url.appendingPathComponent("token"))
        let receipt = try Binary.countersign.run(
            ["receipt", "1", "--server", server.address, "--token-file", "token", "--out", "r.json"], in: scratch.url)
        #expect(receipt.code == 0, "\(receipt.errors)")
        server.stop()
        for (what, file) in [("receipt", "r.json"), ("package", "e.zip"), ("log", "tiles")] {
            for (trust, code) in [(ledger.data, 0), (other.data, 1)] as [(String, Int32)] {
                let result = try Binary.verify.run(
                    [what, file, "--trust", trust + "/trust", "--json"], in: scratch.url)
                #expect(result.code == code && result.errors.isEmpty, "\(what): \(result)")
                try page.expect(result.output, is: "verify \(what)")
                try page.expect(page.items(of: "checks", in: result.output), is: "verify check")
            }
        }
    }

    /// One bit of the last event.
    private static func damage(_ folder: URL) throws {
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path).first)
        let file = folder.appendingPathComponent(name)
        var bytes = try Data(contentsOf: file)
        bytes[try #require(bytes.range(of: Data("event-3".utf8))).lowerBound] ^= 1
        try bytes.write(to: file)
    }

    @Test func `a sum of the file is the file's`() throws {
        let scratch = try ScratchFolder()
        let ledger = try TestLedger(in: scratch)
        let made = try Binary.countersign.run(
            ["export", "--data", ledger.data, "--out", "evidence.zip", "--json"], in: scratch.url)
        let sum = try runCommand(URL(fileURLWithPath: "/usr/bin/sha256sum"), ["evidence.zip"], in: scratch.url)
        #expect(made.output.contains("\"sha256\":\"\(sum.output.prefix(64))\""), "\(made.output)\(sum.output)")
    }

    @Test func `a failure leaves standard output empty and says on the other what to do`() throws {
        let scratch = try ScratchFolder()
        for arguments in [
            ["token", "list", "--data", "nothing"], ["key", "list", "--data", "nothing"],
            ["key", "rotate", "--data", "nothing"], ["check", "--data", "nothing"],
            ["tiles", "export", "tiles", "--data", "nothing"], ["export", "--data", "nothing", "--out", "x.zip"],
            ["report", "nothing.zip", "--framework", "soc2", "--trust", "trust", "--out", "report"],
            ["serve", "--data", "nothing"],
        ] {
            let result = try Binary.countersign.run(arguments + ["--json"], in: scratch.url)
            #expect(result.code == 2 && result.output.isEmpty, "\(arguments): \(result)")
            #expect(result.errors.hasPrefix("countersign: "), "\(result.errors)")
        }
    }
}

/// The examples of the page.
struct CommandOutputPage {
    private let text: String

    init() throws {
        text = String(decoding: try Checkout.bytes("schemas/command-output.md"), as: UTF8.self)
    }

    /// Every line of the output is an object with the example's members, of the example's types; only those that the
    /// section marks with a question mark may be missing.
    func expect(_ output: String, is shape: String) throws {
        let (example, optional) = try section(shape)
        #expect(output.hasSuffix("\n"), "\(shape): \(output)")
        for line in output.split(separator: "\n") {
            let bytes = Array(line.utf8)
            guard case .object(let object) = try JSONValue(parsing: bytes, maxDepth: 4) else {
                Issue.record("\(shape): no object: \(line)")
                continue
            }
            #expect(JSONValue.object(object).canonicalBytes == bytes, "\(shape): the form of RFC 8785: \(line)")
            for (name, value) in object.members {
                let shown = try #require(example[name], "\(shape): the page does not show \(name): \(line)")
                #expect(Self.kind(value) == Self.kind(shown), "\(shape): \(name) in \(line)")
            }
            for (name, _) in example.members where object[name] == nil {
                #expect(optional.contains(name.string), "\(shape): \(name) is missing: \(line)")
            }
        }
    }

    /// The objects of a list, one a line.
    func items(of member: Text, in output: String) throws -> String {
        guard case .object(let object) = try JSONValue(parsing: Array(output.utf8.dropLast()), maxDepth: 4),
            case .array(let items)? = object[member]
        else { throw NoExample() }
        return items.map { String(decoding: $0.canonicalBytes, as: UTF8.self) + "\n" }.joined()
    }

    private func section(_ shape: String) throws -> (example: JSONObject, optional: Set<String>) {
        let block = try #require(text.firstRange(of: "```json \(shape)\n"), "the page shows no \(shape)")
        let end = try #require(text[block.upperBound...].firstRange(of: "\n```"))
        let line = Array(text[block.upperBound..<end.lowerBound].utf8)
        guard case .object(let example) = try JSONValue(parsing: line, maxDepth: 4) else { throw NoExample() }
        #expect(JSONValue.object(example).canonicalBytes == line, "\(shape): the page's example has the one form")
        let rest = text[end.upperBound...]
        let words = rest[..<(rest.firstRange(of: "\n### ")?.lowerBound ?? rest.endIndex)]
        return (example, Set(words.matches(of: /`(\w+)`\?/).map { String($0.1) }))
    }

    private struct NoExample: Error {}

    private static func kind(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "bool"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

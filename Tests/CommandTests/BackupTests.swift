import Foundation
import LedgerCrypto
import MerkleTree
import SignedNotes
import TestMaterial
import Testing

/// A ledger is copied while it is served, and what is made of the copy never gives the log two histories.
@Suite(.timeLimit(.minutes(20))) struct BackupTests {
    private func run(_ arguments: String...) throws -> CommandResult { try Binary.countersign.run(arguments) }

    @Test func `a backup of a busy ledger is whole, and a ledger again when somebody answers for it`() async throws {
        let scratch = try ScratchFolder()
        let log = try FollowedLog(in: scratch)
        let (backup, restored) = (scratch.path("backup"), scratch.path("restored"))
        let server = try ServerProcess(data: log.ledger.data)
        defer { server.stop() }
        try log.grow(by: 3_000, at: server.address, label: "before")
        let ledger = log.ledger
        let lines = scratch.path("during.ndjson")
        try writeFile(Array((0..<20_000).map { Load.event(id: "during-\($0)") }.joined(separator: "\n").utf8), lines)
        let load = try ChildProcess(
            Binary.countersign.url, ["submit", lines, "--server", server.address, "--token-file", log.tokenFile])
        let made = try run("backup", "--data", ledger.data, "--out", backup, "--json")
        #expect(made.code == 0 && made.output.contains("\"keys\":false"), "\(made)")
        #expect(load.waitUntilExit() == 0)
        #expect(!FileManager.default.fileExists(atPath: backup + "/keys/log.pem"), "keys come when they are asked for")
        #expect(try run("backup", "--data", ledger.data, "--out", backup).code == 2, "nothing is overwritten")
        #expect(try run("serve", "--data", backup, "--listen", "127.0.0.1:0").errors.contains("is a backup"))

        let keys = ledger.data + "/keys"
        let plain = try run("restore", backup, "--data", scratch.path("plain"), "--keys", keys)
        #expect(plain.code == 0, "\(plain)")
        let refused = try run("serve", "--data", scratch.path("plain"), "--listen", "127.0.0.1:0")
        #expect(refused.code == 1 && refused.errors.contains("no quorum of witnesses can say"), "\(refused)")

        let answered = try run(
            "restore", backup, "--data", restored, "--keys", keys, "--is-newest", "--as", "okta:00u1")
        #expect(answered.code == 0, "\(answered)")
        let again = try ServerProcess(data: restored)
        #expect(await ledger.post("after", to: again.address) == 201, "its callers are known")
        #expect(await ledger.post("before-0", to: again.address) == 200, "what was recorded is there")
        #expect(again.stop() == 0)
        #expect(!FileManager.default.fileExists(atPath: restored + "/restored"))
        #expect(try run("check", "--data", restored).code == 0)
        try log.export(to: scratch.path("tiles"))
        let exported = try run("tiles", "export", scratch.path("restored-tiles"), "--data", restored)
        #expect(exported.code == 0)
        let log2 = try Binary.verify.run(["log", scratch.path("restored-tiles"), "--trust", log.trust])
        #expect(log2.code == 0, "\(log2.output)")
        let entries = try filesBelow(scratch.path("restored-tiles")).filter { $0.hasPrefix("tile/entries") }
        let text = try entries.map {
            String(decoding: try readFile(scratch.path("restored-tiles/\($0)")), as: UTF8.self)
        }
        #expect(text.joined().contains("okta:00u1 answered for that nothing was signed after it"))
    }

    @Test func `a restored ledger is served when its witnesses confirm it, and only then`() async throws {
        let town = try CosignedLog(witnesses: 1)
        var server = try town.serve()
        _ = try await town.wait(for: "/readyz", 200, at: server)
        let old = town.scratch.path("old")
        #expect(try run("backup", "--data", town.data, "--out", old, "--with-keys").code == 0)
        #expect(try await town.post("one", to: server).status == 201)
        _ = try await town.wait(forCheckpoint: 4, at: server)
        #expect(server.stop() == 0)
        let newest = town.scratch.path("newest")
        #expect(try run("backup", "--data", town.data, "--out", newest, "--with-keys").code == 0)
        for backup in [old, newest] {
            let restored = try run("restore", backup, "--data", backup + "-restored")
            #expect(restored.code == 0, "\(restored)")
        }

        let behind = try ServerProcess(data: old + "-restored")
        #expect(behind.waitUntilExit() == 1)
        #expect(town.errors(of: old + "-restored").contains("older than what was cosigned"))
        // Nor by a command, which would sign as well.
        let token = try run("token", "create", "--data", old + "-restored", "--name", "x", "--role", "read")
        #expect(token.code == 1 && token.errors.contains("older than what was cosigned"), "\(token)")

        // Nor where others are named, who never saw the log and would cosign anything of it.
        let strangers = try CosignedLog(strangersTo: town)
        let heads = try readFile(old + "-restored/heads")
        for _ in 0..<2 {
            let fooled = try strangers.serve(data: old + "-restored")
            for _ in 0..<3_000 where !strangers.errors(of: old + "-restored").contains("never saw this log") {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(strangers.errors(of: old + "-restored").contains("never saw this log"))
            #expect(try await town.get("/readyz", from: fooled).status == 503)
            #expect(fooled.stop() == 0)
            #expect(try readFile(old + "-restored/heads") == heads, "nothing was signed")
        }

        server = try ServerProcess(data: newest + "-restored")
        defer { server.stop() }
        _ = try await town.wait(for: "/readyz", 200, at: server)
        #expect(try await town.post("two", to: server).status == 201)
        _ = try await town.wait(forCheckpoint: 6, at: server)
        #expect(!FileManager.default.fileExists(atPath: newest + "-restored/restored"))
    }

    @Test func `a new log cites the last head of the one that was lost`() async throws {
        let scratch = try ScratchFolder()
        let log = try FollowedLog(in: scratch)
        let (backup, new) = (scratch.path("backup"), scratch.path("new"))
        #expect(try run("backup", "--data", log.ledger.data, "--out", backup).code == 0)
        let same = try run("restore", backup, "--data", new, "--new-log", "kill.example.com")
        #expect(same.code == 2 && same.errors.contains("another origin"), "\(same)")
        try? FileManager.default.removeItem(atPath: new)
        let begun = try run("restore", backup, "--data", new, "--new-log", "kill-2.example.com")
        #expect(begun.code == 0, "\(begun)")
        #expect(try run("tiles", "export", scratch.path("tiles"), "--data", new).code == 0)
        let checked = try Binary.verify.run(["log", scratch.path("tiles"), "--trust", new + "/trust"])
        #expect(checked.code == 0)
        let entries = try String(decoding: readFile(scratch.path("tiles/tile/entries/000.p/1")), as: UTF8.self)
        try log.export(to: scratch.path("old"))
        let note = try String(decoding: readFile(scratch.path("old/checkpoint")), as: UTF8.self)
        #expect(entries.contains(#""predecessor_origin":"kill.example.com""#))
        #expect(entries.contains(note.replacingOccurrences(of: "\n", with: "\\n")), "\(entries)")
    }

    @Test func `nothing is made of a ledger that is damaged, nor of a backup that is`() throws {
        let scratch = try ScratchFolder()
        let log = try FollowedLog(in: scratch)
        let backup = scratch.path("backup")
        #expect(try run("backup", "--data", log.ledger.data, "--out", backup, "--with-keys").code == 0)
        for (source, arguments) in [
            (log.ledger.data, ["backup", "--data", log.ledger.data, "--out", scratch.path("b")]),
            (backup, ["restore", backup, "--data", scratch.path("r")]),
        ] {
            let segment = source + "/entries/00000000000000000000.seg"
            var bytes = try readFile(segment)
            let last = try #require(bytes.lastIndex { $0 != 0 })
            bytes[last - 40] ^= 1
            try writeFile(bytes, segment)
            let result = try Binary.countersign.run(arguments)
            #expect(result.code == 1 && result.errors.contains("is damaged"), "\(result)")
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: scratch.url.path)
        #expect(!left.contains("b") && !left.contains("r") && !left.contains { $0.hasSuffix(".partial") }, "\(left)")
    }

    @Test func `of the folder with the keys only what is named comes along`() throws {
        let scratch = try ScratchFolder()
        let log = try FollowedLog(in: scratch)
        for name in ["pin", "passphrase", "log.pem.old"] {
            try writeFile(Array("secret".utf8), "\(log.ledger.data)/keys/\(name)")
        }
        for (flags, pem) in [([], []), (["--with-keys"], ["log.pem"])] {
            let backup = scratch.path("backup\(flags.count)")
            let made = try Binary.countersign.run(["backup", "--data", log.ledger.data, "--out", backup] + flags)
            #expect(made.code == 0, "\(made)")
            let names = try FileManager.default.contentsOfDirectory(atPath: backup + "/keys")
            #expect(Set(names) == Set(["log.vkey", "signers"] + pem), "\(names)")
        }
    }

    @Test func `a caller that is revoked while the copy is made is revoked in it`() throws {
        let scratch = try ScratchFolder()
        let log = try FollowedLog(in: scratch)
        let (backup, pipe) = (scratch.path("backup"), log.ledger.data + "/witnesses")
        // The copy waits at this file: its callers are copied, the head is not read.
        try #require(mkfifo(pipe, 0o600) == 0)
        let copying = try ChildProcess(
            Binary.countersign.url, ["backup", "--data", log.ledger.data, "--out", backup])
        let held = open(pipe, O_WRONLY | O_CLOEXEC)
        try #require(held >= 0)
        unlink(pipe)
        let revoked = try run("token", "revoke", "--data", log.ledger.data, "--name", "gateway", "--as", "okta:00u1")
        close(held)
        #expect(revoked.code == 0, "\(revoked)")
        #expect(copying.waitUntilExit() == 0)
        let caller = try String(decoding: readFile(backup + "/callers/gateway.json"), as: UTF8.self)
        #expect(caller.contains(#""revocation_sealed":true"#) && caller.contains(#""revoked":""#), "\(caller)")
    }

    @Test func `what cannot be asked ends with 2`() throws {
        let scratch = try ScratchFolder()
        let log = try FollowedLog(in: scratch)
        for arguments in [
            ["backup", "--data", scratch.path("nothing"), "--out", scratch.path("b")],
            ["restore", scratch.path("nothing"), "--data", scratch.path("r")],
            ["restore", log.ledger.data, "--data", scratch.path("r")],
            ["serve", "--data", log.ledger.data, "--acknowledge", "cosigned"],
            ["serve", "--data", log.ledger.data, "--witnesses", log.trust],
            ["serve", "--data", log.ledger.data, "--witnesses", scratch.path("nothing")],
        ] {
            let result = try Binary.countersign.run(arguments)
            #expect(result.code == 2 && !result.errors.isEmpty, "\(arguments): \(result)")
        }
    }
}

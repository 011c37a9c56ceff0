import ApprovalEvents
import Foundation
import LedgerCrypto
import MerkleTree
import SignedNotes
import TestLog
import TestMaterial
import Testing

/// `countersign monitor`, against real servers.
struct MonitorTests {
    @Test func `an honest log starts, grows and stays, and every entry is read once`() throws {
        let scratch = try ScratchFolder()
        let log = try FollowedLog(in: scratch)
        let server = try ServerProcess(data: log.ledger.data)
        defer { server.stop() }
        let state = scratch.path("state")
        try log.grow(by: 300, at: server.address, label: "a")
        let started = try log.monitor(server.address, state)
        #expect(started.code == 0 && started.output.contains("  started "), "\(started.output)\(started.errors)")
        let size = try SignedNote(parsing: try #require(try Self.note(state)))
        let first = try Checkpoint(parsing: size.text).head.size
        #expect(started.output.contains("\(first) entries hashed and read"), "\(started.output)")
        try log.grow(by: 700, at: server.address, label: "b")
        let grew = try log.monitor(server.address, state)
        #expect(grew.code == 0 && grew.output.contains("  grew ") && grew.output.contains("700 entries hashed"))
        let same = try log.monitor(server.address, state)
        #expect(same.code == 0 && same.output.contains("  same "), "\(same.output)")
        #expect(!FileManager.default.fileExists(atPath: state + ".fork"))
        let json = try Binary.countersign.run([
            "monitor", server.address, "--trust", log.trust, "--state", state, "--once", "--json",
            "--token-file", log.tokenFile,
        ])
        #expect(json.code == 0 && json.output.contains(#""event":"same""#), "\(json.output)")
    }

    @Test func `without a token heads are followed; with one, what was not read is read`() throws {
        let scratch = try ScratchFolder()
        let log = try FollowedLog(in: scratch)
        let server = try ServerProcess(data: log.ledger.data)
        let state = scratch.path("state")
        try log.grow(by: 300, at: server.address, label: "a")
        let blind = try log.monitor(server.address, state, withToken: false)
        #expect(blind.code == 0 && blind.output.contains("not read"), "\(blind.output)\(blind.errors)")
        try log.grow(by: 3, at: server.address, label: "b")
        let seeing = try log.monitor(server.address, state)
        #expect(seeing.code == 0 && seeing.output.contains("  grew "), "\(seeing.output)\(seeing.errors)")
        #expect(!seeing.output.contains("not read") && seeing.output.contains("entries hashed and read"))
        let known = try readFile(state)
        server.stop()
        let gone = try log.monitor(server.address, state)
        #expect(gone.code == 4 && gone.output.contains("  unreachable "), "\(gone.output)\(gone.errors)")
        #expect(try readFile(state) == known)
        #expect(try log.monitor(scratch.path("nowhere"), state).code == 2)
    }

    @Test func `a data directory that was restored and went on is a rollback, then a fork, with proof`() throws {
        let scratch = try ScratchFolder()
        let log = try FollowedLog(in: scratch)
        let first = try ServerProcess(data: log.ledger.data)
        try log.grow(by: 255, at: first.address, label: "common")
        first.stop()
        let restored = scratch.path("restored")
        try log.backUp(to: restored)
        let original = try ServerProcess(data: log.ledger.data)
        try log.grow(by: 10, at: original.address, label: "original")
        let state = scratch.path("state")
        #expect(try log.monitor(original.address, state).code == 0)
        original.stop()
        let known = try readFile(state)

        let other = try ServerProcess(data: restored)
        defer { other.stop() }
        let behind = try log.monitor(other.address, state)
        #expect(behind.code == 1 && behind.output.contains("  rollback "), "\(behind.output)\(behind.errors)")
        // As many entries as before, and then more: other ones.
        try log.grow(by: 10, at: other.address, label: "other")
        let level = try log.monitor(other.address, state, withToken: false)
        #expect(level.code == 1 && level.output.contains("  fork "), "\(level.output)\(level.errors)")
        try log.grow(by: 400, at: other.address, label: "more")
        let forked = try log.monitor(other.address, state)
        #expect(forked.code == 1 && forked.output.contains("  fork "), "\(forked.output)\(forked.errors)")
        #expect(try readFile(state) == known, "the state stays at the last good head")
        try expectConvincing(state + ".fork", kinds: ["fork", "rollback"], trust: log.trust)
        #expect(try FileManager.default.contentsOfDirectory(atPath: state + ".fork").count == 3)
    }

    @Test func `a wrong tile, a changed entry and a missing file are told apart`() throws {
        let scratch = try ScratchFolder()
        var log = try TestLog()
        while log.entries.count < 600 { try log.mark(TestLog.start + Int64(log.entries.count) * 1000) }
        let tiles = scratch.path("tiles")
        try log.write(to: tiles)
        let follower = try Follower(scratch, trust: log.trustFile)
        let web = try StaticServer(tiles)
        for (path, kind) in [
            ("tile/0/001", "wrong-tile"), ("tile/0/002.p/88", "wrong-tile"), ("tile/1/000.p/2", "wrong-tile"),
            ("tile/entries/001", "wrong-entry"), ("tile/entries/002.p/88", "wrong-entry"),
        ] {
            let good = try readFile("\(tiles)/\(path)")
            var bad = good
            bad[40] ^= 1
            try writeFile(bad, "\(tiles)/\(path)")
            let seen = try follower.look(web.address)
            #expect(seen.code == 1 && seen.output.contains("  \(kind) "), "\(path): \(seen.output)\(seen.errors)")
            #expect(seen.output.contains(path), "\(seen.output)")
            try FileManager.default.removeItem(atPath: "\(tiles)/\(path)")
            let withheld = try follower.look(web.address)
            #expect(withheld.code == 1 && withheld.output.contains("  withheld "), "\(path): \(withheld.output)")
            try writeFile(Array(good.dropLast()), "\(tiles)/\(path)")
            let short = try follower.look(web.address)
            #expect(short.code == 1 && short.output.contains("  wrong-tile "), "\(path): \(short.output)")
            try writeFile(good, "\(tiles)/\(path)")
            #expect(!FileManager.default.fileExists(atPath: follower.state))
        }
        #expect(try follower.look(web.address).code == 0)
    }

    @Test func `an unknown key is not trusted; a trust file with both keys follows the change`() throws {
        let scratch = try ScratchFolder()
        var log = try TestLog()
        while log.entries.count < 20 { try log.mark(TestLog.start + Int64(log.entries.count) * 1000) }
        let tiles = scratch.path("tiles")
        try log.write(to: tiles)
        let follower = try Follower(scratch, trust: log.trustFile)
        let web = try StaticServer(tiles)
        #expect(try follower.look(web.address).code == 0)
        let known = try readFile(follower.state)
        try log.mark(TestLog.start + 30_000)
        let next = try NoteSigner(name: log.origin.bytes, key: TestLog.key("the next key"))
        let text = try Checkpoint(origin: log.origin.bytes, head: log.head()).formatted
        try log.write(to: tiles, note: SignedNote(signing: text, with: [next]).formatted)
        let unknown = try follower.look(web.address)
        #expect(unknown.code == 1 && unknown.output.contains("  untrusted "), "\(unknown.output)\(unknown.errors)")
        #expect(try readFile(follower.state) == known)
        let keys = [log.signer.verifierKey, next.verifierKey].map { TLogPolicy.Log(key: $0) }
        try writeFile(try TLogPolicy(logs: keys).formatted, follower.trust)
        let rotated = try follower.look(web.address)
        #expect(rotated.code == 0 && rotated.output.contains("  grew "), "\(rotated.output)\(rotated.errors)")
        // The old key alone is retired: the last head is continued, under the new one.
        try writeFile(try TLogPolicy(logs: [TLogPolicy.Log(key: next.verifierKey)]).formatted, follower.trust)
        #expect(try follower.look(web.address).code == 0)
    }

    @Test func `a head without its quorum is not followed yet, and no misbehaviour`() throws {
        let scratch = try ScratchFolder()
        let log = try TestLog()
        let tiles = scratch.path("tiles")
        try log.write(to: tiles)
        let cosigner = try NoteCosigner(name: Array("witness.example".utf8), key: TestLog.key("a witness"))
        let witness = TLogPolicy.Witness(name: Array("w".utf8), key: cosigner.verifierKey)
        let policy = try TLogPolicy(
            logs: [TLogPolicy.Log(key: log.signer.verifierKey)], witnesses: [witness], quorum: witness.name)
        let follower = try Follower(scratch, trust: policy.formatted)
        let web = try StaticServer(tiles)
        let early = try follower.look(web.address)
        #expect(early.code == 4 && early.output.contains("  unwitnessed "), "\(early.output)\(early.errors)")
        let copy = scratch.path("copy")
        let mirror = ["mirror", web.address, copy, "--trust", follower.trust]
        #expect(try Binary.countersign.run(mirror).code == 4)
        let note = try SignedNote(parsing: log.note())
        let cosigned = try note.adding([cosigner.cosign(note.text, at: 1_800_000_000)])
        try log.write(to: tiles, note: cosigned.formatted)
        #expect(try follower.look(web.address).code == 0)
        #expect(try Binary.countersign.run(mirror).code == 0)
        #expect(try readFile(copy + "/checkpoint") == cosigned.formatted)
    }

    @Test func `an entry that must not be there, and a clock that falls, are kept with their proof`() throws {
        let scratch = try ScratchFolder()
        var log = try TestLog()
        for second: Int64 in [10, 20, 5, 30] {
            try log.mark(TestLog.start + 40_000, writtenAt: TestLog.start + second * 1000)
        }
        let tiles = scratch.path("tiles")
        try log.write(to: tiles)
        let follower = try Follower(scratch, trust: log.trustFile)
        let web = try StaticServer(tiles)
        let seen = try follower.look(web.address)
        #expect(seen.code == 1 && seen.output.contains("  clock "), "\(seen.output)\(seen.errors)")
        #expect(seen.output.contains("entry 3:"), "\(seen.output)")
        let place = follower.state + ".fork/clock-3"
        let entry = try readFile(place + "/entry")
        let proof = try TLogProof(parsing: readFile(place + "/entry.tlog-proof"))
        _ = try proof.verify(leaf: TreeHash.leaf(entry), under: log.trust)
        #expect(entry == log.entries[3].bytes)
        // The head was good, so the next look goes on from there.
        let again = try follower.look(web.address)
        #expect(again.code == 0 && again.output.contains("  same "), "\(again.output)")
    }

    @Test func `a log of other things has each entry named up to ten, and counted`() throws {
        let scratch = try ScratchFolder()
        let signer = try NoteSigner(name: Array("other.example".utf8), key: TestLog.key("other"))
        let entries = (0..<30).map { Array("no entry of ours \($0)".utf8) }
        var frontier = Frontier()
        for entry in entries { frontier.append(TreeHash.leaf(entry)) }
        let checkpoint = try Checkpoint(origin: signer.verifierKey.name, head: frontier.head)
        let tiles = scratch.path("tiles")
        let files: [String: [UInt8]] = [
            "checkpoint": try SignedNote(signing: checkpoint.formatted, with: [signer]).formatted,
            "tile/0/000.p/30": entries.flatMap { TreeHash.leaf($0).bytes },
            "tile/entries/000.p/30": entries.flatMap { [0, UInt8($0.count)] + $0 },
        ]
        for (path, bytes) in files {
            let target = URL(fileURLWithPath: "\(tiles)/\(path)")
            try FileManager.default.createDirectory(
                at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try writeFile(bytes, target.path)
        }
        let policy = try TLogPolicy(logs: [TLogPolicy.Log(key: signer.verifierKey)])
        let follower = try Follower(scratch, trust: policy.formatted)
        let seen = try follower.look(tiles)
        #expect(seen.code == 1 && seen.output.split(separator: "\n").count == 12, "\(seen.output)\(seen.errors)")
        #expect(seen.output.contains("and 20 entries more"))
        // A mirror asks nothing of entries but that they were signed.
        let copied = try Binary.countersign.run(["mirror", tiles, scratch.path("copy"), "--trust", follower.trust])
        #expect(copied.code == 0, "\(copied.errors)")
    }

    @Test func `without --once it follows, prints what is new, and ends with the fork`() throws {
        let scratch = try ScratchFolder()
        var log = try TestLog()
        while log.entries.count < 10 { try log.mark(TestLog.start + Int64(log.entries.count) * 1000) }
        let tiles = scratch.path("tiles")
        try log.write(to: tiles)
        let follower = try Follower(scratch, trust: log.trustFile)
        let web = try StaticServer(tiles)
        let process = try ChildProcess(
            Binary.countersign.url,
            ["monitor", web.address, "--trust", follower.trust, "--state", follower.state, "--interval", "1"],
            output: .pipe)
        #expect(Self.line(of: process).contains("  started "))
        try log.mark(TestLog.start + 60_000)
        try log.write(to: tiles)
        #expect(Self.line(of: process).contains("  grew "))
        var other = try TestLog(begins: TestLog.start + 1)
        while other.entries.count < 15 { try other.mark(TestLog.start + Int64(other.entries.count) * 2000) }
        try other.write(to: tiles)
        #expect(Self.line(of: process).contains("  fork "))
        #expect(process.waitUntilExit() == 1)
    }

    private static func line(of process: ChildProcess) -> String {
        String(decoding: process.output.availableData, as: UTF8.self)
    }

    private static func note(_ state: String) throws -> [UInt8]? {
        try JSONValue(parsing: Array(readFile(state).dropLast())).asObject?["note"]?.asString?.bytes
    }
}

/// Somebody who looks at a log with a trust file of his own.
struct Follower {
    let state: String
    let trust: String

    init(_ scratch: ScratchFolder, trust policy: [UInt8]) throws {
        state = scratch.path("state")
        trust = scratch.path("trust")
        try writeFile(policy, trust)
    }

    func look(_ address: String) throws -> CommandResult {
        try Binary.countersign.run(["monitor", address, "--trust", trust, "--state", state, "--once"])
    }
}

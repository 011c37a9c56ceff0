import Foundation
import MerkleTree
import SignedNotes
import TestMaterial
import Testing

/// `countersign mirror`, against real servers.
struct MirrorTests {
    @Test func `a mirror is a whole log after every run, and takes what is new`() throws {
        let scratch = try ScratchFolder()
        let log = try FollowedLog(in: scratch)
        let server = try ServerProcess(data: log.ledger.data)
        defer { server.stop() }
        let copy = scratch.path("copy")
        for (round, count) in [10, 600, 1, 300].enumerated() {
            try log.grow(by: count, at: server.address, label: "round-\(round)")
            let made = try log.mirror(server.address, copy)
            #expect(made.code == 0 && made.errors.isEmpty, "\(made.output)\(made.errors)")
            let verified = try log.verify(copy)
            #expect(verified.code == 0, "\(verified.output)")
        }
        func mode(_ path: String) throws -> UInt32 {
            var facts = stat()
            try #require(stat(path, &facts) == 0, "\(path)")
            return facts.st_mode & 0o777
        }
        #expect(mkdir(scratch.path("as umask says"), 0o777) == 0)
        let everybody = try mode(scratch.path("as umask says"))
        #expect(try mode(copy + "/tile/0") == everybody && mode(copy + "/tile/entries") == 0o700)
        #expect(try mode(copy + "/checkpoint") == everybody & 0o666 && mode(copy + "/tile/0/000") == everybody & 0o666)
        let again = try log.mirror(server.address, copy)
        #expect(again.code == 0 && again.output.contains(" 0 files written"), "\(again.output)")
        // A mirror of the mirror, through any web server and without a token.
        let second = scratch.path("second")
        let web = try StaticServer(copy)
        let fromCopy = try log.mirror(web.address, second, withToken: false)
        #expect(fromCopy.code == 0, "\(fromCopy.errors)")
        #expect(try log.verify(second).code == 0)
    }

    @Test func `without a token hashes are copied, which is said; with one the entries follow`() throws {
        let scratch = try ScratchFolder()
        let log = try FollowedLog(in: scratch)
        let server = try ServerProcess(data: log.ledger.data)
        defer { server.stop() }
        try log.grow(by: 300, at: server.address, label: "a")
        let copy = scratch.path("copy")
        let hashes = try log.mirror(server.address, copy, withToken: false)
        #expect(hashes.code == 0 && hashes.errors.contains("no entries"), "\(hashes.errors)")
        #expect(!FileManager.default.fileExists(atPath: copy + "/tile/entries"))
        let whole = try Binary.countersign.run([
            "mirror", server.address, copy, "--trust", log.trust, "--token-file", log.tokenFile, "--json",
        ])
        #expect(whole.code == 0 && whole.output.contains(#""entries":true"#), "\(whole.output)\(whole.errors)")
        #expect(try log.verify(copy).code == 0)
        try writeFile(Array("cst_nonsense\n".utf8), log.tokenFile)
        let refused = try log.mirror(server.address, scratch.path("other"))
        #expect(refused.code == 2, "\(refused.output)\(refused.errors)")
    }

    @Test func `a file with one wrong bit is named, is not copied, and the checkpoint does not appear`() throws {
        let scratch = try ScratchFolder()
        let log = try FollowedLog(in: scratch)
        let server = try ServerProcess(data: log.ledger.data)
        try log.grow(by: 600, at: server.address, label: "a")
        server.stop()
        let tiles = scratch.path("tiles")
        try log.export(to: tiles)
        let web = try StaticServer(tiles)
        var random = SeededRandom(seed: 0x3141)
        let files = try filesBelow(tiles).filter { $0.hasPrefix("tile/") }
        #expect(files.count == 7, "two full tiles and a partial one, their bundles, and the tile above: \(files)")
        for (number, path) in files.enumerated() {
            let good = try readFile("\(tiles)/\(path)")
            var bad = good
            // Of a bundle, not a length: that is another kind of wrong.
            bad[Int.random(in: 40..<min(400, good.count), using: &random) % bad.count] ^= 1
            try writeFile(bad, "\(tiles)/\(path)")
            let copy = scratch.path("copy-\(number)")
            let made = try log.mirror(web.address, copy)
            #expect(made.code == 1 && made.errors.contains(path), "\(path): \(made.output)\(made.errors)")
            #expect(!FileManager.default.fileExists(atPath: copy + "/checkpoint"))
            #expect(!FileManager.default.fileExists(atPath: "\(copy)/\(path)"), "\(path) was copied")
            try writeFile(good, "\(tiles)/\(path)")
            let healed = try log.mirror(web.address, copy)
            #expect(healed.code == 0, "\(healed.errors)")
            #expect(try log.verify(copy).code == 0)
        }
    }

    @Test func `a log whose history was rewritten is refused, and the proof kept`() throws {
        let scratch = try ScratchFolder()
        let log = try FollowedLog(in: scratch)
        let first = try ServerProcess(data: log.ledger.data)
        try log.grow(by: 270, at: first.address, label: "common")
        first.stop()
        let restored = scratch.path("restored")
        try log.backUp(to: restored)
        let original = try ServerProcess(data: log.ledger.data)
        try log.grow(by: 50, at: original.address, label: "original")
        let copy = scratch.path("copy")
        #expect(try log.mirror(original.address, copy).code == 0)
        original.stop()
        let held = try readFile(copy + "/checkpoint")

        let other = try ServerProcess(data: restored)
        defer { other.stop() }
        let behind = try log.mirror(other.address, copy)
        #expect(behind.code == 1 && behind.errors.contains("rolled back"), "\(behind.errors)")
        try log.grow(by: 90, at: other.address, label: "restored")
        let forked = try log.mirror(other.address, copy)
        #expect(forked.code == 1 && forked.errors.contains("two histories"), "\(forked.errors)")
        #expect(try readFile(copy + "/checkpoint") == held, "the copy does not move")
        #expect(try log.verify(copy).code == 0)
        try expectConvincing(copy + ".fork", kinds: ["fork", "rollback"], trust: log.trust)
    }

    @Test(.timeLimit(.minutes(20)))
    func `a mirror that is killed at any file is a whole log, or none yet, and the next run completes it`() throws {
        let scratch = try ScratchFolder()
        let log = try FollowedLog(in: scratch)
        let server = try ServerProcess(data: log.ledger.data)
        defer { server.stop() }
        let shim = try Shim.build("Tests/Faults/kill-at.c", in: scratch)
        let copy = scratch.path("copy")
        var kills = 0
        for round in 0..<3 {
            try log.grow(by: 200, at: server.address, label: "round-\(round)")
            for step in ["rename:1", "rename:2:after", "rename:3", "rename:4:after", "fsync:1", "fsync:1:after"] {
                let doomed = try log.mirror(
                    server.address, copy, environment: ["LD_PRELOAD": shim, "KILL_AT": step])
                kills += doomed.code == 0 ? 0 : 1
                guard FileManager.default.fileExists(atPath: copy + "/checkpoint") else { continue }
                let verified = try log.verify(copy)
                #expect(verified.code == 0, "round \(round), \(step): \(verified.output)")
            }
            #expect(try log.mirror(server.address, copy).code == 0)
            #expect(try log.verify(copy).code == 0)
        }
        #expect(kills >= 8, "the kills strike")
    }
}

/// Holds kept evidence to what it must do: make `countersign-verify consistency` fail, for another who has the trust
/// file alone.
func expectConvincing(_ folder: String, kinds: Set<String>, trust: String) throws {
    let places = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(Set(places.compactMap { $0.split(separator: "-").first.map(String.init) }) == kinds)
    for place in places.map({ "\(folder)/\($0)" }) {
        let checked = try Binary.verify.run([
            "consistency", place + "/older", place + "/newer", "--proof", place + "/proof", "--trust", trust,
        ])
        #expect(checked.code == 1 && checked.output.contains("FAILS"), "\(place): \(checked.output)\(checked.errors)")
        let policy = try TLogPolicy(parsing: readFile(trust))
        let heads = try ["older", "newer"].map {
            try policy.verify(note: SignedNote(parsing: readFile("\(place)/\($0)"))).head
        }
        #expect(heads.count == 2 && heads[0] != heads[1])
        let story = String(decoding: try readFile(place + "/README"), as: UTF8.self)
        #expect(story.contains("countersign-verify consistency older newer"))
    }
}

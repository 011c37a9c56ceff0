import Foundation
import TestMaterial
import Testing

/// `countersign tiles export`, ended at its system calls, and what it leaves for web servers.
struct TilesExportTests {
    @Test(.timeLimit(.minutes(20)))
    func `an export that is killed leaves a folder that verifies, and the next one completes it`() throws {
        let scratch = try ScratchFolder()
        let log = try FollowedLog(in: scratch)
        let tiles = scratch.path("tiles")
        try log.export(to: tiles)
        let server = try ServerProcess(data: log.ledger.data)
        try log.grow(by: 700, at: server.address, label: "a")
        server.stop()
        let shim = try Shim.build("Tests/Faults/kill-at.c", in: scratch)
        var killed = 0
        let ends = [
            ("pwrite", [1, 5, 9]), ("ftruncate", [2]), ("syncfs", [1, 2, 3]), ("rename", [1, 4, 9]), ("fsync", [1, 2]),
        ]
        for (call, turns) in ends {
            for plan in turns.flatMap({ ["\(call):\($0)", "\(call):\($0):after"] }) {
                let folder = scratch.path("export")
                try? FileManager.default.removeItem(atPath: folder)
                try FileManager.default.copyItem(atPath: tiles, toPath: folder)
                let arguments = ["tiles", "export", folder, "--data", log.ledger.data]
                let run = try Binary.countersign.run(
                    arguments, environment: ["LD_PRELOAD": shim, "KILL_AT": plan])
                if run.code != 0 { killed += 1 }
                for round in ["killed", "completed"] {
                    let verified = try log.verify(folder)
                    #expect(verified.code == 0, "\(plan), \(round): \(verified.output)")
                    let again = try Binary.countersign.run(arguments)
                    #expect(again.code == 0 && again.errors.isEmpty, "\(plan), \(round): \(again.errors)")
                }
            }
        }
        #expect(killed > 18, "the kills strike: \(killed)")
    }

    @Test func `everybody may read hashes, entries are for their owner until he opens the folder`() throws {
        let scratch = try ScratchFolder()
        let log = try FollowedLog(in: scratch)
        let tiles = scratch.path("tiles")
        func export(umask: String) throws {
            let command = "umask \(umask); exec \"$0\" tiles export \(tiles) --data \(log.ledger.data)"
            let run = try runCommand(
                URL(fileURLWithPath: "/bin/sh"), ["-c", command, Binary.countersign.url.path])
            try #require(run.code == 0, "\(run.errors)")
        }
        func mode(_ path: String) throws -> Int {
            var facts = stat()
            try #require(stat("\(tiles)/\(path)", &facts) == 0, "\(path)")
            return Int(facts.st_mode & 0o777)
        }
        try export(umask: "022")
        let files = try filesBelow(tiles).filter { $0 != ".lock" }
        for file in files { #expect(try mode(file) == 0o644, "\(file)") }
        for folder in ["", "tile", "tile/0"] { #expect(try mode(folder) == 0o755, "\(folder)") }
        #expect(try mode("tile/entries") == 0o700)
        #expect(chmod(tiles + "/tile/entries", 0o750) == 0)
        try export(umask: "077")
        #expect(try mode("tile/entries") == 0o750)
    }

    @Test func `a folder is followed by its address, too`() throws {
        let scratch = try ScratchFolder()
        let log = try FollowedLog(in: scratch)
        let tiles = scratch.path("tiles")
        try log.export(to: tiles)
        let copied = try log.mirror("file://" + tiles, scratch.path("copy"), withToken: false)
        #expect(copied.code == 0, "\(copied.errors)")
        let looked = try log.monitor("file://" + tiles, scratch.path("state"), withToken: false)
        #expect(looked.code == 0 && looked.output.contains("hashed and read"), "\(looked.output)")
    }
}

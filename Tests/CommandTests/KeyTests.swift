import Foundation
import LedgerCrypto
import MerkleTree
import SignedNotes
import TestMaterial
import Testing
import Verification

/// The log's keys over their lives, through the built commands.
struct KeyTests {
    private struct Proof: Decodable {
        let hashes: [String]
    }

    /// A ledger with one event, and files that its verifiers kept.
    private struct Log {
        let scratch: ScratchFolder
        let followed: FollowedLog
        var data: String { followed.ledger.data }

        init() throws {
            scratch = try ScratchFolder()
            followed = try FollowedLog(in: scratch)
        }

        func key(_ arguments: String...) throws -> CommandResult {
            try Binary.countersign.run(["key"] + [arguments[0], "--data", data] + arguments.dropFirst())
        }

        /// Runs a `key` command that has to succeed.
        @discardableResult
        func changed(_ arguments: String...) throws -> String {
            let result = try Binary.countersign.run(["key"] + [arguments[0], "--data", data] + arguments.dropFirst())
            try #require(result.code == 0, "\(arguments): \(result)")
            return result.output
        }

        func keep(_ name: String, as copy: String) throws -> String {
            let target = scratch.path(copy)
            try FileManager.default.copyItem(atPath: "\(data)/\(name)", toPath: target)
            return target
        }

        func receipt(_ index: Int, from server: ServerProcess, as name: String) throws -> String {
            let file = scratch.path(name)
            let result = try Binary.countersign.run([
                "receipt", "\(index)", "--server", server.address, "--token-file", followed.tokenFile, "--out", file,
            ])
            try #require(result.code == 0, "\(result.errors)")
            return file
        }

        func verify(_ what: String, _ file: String, trust: String, _ more: String...) throws -> CommandResult {
            try Binary.verify.run([what, file, "--trust", trust] + more)
        }

        func roles() throws -> [String] {
            try changed("list").split(separator: "\n").map { line in
                line.split(separator: " ").dropFirst().first.map { String($0.dropLast()) } ?? ""
            }
        }

        /// How many keys have their line on the newest head.
        func signatures() throws -> Int {
            let folder = scratch.path(UUID().uuidString)
            try followed.export(to: folder)
            return try SignedNote(parsing: readFile(folder + "/checkpoint")).signatures.count
        }
    }

    @Test func `what libcrypto reads is still there, also where memory that was given back is overwritten`() throws {
        let scratch = try ScratchFolder()
        let passphrase = scratch.path("passphrase")
        try Data("a passphrase\n".utf8).write(to: URL(fileURLWithPath: passphrase))
        // glibc fills what is freed, but not what it keeps for the thread: so it keeps nothing. A debug build gives an
        // array back later than it might; it is a release build that this catches.
        let environment = ["GLIBC_TUNABLES": "glibc.malloc.perturb=90:glibc.malloc.tcache_count=0"]
        for more in [[], ["--passphrase-file", passphrase]] {
            let data = scratch.path("ledger\(more.count)")
            let made = try Binary.countersign.run(
                ["init", "--data", data, "--origin", "log.example.com"] + more, environment: environment)
            #expect(made.code == 0, "\(made)")
            let added = try Binary.countersign.run(
                ["key", "add", "--data", data, "--algorithm", "ecdsa-p256"] + more, environment: environment)
            #expect(added.code == 0, "\(added)")
        }
    }

    @Test func `a new key follows the old beside a running server, and nobody loses sight of the log`() async throws {
        let log = try Log()
        let server = try ServerProcess(data: log.data)
        defer { server.stop() }
        try log.followed.grow(by: 3, at: server.address, label: "before")
        let oldTrust = try log.keep("trust", as: "old.trust")
        let oldReceipt = try log.receipt(3, from: server, as: "old.receipt")
        try log.followed.export(to: log.scratch.path("old-tiles"))
        let oldHead = log.scratch.path("old-tiles/checkpoint")
        let state = log.scratch.path("state")
        #expect(try log.followed.monitor(server.address, state, trust: oldTrust).code == 0)
        func exported(_ name: String) throws -> (file: String, size: UInt64) {
            let file = log.scratch.path(name)
            let result = try Binary.countersign.run(["export", "--data", log.data, "--out", file, "--json"])
            let size = result.output.firstRange(of: /"size":[0-9]+/).flatMap { UInt64(result.output[$0].dropFirst(7)) }
            return (file, try #require(size, "\(result.errors)"))
        }
        let oldPackage = try exported("old.zip")

        // The overlap: either trust file, any note.
        try log.changed("rotate", "--as", "okta:00u1")
        try log.followed.grow(by: 2, at: server.address, label: "between")
        #expect(try log.roles() == ["log", "log"])
        let bothTrust = try log.keep("trust", as: "both.trust")
        let bothReceipt = try log.receipt(6, from: server, as: "both.receipt")
        let bothPackage = try exported("both.zip")
        for trust in [oldTrust, bothTrust] {
            for (what, file) in [("receipt", oldReceipt), ("receipt", bothReceipt), ("package", bothPackage.file)] {
                let result = try log.verify(what, file, trust: trust)
                #expect(result.code == 0, "\(trust), \(file): \(result.output)\(result.errors)")
            }
            #expect(try log.followed.monitor(server.address, state, trust: trust).code == 0)
        }

        // After it: the new trust file; what is older by consistency.
        #expect(try log.changed("retire").contains("log.pem"), "the file to destroy is named")
        try log.followed.grow(by: 2, at: server.address, label: "after")
        #expect(try log.roles() == ["retired", "log"])
        let newTrust = log.data + "/trust"
        #expect(try readFile(newTrust).count < readFile(bothTrust).count)
        let newReceipt = try log.receipt(9, from: server, as: "new.receipt")
        #expect(try log.verify("receipt", newReceipt, trust: newTrust).code == 0)
        #expect(try log.verify("receipt", newReceipt, trust: bothTrust).code == 0)
        #expect(try log.verify("receipt", bothReceipt, trust: newTrust).code == 0)
        let refused = try log.verify("receipt", newReceipt, trust: oldTrust)
        #expect(refused.code == 1 && refused.output.contains("take the new trust file"), "\(refused.output)")
        #expect(try log.verify("receipt", oldReceipt, trust: newTrust).code == 1)
        try log.followed.export(to: log.scratch.path("tiles"))
        let head = log.scratch.path("tiles/checkpoint")
        let first = try Checkpoint(parsing: SignedNote(parsing: readFile(oldHead)).text).head.size
        let last = try Checkpoint(parsing: SignedNote(parsing: readFile(head)).text).head.size
        let client = Client(address: server.address, token: log.followed.ledger.token)
        func proof(from size: UInt64, _ name: String) async throws -> String {
            let proof = try await client.json("/v1/proofs/consistency?first=\(size)&second=\(last)", as: Proof.self)
            try writeFile(Array(proof.hashes.map { $0 + "\n" }.joined().utf8), log.scratch.path(name))
            return log.scratch.path(name)
        }
        let proofFile = try await proof(from: first.value, "proof")
        let packageProof = try await proof(from: oldPackage.size, "package.proof")
        #expect(first.value != oldPackage.size)
        for (what, file, right, wrong) in [
            ("receipt", oldReceipt, proofFile, packageProof), ("package", oldPackage.file, packageProof, proofFile),
        ] {
            let held = try log.verify(what, file, trust: newTrust, "--later", head, "--proof", right)
            #expect(held.code == 0 && held.output.contains("the later head covers this one"), "\(held.output)")
            #expect(try log.verify(what, file, trust: newTrust, "--later", head, "--proof", wrong).code == 1)
            #expect(try log.verify(what, file, trust: oldTrust, "--later", head, "--proof", right).code == 1)
            #expect(try log.verify(what, file, trust: newTrust, "--later", head).code == 2)
        }
        #expect(try log.verify("consistency", oldHead, trust: newTrust, head, "--proof", proofFile).code == 0)
        #expect(try log.verify("log", log.scratch.path("tiles"), trust: newTrust, "--since", oldHead).code == 0)
        #expect(try log.followed.monitor(server.address, state, trust: newTrust).code == 0)
        #expect(try log.followed.monitor(server.address, state, trust: oldTrust).code != 0)
        try Self.expectEntries(log)
    }

    private static func expectEntries(_ log: Log) throws {
        let extract = log.scratch.path("extract")
        _ = try Binary.countersign.run(["export", "--data", log.data, "--extract-only", "--out", extract])
        let changes = try String(contentsOfFile: extract, encoding: .utf8).split(separator: "\n")
            .filter { $0.contains("ledger.key_changed.v1") }
        #expect(changes.count == 2)
        #expect(changes.first?.contains(#""change":"added""#) == true && changes.first?.contains("okta:00u1") == true)
        #expect(changes.last?.contains(#""change":"retired""#) == true)
        let check = try Binary.countersign.run(["check", "--data", log.data])
        #expect(check.code == 0, "heads under the retired key are the log's too: \(check.output)")
    }

    @Test func `keys are changed without a server too, and what cannot be is refused before anything is done`() throws {
        let log = try Log()
        #expect(try log.key("retire").code == 2, "nothing follows it")
        let only = try log.changed("list").prefix(8)
        let refused = try log.key("retire", "--key", String(only))
        #expect(refused.code == 1 && refused.errors.contains("only key"), "\(refused.errors)")
        try log.changed("add", "--algorithm", "ecdsa-p256")
        try log.changed("rotate")
        let third = try log.key("rotate")
        #expect(third.code == 1 && third.errors.contains("under way"), "\(third.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: log.data + "/keys").count == 5, "no file is left")
        #expect(try log.roles() == ["log", "beside", "log"])
        #expect(try log.changed("vkey").split(separator: "\n").count == 2)
        #expect(try log.signatures() == 3)
        try log.changed("retire")
        #expect(try log.changed("vkey").split(separator: "\n").count == 2, "the key and the one beside it")
        let beside = try log.changed("list").split(separator: "\n")[1].prefix(8)
        try log.changed("retire", "--key", String(beside))
        #expect(try log.roles() == ["retired", "retired", "log"])
        #expect(try log.key("retire", "--key", String(beside)).code == 1, "once is enough")
        #expect(try Binary.countersign.run(["check", "--data", log.data]).code == 0)
    }

    @Test func `a change that a crash broke off is finished as the log says, or never was`() throws {
        let log = try Log()
        let signers = log.data + "/keys/signers"
        let (before, trust) = (try readFile(signers), try readFile(log.data + "/trust"))
        func restart() throws { try ServerProcess(data: log.data).stop() }
        try log.changed("rotate")
        let both = String(decoding: try readFile(signers), as: UTF8.self)
        let line = try #require(both.split(separator: "\n").last)
        // The entry is in the log; the list still says that the key is coming, and the trust file knows nothing.
        try writeFile(Array("\(String(decoding: before, as: UTF8.self))coming-\(line)\n".utf8), signers)
        try writeFile(trust, log.data + "/trust")
        try restart()
        #expect(try readFile(signers) == Array(both.utf8))
        #expect(try readFile(log.data + "/trust") != trust)
        // The retirement is in the log, and the list does not know it.
        try log.changed("retire")
        let after = try readFile(signers)
        try writeFile(Array(both.utf8), signers)
        try restart()
        #expect(try readFile(signers) == after && log.roles() == ["retired", "log"])
        // The key's file and line were written, and the process died before the entry.
        let key = try PrivateKey(generating: .ed25519)
        let origin = try #require(log.changed("vkey").split(separator: "+").first)
        let stray = try VerifierKey(name: Array(origin.utf8), key: key.publicKey)
        try writeFile(key.pem(), "\(log.data)/keys/\(stray.keyIDText).pem")
        let coming = "coming-log \(String(decoding: stray.formatted, as: UTF8.self)) \(stray.keyIDText).pem\n"
        try writeFile(after + Array(coming.utf8), signers)
        try restart()
        #expect(try readFile(signers) == after)
        #expect(try Binary.countersign.run(["check", "--data", log.data]).code == 0)
    }

    @Test func `killed at any file that it puts in place, a change of keys is made or was never begun`() throws {
        let log = try Log()
        let shim = try Shim.build("Tests/Faults/kill-at.c", in: log.scratch)
        let whole = log.scratch.path("whole")
        try FileManager.default.copyItem(atPath: log.data, toPath: whole)
        try log.changed("rotate")
        let both = log.scratch.path("both")
        try FileManager.default.copyItem(atPath: log.data, toPath: both)
        for (command, start, before, after) in [
            ("rotate", whole, ["log"], ["log", "log"]), ("retire", both, ["log", "log"], ["retired", "log"]),
        ] {
            var outcomes: Set<[String]> = []
            var step = 1
            while true {
                try FileManager.default.removeItem(atPath: log.data)
                try FileManager.default.copyItem(atPath: start, toPath: log.data)
                let plan = "rename:\((step + 1) / 2)\(step % 2 == 0 ? ":after" : "")"
                let killed = try Binary.countersign.run(
                    ["key", command, "--data", log.data], environment: ["LD_PRELOAD": shim, "KILL_AT": plan])
                if killed.code == 0 { break }
                // Any later order finds out what became of it; this one is refused, and changes nothing else.
                #expect(try log.key("retire", "--key", "ffffffff").errors.contains("no key 'ffffffff' signs"))
                let roles = try log.roles()
                #expect(roles == before || roles == after, "\(command), \(plan): \(roles)")
                outcomes.insert(roles)
                let trust = try TLogPolicy(parsing: readFile(log.data + "/trust"))
                #expect(trust.logs.count == roles.count { $0 == "log" }, "\(command), \(plan)")
                let newest = try readFile(log.data + "/keys/log.vkey").dropLast()
                #expect(try trust.logs.last?.key == VerifierKey(parsing: Array(newest)), "\(command), \(plan)")
                // Either way it can be ordered again.
                if roles == before { try log.changed(command) }
                step += 1
            }
            // A retirement puts its first file in place when its entry is in the log.
            #expect(outcomes == (command == "rotate" ? [before, after] : [after]), "\(command): \(step) places")
        }
        #expect(try Binary.countersign.run(["check", "--data", log.data]).code == 0)
    }

    @Test func `witnesses and addresses of the trust file outlive a change of keys`() throws {
        let log = try Log()
        let witness = try NoteCosigner(name: Array("w".utf8), key: PrivateKey(generating: .ed25519)).verifierKey
        let old = try TLogPolicy(parsing: readFile(log.data + "/trust"))
        let mine = try TLogPolicy(
            logs: old.logs.map { TLogPolicy.Log(key: $0.key, url: Array("https://log.example".utf8)) },
            witnesses: [TLogPolicy.Witness(name: Array("w1".utf8), key: witness)], quorum: Array("w1".utf8))
        try writeFile(mine.formatted, log.data + "/trust")
        try log.changed("rotate")
        let new = try TLogPolicy(parsing: readFile(log.data + "/trust"))
        #expect(new.witnesses == mine.witnesses && new.quorum == mine.quorum)
        #expect(new.logs.count == 2 && new.logs.allSatisfy { $0.url == mine.logs[0].url })
        // One that cannot be read is not written over.
        try writeFile(Array("mine\n".utf8), log.data + "/trust")
        #expect(try log.key("retire").errors.contains("no trust file"))
        #expect(try readFile(log.data + "/trust") == Array("mine\n".utf8))
        // The server serves all the same, and says it.
        try ServerProcess(data: log.data).stop()
        #expect(try String(contentsOfFile: log.data + ".log", encoding: .utf8).contains("no trust file"))
        #expect(try log.roles() == ["log", "log"])
    }

    @Test func `passphrases come from files, hold, can be changed and taken off, and are never said`() throws {
        let log = try Log()
        let (one, two) = (log.scratch.path("one"), log.scratch.path("two"))
        let secrets = ["correct horse battery", "staple it all again"]
        try writeFile(Array("\(secrets[0])\n".utf8), one)
        try writeFile(Array("\(secrets[1])\n".utf8), two)
        var said = try log.changed("set-passphrase", "--new-passphrase-file", one)
        #expect(throws: ServerDidNotStart.self) { try ServerProcess(data: log.data) }
        for refused in [
            try log.key("rotate"), try log.key("rotate", "--passphrase-file", two),
            try log.key("set-passphrase", "--passphrase-file", two, "--new-passphrase-file", two),
            try log.key("set-passphrase"),
            try log.key("set-passphrase", "--no-passphrase", "--new-passphrase-file", one),
        ] {
            #expect(refused.code != 0 && refused.output.isEmpty)
            said += refused.errors
        }
        // Beside a server that was started with it, a new key is protected by the same.
        let server = try ServerProcess(data: log.data, arguments: ["--passphrase-file", one])
        said += try log.changed("rotate", "--passphrase-file", one)
        for command in ["set-passphrase"] {
            said += try log.changed(command, "--passphrase-file", one, "--new-passphrase-file", two)
        }
        server.stop()
        let files = try FileManager.default.contentsOfDirectory(atPath: log.data + "/keys").filter {
            $0.hasSuffix(".pem")
        }
        for file in files {
            let text = String(decoding: try readFile("\(log.data)/keys/\(file)"), as: UTF8.self)
            #expect(files.count == 2 && text.hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----"))
        }
        try ServerProcess(data: log.data, arguments: ["--passphrase-file", two]).stop()
        // Interrupted between the two files, it is run again.
        said += try log.changed("set-passphrase", "--passphrase-file", one, "--new-passphrase-file", two)
        said += try log.changed("set-passphrase", "--passphrase-file", two, "--no-passphrase")
        try ServerProcess(data: log.data).stop()
        said += try String(contentsOfFile: log.data + ".log", encoding: .utf8)
        for secret in secrets { #expect(!said.contains(secret)) }
    }

    @Test func `two algorithms sign one head, and each verifier takes the one that it knows`() throws {
        let scratch = try ScratchFolder()
        let made = try Binary.countersign.run([
            "init", "--data", scratch.path("ledger"), "--origin", "two.example.com", "--algorithm", "ecdsa-p256",
            "--algorithm", "ed25519",
        ])
        try #require(made.code == 0, "\(made.errors)")
        let exported = try Binary.countersign.run(
            ["tiles", "export", scratch.path("tiles"), "--data", scratch.path("ledger")])
        try #require(exported.code == 0, "\(exported.errors)")
        let vkeys = try Binary.countersign.run(["key", "vkey", "--data", scratch.path("ledger")]).output
            .split(separator: "\n")
        #expect(vkeys.count == 2)
        for vkey in vkeys {
            try writeFile(Array("log \(vkey)\nquorum none\n".utf8), scratch.path("trust"))
            let result = try Binary.verify.run(["log", scratch.path("tiles"), "--trust", scratch.path("trust")])
            #expect(result.code == 0, "\(result.output)")
        }
        // A known signature that is bad is fatal, however good the other is.
        var note = String(decoding: try readFile(scratch.path("tiles/checkpoint")), as: UTF8.self)
        let last = try #require(note.dropLast().lastIndex(of: "\n"))
        let middle = note.index(last, offsetBy: 60)
        note.replaceSubrange(middle...middle, with: note[middle] == "A" ? "B" : "A")
        try writeFile(Array(note.utf8), scratch.path("tiles/checkpoint"))
        let bad = try Binary.verify.run(
            ["log", scratch.path("tiles"), "--trust", scratch.path("ledger/trust")])
        #expect(bad.code == 1, "\(bad.output)")
        try writeFile(Array("log \(vkeys[0])\nquorum none\n".utf8), scratch.path("trust"))
        let unknown = try Binary.verify.run(["log", scratch.path("tiles"), "--trust", scratch.path("trust")])
        #expect(unknown.code == 0, "who does not know that key passes over it: \(unknown.output)")
    }
}

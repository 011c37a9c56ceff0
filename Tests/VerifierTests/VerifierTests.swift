import ApprovalEvents
import EvidencePackages
import Foundation
import LedgerCrypto
import MerkleTree
import Reporting
import SignedNotes
import TestLog
import Testing
import Verification

@Suite("countersign-verify") struct VerifierTests {
    let log: TestLog
    let folder: Folder

    init() throws {
        log = try TestLog.threeDays()
        folder = try Folder()
        try folder.write("trust", log.trustFile)
    }

    func verify(_ arguments: String...) throws -> Ran {
        try Command.run(Command.verifier, arguments, in: folder)
    }

    // MARK: receipt

    @Test("says first whom it trusts, then every check, then the whole") func receipt() throws {
        try folder.write("r.json", log.receipt(5).formatted)
        let ran = try verify("receipt", "r.json", "--trust", "trust")
        #expect(ran.code == 0, "\(ran)")
        let lines = ran.output.split(separator: "\n")
        #expect(lines.first?.contains(log.signer.verifierKey.fingerprint) == true)
        #expect(lines.contains { $0.hasPrefix("not checked") && $0.contains("split view") })
        #expect(lines.last == "receipt: holds")
        #expect(!ran.output.contains("\u{1B}") && ran.errors.isEmpty, "no colours, no progress in a pipe")
    }

    @Test("answers with 1 where something fails, and says what") func failing() throws {
        var bytes = try log.receipt(6).formatted
        let place = try #require(bytes.firstRange(of: Array("okta:".utf8))).upperBound
        bytes[place] ^= 1
        try folder.write("r.json", bytes)
        let ran = try verify("receipt", "r.json", "--trust", "trust")
        #expect(ran.code == 1)
        #expect(ran.output.contains("FAILS        the entry is the log's entry 6"))
        try folder.write("r.json", Array("{}".utf8))
        #expect(try verify("receipt", "r.json", "--trust", "trust").code == 1)
    }

    @Test("answers with 4 where something that was asked for could not be checked") func open() throws {
        let action = Story.action("customers")
        let hidden = Disclosure(salt: Array(repeating: 7, count: 16), name: "reason", value: "because")
        func data(_ name: Text, _ value: JSONValue) -> JSONValue {
            var object: JSONObject = [
                "reviewer": Story.human("okta:lee"), "decision": "approve", "action_digest": Story.digest(action),
                "channel": ["kind": "web"],
            ]
            object[name] = value
            return .object(object)
        }
        var log = try TestLog()
        try log.append(
            Story.event(
                "approval.reviewed", data("_sd", [.string(hidden.digest)]), id: "v", subject: "c", time: TestLog.start))
        try folder.write("r.json", log.receipt(1).formatted)
        try folder.write(
            "event.json",
            Story.submission(
                "approval.reviewed", data("reason", "because"), id: "v", subject: "c", time: TestLog.start))
        let ran = try verify("receipt", "r.json", "--trust", "trust", "--event", "event.json")
        #expect(ran.code == 4, "\(ran)")
    }

    @Test("answers with 2 where it could not be asked, and says which file") func usage() throws {
        try folder.write("r.json", log.receipt(5).formatted)
        for (arguments, part) in [
            (["receipt", "none.json", "--trust", "trust"], "none.json"),
            (["receipt", "r.json", "--trust", "nobody"], "nobody"),
            (["receipt", "r.json", "--trust", "r.json"], "r.json: not a trust file"),
            (["receipt", "r.json"], "--trust"), (["receipt"], "file"), (["nonsense"], "nonsense"),
            (["log", "r.json", "--trust", "trust"], "not a folder"),
            (["package", "none.zip", "--trust", "trust"], "none.zip"),
            (["receipt", "r.json", "--trust", "trust", "--bogus"], "bogus"),
            (["log", ".", "--trust", "trust", "--jobs", "0"], "--jobs"),
            (["log", ".", "--trust", "trust", "--jobs", "two"], "--jobs"),
        ] {
            let ran = try Command.run(Command.verifier, arguments, in: folder)
            #expect(ran.code == 2, "\(arguments): \(ran)")
            #expect(ran.errors.contains(part) && ran.output.isEmpty, "\(arguments): \(ran)")
        }
    }

    @Test("teaches with examples and names its exit codes") func help() throws {
        let ran = try verify("--help")
        #expect(ran.code == 0)
        for part in ["countersign-verify receipt", "quorum none", "Exit codes", "4 nothing fails"] {
            #expect(ran.output.contains(part), "\(part)")
        }
        for command in ["receipt", "package", "log", "consistency"] {
            #expect(try verify(command, "--help").code == 0)
        }
    }

    @Test("answers a program in JSON, with the same exit code") func json() throws {
        try folder.write("r.json", log.receipt(5).formatted)
        let ran = try verify("receipt", "r.json", "--trust", "trust", "--json")
        let answer = try #require(JSONValue(parsing: Array(ran.output.utf8)).asObject)
        #expect(answer["verdict"] == "holds" && answer["index"] == 5)
        #expect(answer["checks"]?.asArray?.isEmpty == false)
        try folder.write("other", TestLog(origin: "example.com/other").trustFile)
        let other = try verify("receipt", "r.json", "--trust", "other", "--json")
        #expect(other.code == 1 && other.output.contains("\"verdict\":\"fails\""))
    }

    @Test("prints nothing that moves a terminal, whatever an event says") func terminal() throws {
        var log = try TestLog()
        for event in try Story.approval(Story.hostile, reviewer: "okta:dana", time: TestLog.start) {
            try log.append(event)
        }
        let extract = try log.extract(from: nil, to: nil)
        let package = try EvidencePackage(extract: extract, trust: log.trust, framework: .soc2)
        try folder.write("e.zip", package.archive())
        let ran = try verify("package", "e.zip", "--trust", "trust")
        #expect(ran.output.contains("R03.1") && ran.output.contains("<U+202E>"))
        #expect(!ran.output.unicodeScalars.contains("\u{202E}"))
    }

    // MARK: package

    func writePackage() throws -> EvidencePackage {
        let extract = try log.extract(from: TestLog.start + TestLog.day, to: TestLog.start + 2 * TestLog.day)
        let package = try EvidencePackage(extract: extract, trust: log.trust, framework: .soc2, nonce: "pick-7")
        try folder.write("e.zip", package.archive())
        for (path, bytes) in package.files { try folder.write("unpacked/\(path)", bytes) }
        return package
    }

    @Test("reads a package and its unpacked folder alike") func package() throws {
        _ = try writePackage()
        for path in ["e.zip", "unpacked"] {
            let ran = try verify("package", path, "--trust", "trust", "--nonce", "pick-7")
            #expect(ran.code == 0, "\(ran)")
            #expect(ran.output.contains("package: holds") && ran.output.contains("R03.1 apr_self"))
        }
        #expect(try verify("package", "e.zip", "--trust", "trust", "--nonce", "other").code == 1)
    }

    @Test("answers with 3 for exceptions only where it is told to, and a failure is over all") func exceptions() throws
    {
        let package = try writePackage()
        #expect(try verify("package", "e.zip", "--trust", "trust", "--fail-on-exceptions").code == 3)
        var archive = try package.archive()
        archive[archive.count / 2] ^= 1
        try folder.write("bad.zip", archive)
        #expect(try verify("package", "bad.zip", "--trust", "trust", "--fail-on-exceptions").code == 1)
    }

    // MARK: log and consistency

    @Test("finds the one bit that was changed in a tree") func tree() throws {
        for (path, bytes) in try log.tiles() { try folder.write("tiles/\(path)", bytes) }
        try folder.write("old", log.note(7))
        #expect(try verify("log", "tiles", "--trust", "trust", "--since", "old").code == 0)
        let path = "tile/entries/000.p/\(log.entries.count)"
        var bytes = try #require(try log.tiles()[path])
        bytes[bytes.count - 9] ^= 4
        try folder.write("tiles/\(path)", bytes)
        let ran = try verify("log", "tiles", "--trust", "trust")
        #expect(ran.code == 1)
        #expect(ran.output.contains("entry \(log.entries.count - 1) in \(path) was changed"), "\(ran)")
    }

    @Test("looks at the hashes alone where it is told to, and says what it left out") func hashesOnly() throws {
        for (path, bytes) in try log.tiles() { try folder.write("tiles/\(path)", bytes) }
        let ran = try verify("log", "tiles", "--trust", "trust", "--hashes-only", "--jobs", "2")
        #expect(ran.code == 0, "\(ran)")
        let claims = [
            "every entry is in the one canonical form and valid", "the ledger's clock never falls along them",
        ]
        for claim in claims {
            #expect(ran.output.contains("not checked  \(claim) — only the hashes were asked for"), "\(ran)")
        }
        #expect(ran.output.hasSuffix("hashes of the log: holds\n"))
        let json = try verify("log", "tiles", "--trust", "trust", "--hashes-only", "--json")
        let checks = try JSONValue(parsing: Array(json.output.utf8)).asObject?["checks"]?.asArray ?? []
        let unasked = checks.compactMap(\.asObject).filter { $0["asked"] == false && $0["outcome"] == "not checked" }
        #expect(Set(unasked.compactMap { $0["id"] }) == ["witnesses", "entry-form", "clock"])
        let path = "tile/0/000.p/\(log.entries.count)"
        var bytes = try #require(try log.tiles()[path])
        bytes[33] ^= 1
        try folder.write("tiles/\(path)", bytes)
        #expect(try verify("log", "tiles", "--trust", "trust", "--hashes-only").code == 1)
    }

    @Test("checks that one head extends another") func consistency() throws {
        try folder.write("old", log.note(6))
        try folder.write("new", log.note(13))
        try folder.write("proof", log.consistency(6, 13).lines)
        #expect(try verify("consistency", "old", "new", "--proof", "proof", "--trust", "trust").code == 0)
        #expect(try verify("consistency", "new", "old", "--proof", "proof", "--trust", "trust").code == 1)
    }

    // MARK: what it is made of

    @Test("needs no database, no TLS library and no server") func linkage() throws {
        let ldd = try #require(Command.find("ldd"))
        let ran = try Command.run(ldd, [Command.verifier.path], in: folder)
        #expect(ran.output.contains("libcrypto.so"))
        for library in ["libsqlite3", "libssl", "libcurl", "libFoundationNetworking", "libgnutls", "libFoundation.so"] {
            #expect(!ran.output.contains(library), "\(library)")
        }
    }
}

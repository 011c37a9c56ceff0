import Foundation
import LedgerCrypto
import SignedNotes
import TestMaterial
import Testing

/// A key that never leaves its token: SoftHSM behind the built server.
struct TokenKeyTests {
    private static let module = "/usr/lib/softhsm/libsofthsm2.so"

    /// How OpenSSL comes to a token.
    enum Way: String, CaseIterable {
        case engine, provider

        /// Its library, where OpenSSL looks for it; nil where it is not installed.
        var library: String? {
            let asked = try? runCommand(
                URL(fileURLWithPath: "/usr/bin/openssl"), ["version", self == .engine ? "-e" : "-m"])
            let folder = asked?.output.split(separator: "\"").dropFirst().first ?? ""
            let path = "\(folder)/pkcs11.so"
            return FileManager.default.fileExists(atPath: path) ? path : nil
        }
    }

    private static let installed: [Way] = {
        let tools = ["/usr/bin/softhsm2-util", "/usr/bin/pkcs11-tool", module]
        let missing = tools.filter { !FileManager.default.fileExists(atPath: $0) }
        let ways = missing.isEmpty ? Way.allCases.filter { $0.library != nil } : []
        for way in Way.allCases where !ways.contains(way) {
            let lack = missing.isEmpty ? "OpenSSL has no pkcs11 \(way)" : "missing: \(missing.joined(separator: ", "))"
            print("SKIPPED, NO TOKEN SIGNED ANYTHING THROUGH OPENSSL'S PKCS11 \(way.rawValue.uppercased()): \(lack)")
        }
        return ways
    }()

    /// A token of its own, with keys on P-256.
    private struct Token {
        let scratch: ScratchFolder
        let environment: [String: String]
        let pin = "864219"

        init(_ way: Way) throws {
            scratch = try ScratchFolder()
            let conf = scratch.path("openssl.cnf")
            let tokens = ["SOFTHSM2_CONF": scratch.path("softhsm.conf")]
            environment = way == .engine ? tokens : tokens.merging(["OPENSSL_CONF": conf]) { one, _ in one }
            let provider = """
                openssl_conf = start
                [start]
                providers = providers
                [providers]
                default = own
                pkcs11 = token
                [own]
                activate = 1
                [token]
                pkcs11-module-path = \(module)
                activate = 1

                """
            try writeFile(Array(provider.utf8), conf)
            try FileManager.default.createDirectory(atPath: scratch.path("tokens"), withIntermediateDirectories: true)
            let configuration = "directories.tokendir = \(scratch.path("tokens"))\nlog.level = ERROR\n"
            try writeFile(Array(configuration.utf8), scratch.path("softhsm.conf"))
            try writeFile(Array("\(pin)\n".utf8), scratch.path("pin"))
            try run("softhsm2-util", "--init-token", "--free", "--label", "ledger", "--pin", pin, "--so-pin", "0000")
        }

        /// Keys on a token are told apart by their ids, so each has its own.
        func make(_ object: String) throws {
            try run(
                "pkcs11-tool", "--module", module, "--token-label", "ledger", "--login", "--pin", pin, "--keypairgen",
                "--key-type", "EC:prime256v1", "--label", object, "--id", Digest.sha256(Array(object.utf8)).hex)
        }

        func uri(_ object: String) -> String {
            "pkcs11:token=ledger;object=\(object)?pin-source=file:\(scratch.path("pin"))&module-path=\(module)"
        }

        func countersign(_ arguments: String...) throws -> CommandResult {
            try Binary.countersign.run(arguments, in: scratch.url, environment: environment)
        }

        private func run(_ tool: String, _ arguments: String...) throws {
            // The token's own tools stand on OpenSSL too, and are not to look for a provider that leads to the token.
            let own = environment.filter { $0.key != "OPENSSL_CONF" }
            let result = try runCommand(URL(fileURLWithPath: "/usr/bin/\(tool)"), arguments, environment: own)
            try #require(result.code == 0, "\(tool): \(result.output)\(result.errors)")
        }
    }

    @Test(arguments: installed) func `a token signs the heads of a served log, and another key follows it`(_ way: Way)
        throws
    {
        let token = try Token(way)
        try token.make("first")
        try token.make("second")
        let made = try token.countersign(
            "init", "--data", "log", "--origin", "hsm.example.com", "--key", token.uri("first"))
        try #require(made.code == 0, "\(made.errors)")
        let keys = try FileManager.default.contentsOfDirectory(atPath: token.scratch.path("log/keys"))
        #expect(keys.sorted() == ["log.vkey", "signers"], "no key is in a file")
        let server = try ServerProcess(data: token.scratch.path("log"), environment: token.environment)
        for name in ["a", "b", "c"] {
            let created = try token.countersign("token", "create", "--data", "log", "--name", name, "--role", "read")
            #expect(created.code == 0, "\(created.errors)")
        }
        let rotated = try token.countersign("key", "rotate", "--data", "log", "--key", token.uri("second"))
        #expect(rotated.code == 0, "\(rotated.errors)")
        #expect(try token.countersign("key", "retire", "--data", "log").code == 0)
        #expect(try token.countersign("token", "create", "--data", "log", "--name", "d", "--role", "read").code == 0)
        server.stop()
        #expect(try token.countersign("check", "--data", "log").code == 0)
        #expect(try token.countersign("tiles", "export", "tiles", "--data", "log").code == 0)
        let verified = try Binary.verify.run(
            ["log", token.scratch.path("tiles"), "--trust", token.scratch.path("log/trust")])
        #expect(verified.code == 0, "\(verified.output)")
        let note = try SignedNote(parsing: readFile(token.scratch.path("tiles/checkpoint")))
        #expect(note.signatures.count == 1)
        let vkey = try VerifierKey(parsing: readFile(token.scratch.path("log/keys/log.vkey")).dropLast())
        #expect(vkey.type == .ecdsa)
    }

    @Test(arguments: installed)
    func `a wrong PIN, a missing key and a PIN in the name are refused, and no PIN is said`(_ way: Way) throws {
        let token = try Token(way)
        try token.make("first")
        let wrong = token.scratch.path("wrong")
        try writeFile(Array("975311\n".utf8), wrong)
        let name = "pkcs11:token=ledger;object=first"
        let rest = "&module-path=\(Self.module)"
        for (uri, code) in [
            (name + "?pin-source=file:\(wrong)" + rest, 1), (token.uri("nothing"), 1),
            (name + "?pin-source=file:/nowhere" + rest, 1), (name + ";pin-value=\(token.pin)", 2),
            (name + "?pin-value=\(token.pin)" + rest, 2), (name + "?pin-source=pin" + rest, 2), ("first", 2),
        ] {
            let result = try token.countersign("init", "--data", "log", "--origin", "hsm.example.com", "--key", uri)
            #expect(result.code == code, "\(uri): \(result)")
            if uri == token.uri("nothing") {
                #expect(result.errors.contains(way == .engine ? "pkcs11 engine" : "PKCS#11 provider"))
            }
            for pin in ["975311", token.pin] { #expect(!(result.output + result.errors).contains(pin), "\(uri)") }
            #expect(!FileManager.default.fileExists(atPath: token.scratch.path("log")))
        }
    }
}

import Foundation
import LedgerCrypto
import TestMaterial
import Testing

/// The command that auditors have already.
enum OpenSSLCommand {
    static let url: URL? = ["/usr/bin/openssl", "/usr/local/bin/openssl"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }.map { URL(fileURLWithPath: $0) }

    /// Runs the command in `folder` and gives its standard output; throws with its words when it fails.
    static func run(_ arguments: [String], in folder: URL) throws -> [UInt8] {
        let errors = folder.appendingPathComponent("openssl.errors")
        let process = try ChildProcess(
            #require(url), arguments, in: folder, output: .pipe, errors: .file(errors))
        let data = process.output.readDataToEndOfFile()
        guard process.waitUntilExit() == 0 else {
            throw Failure(words: try String(contentsOf: errors, encoding: .utf8))
        }
        return [UInt8](data)
    }

    struct Failure: Error {
        let words: String
    }

    /// A folder of its own for `body`, removed afterwards.
    static func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("countersign-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }
}

@Suite(
    "The openssl command agrees with us",
    .enabled(if: OpenSSLCommand.url != nil, "the openssl command is not installed: its judgement is skipped"))
struct OpenSSLCommandTests {
    static let message = [UInt8]("log.example\n7\nroot\n".utf8)

    static func write(_ bytes: [UInt8], _ name: String, in folder: URL) throws {
        try Data(bytes).write(to: folder.appendingPathComponent(name))
    }

    static func read(_ name: String, in folder: URL) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
    }

    /// How `sig` is checked over `msg` with `pub.pem`.
    static func verification(_ algorithm: SignatureAlgorithm) -> [String] {
        switch algorithm {
        case .ed25519: ["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "pub.pem", "-sigfile", "sig", "-in", "msg"]
        case .ecdsaP256: ["dgst", "-sha256", "-verify", "pub.pem", "-signature", "sig", "msg"]
        }
    }

    @Test("It reads our keys, plain and encrypted, and verifies our signatures", arguments: SignatureAlgorithm.allCases)
    func oursToTheirs(algorithm: SignatureAlgorithm) throws {
        try OpenSSLCommand.inFolder { folder in
            let key = try PrivateKey(generating: algorithm)
            try Self.write(try key.pem(), "key.pem", in: folder)
            try Self.write(try key.pem(passphrase: [UInt8]("secret".utf8)), "locked.pem", in: folder)
            try Self.write(key.publicKey.pem, "pub.pem", in: folder)
            try Self.write(Self.message, "msg", in: folder)
            try Self.write(try key.sign(Self.message), "sig", in: folder)
            _ = try OpenSSLCommand.run(["pkey", "-in", "key.pem", "-check", "-noout"], in: folder)
            let published = try OpenSSLCommand.run(
                ["pkey", "-in", "locked.pem", "-passin", "pass:secret", "-pubout"], in: folder)
            #expect(published == key.publicKey.pem)
            _ = try OpenSSLCommand.run(Self.verification(algorithm), in: folder)
            try Self.write(Self.message + [0], "msg", in: folder)
            #expect(throws: (any Error).self) { try OpenSSLCommand.run(Self.verification(algorithm), in: folder) }
        }
    }

    @Test("Our encrypted keys name PBKDF2 with HMAC-SHA-256, 600,000 rounds and AES-256-CBC")
    func keyDerivation() throws {
        try OpenSSLCommand.inFolder { folder in
            let key = try PrivateKey(generating: .ed25519)
            try Self.write(try key.pem(passphrase: [UInt8]("secret".utf8)), "locked.pem", in: folder)
            let dump = try OpenSSLCommand.run(["asn1parse", "-in", "locked.pem"], in: folder)
            let words = String(decoding: dump, as: UTF8.self)
            for part in ["PBES2", "PBKDF2", "hmacWithSHA256", "aes-256-cbc", ":0927C0"] {
                #expect(words.contains(part))
            }
        }
    }

    @Test("We read its keys, plain and encrypted, and verify its signatures", arguments: SignatureAlgorithm.allCases)
    func theirsToOurs(algorithm: SignatureAlgorithm) throws {
        try OpenSSLCommand.inFolder { folder in
            let kind =
                algorithm == .ed25519
                ? ["-algorithm", "ed25519"] : ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
            _ = try OpenSSLCommand.run(["genpkey"] + kind + ["-out", "key.pem"], in: folder)
            let key = try PrivateKey(pem: try Self.read("key.pem", in: folder))
            #expect(key.algorithm == algorithm)
            for cipher in [["-v2", "aes-256-cbc"], ["-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA512"], ["-scrypt"]] {
                _ = try OpenSSLCommand.run(
                    ["pkcs8", "-topk8", "-in", "key.pem", "-out", "locked.pem", "-passout", "pass:x"] + cipher,
                    in: folder)
                let locked = try Self.read("locked.pem", in: folder)
                #expect(try PrivateKey(pem: locked, passphrase: [UInt8]("x".utf8)).publicKey == key.publicKey)
                #expect(throws: CryptoError.self) { try PrivateKey(pem: locked, passphrase: [UInt8]("y".utf8)) }
                #expect(throws: CryptoError.self) { try PrivateKey(pem: locked) }
            }
            try Self.write(Self.message, "msg", in: folder)
            let signing =
                algorithm == .ed25519
                ? ["pkeyutl", "-sign", "-rawin", "-inkey", "key.pem", "-in", "msg"]
                : ["dgst", "-sha256", "-sign", "key.pem", "msg"]
            let signature = try OpenSSLCommand.run(signing, in: folder)
            #expect(key.publicKey.isValid(signature: signature, for: Self.message))
            let spki = try OpenSSLCommand.run(["pkey", "-in", "key.pem", "-pubout", "-outform", "DER"], in: folder)
            #expect(try PublicKey(spki: spki) == key.publicKey)
        }
    }
}

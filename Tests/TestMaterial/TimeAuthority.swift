import Foundation

/// A time authority (RFC 3161) of the tests' own, made with the `openssl` command: a CA, and a certificate under it that
/// may stamp.
public struct TimeAuthority: Sendable {
    /// Holds `ca.pem`, which readers are given.
    public let folder: URL
    private let openssl: URL
    private let environment: [String: String]

    public struct Failure: Error {
        public let words: String
    }

    /// The command, where this machine has it.
    public static let command: URL? = ["/usr/bin/openssl", "/usr/local/bin/openssl"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }.map { URL(fileURLWithPath: $0) }

    /// - Parameters:
    ///   - folder: is made; one authority each.
    ///   - days: how long its certificate is valid, from now; below 0 it ended before.
    ///   - digests: what it stamps.
    ///   - accuracy: what it says of its clock, as openssl's configuration does.
    ///   - environment: of its programs: a clock of its own, for instance.
    public init(
        in folder: URL, days: Int = 30, digests: String = "sha256", accuracy: String = "secs:1, millisecs:500",
        environment: [String: String] = [:]
    ) throws {
        guard let openssl = Self.command else { throw Failure(words: "the openssl command is not installed") }
        self.folder = folder
        self.openssl = openssl
        self.environment = environment
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try write("ext", "basicConstraints=CA:false\nextendedKeyUsage=critical,timeStamping\n")
        try write("serial", "01\n")
        try write(
            "ts.cnf",
            """
            [tsa]
            default_tsa = own
            [own]
            serial = \(folder.path)/serial
            signer_cert = \(folder.path)/tsa.pem
            signer_key = \(folder.path)/tsa.key
            signer_digest = sha256
            default_policy = 1.2.3.4.1
            digests = \(digests)
            accuracy = \(accuracy)
            clock_precision_digits = 3
            ordering = yes
            tsa_name = yes
            ess_cert_id_chain = no
            ess_cert_id_alg = sha256

            """)
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        try run(
            ["req", "-x509"] + key + ["-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=A CA", "-days", "3650"])
        try run(["req"] + key + ["-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=A time authority"])
        try run(
            [
                "x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out",
                "tsa.pem",
            ]
                + ["-days", String(days), "-extfile", "ext"])
    }

    public var caFile: String { folder.appendingPathComponent("ca.pem").path }

    /// The answer to a request.
    public func answer(_ request: [UInt8]) throws -> [UInt8] {
        let (query, reply) = ("\(UUID().uuidString).tsq", "\(UUID().uuidString).tsr")
        try Data(request).write(to: folder.appendingPathComponent(query))
        try run(["ts", "-reply", "-queryfile", query, "-out", reply, "-config", "ts.cnf"])
        return [UInt8](try Data(contentsOf: folder.appendingPathComponent(reply)))
    }

    /// Whether `openssl ts -verify` takes an answer for `text`.
    public func accepts(_ answer: [UInt8], for text: [UInt8]) throws -> Bool {
        try Data(answer).write(to: folder.appendingPathComponent("judged.tsr"))
        try Data(text).write(to: folder.appendingPathComponent("judged"))
        do {
            try run(["ts", "-verify", "-in", "judged.tsr", "-data", "judged", "-CAfile", "ca.pem"])
            return true
        } catch is Failure {
            return false
        }
    }

    private func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }

    private func run(_ arguments: [String]) throws {
        let errors = folder.appendingPathComponent("openssl.errors")
        let process = try ChildProcess(openssl, arguments, in: folder, environment: environment, errors: .file(errors))
        guard process.waitUntilExit() == 0 else {
            throw Failure(words: try String(contentsOf: errors, encoding: .utf8))
        }
    }
}

import ApprovalEvents
import ArgumentParser
import Foundation
import LedgerCrypto
import LedgerHTTP
import SignedNotes

/// Which new key.
struct KeyOptions: ParsableArguments {
    @Option(help: "Make a key of this algorithm: ed25519 or ecdsa-p256.")
    var algorithm: String?

    @Option(
        help: ArgumentHelp(
            "Take a key that a token holds, such as pkcs11:token=T;object=O?pin-source=file:/run/pin.",
            valueName: "PKCS11-URI"))
    var key: String?

    static func algorithm(_ name: String) throws -> SignatureAlgorithm {
        guard let algorithm = SignatureAlgorithm(rawValue: name) else {
            throw CommandFailure.usage("--algorithm is ed25519 or ecdsa-p256, not \(name)")
        }
        return algorithm
    }

    static func reference(_ text: String) throws -> KeyReference {
        do { return .token(try PKCS11URI(text)) } catch { throw CommandFailure.usage("--key \(error)") }
    }
}

struct KeyRotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Let a new key follow the log's: an entry announces it, and from now on both sign.",
        discussion: """
            The trust file DIR/trust then lists both keys: give it to everybody who verifies, and give the fingerprint by \
            another way; give the log's witnesses its vkey. Verifiers with the old file go on meanwhile. When all have the \
            new one, `key retire` ends the overlap. \
            Works beside a running server and without one. A new key file is protected by the passphrase of the old.

            Example:

              countersign key rotate --data ledger
              countersign key rotate --data ledger \\
                --key 'pkcs11:token=ledger;object=log-2027?pin-source=file:/run/pin'
            """
    )

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var new: KeyOptions
    @OptionGroup var orderedBy: OperatorOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let added = try await NewKey(ledger: ledger, options: new, orderedBy: orderedBy).add(as: .log)
        let directory = ledger.directory
        output.print(
            added.json,
            or: """
                both keys sign from now on; the new one's fingerprint: \(added.key.fingerprint)
                trust file with both: \(directory.trustFile)
                when everybody has it: countersign key retire --data \(directory.path)
                """)
    }
}

struct KeyAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Have a key of another algorithm sign beside the log's: an entry announces it.",
        discussion: """
            For verifiers who need that algorithm (ECDSA P-256 where only FIPS-approved ones count). Everybody else \
            passes over its signatures. Works beside a running server and without one.

            Example:

              countersign key add --data ledger --algorithm ecdsa-p256
            """
    )

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var new: KeyOptions
    @OptionGroup var orderedBy: OperatorOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        guard new.algorithm != nil || new.key != nil else {
            throw CommandFailure.usage("say which key to add: --algorithm or --key")
        }
        let added = try await NewKey(ledger: ledger, options: new, orderedBy: orderedBy).add(as: .beside)
        output.print(added.json, or: "it signs from now on; its fingerprint: \(added.key.fingerprint)")
    }
}

/// A key that is made or found, and announced.
private struct NewKey {
    let ledger: LedgerOptions
    let options: KeyOptions
    let orderedBy: OperatorOptions

    func add(as role: LogKey.Role) async throws -> (key: VerifierKey, json: JSONObject) {
        let directory = ledger.directory
        let principal = try orderedBy.resolved()
        guard options.key == nil || options.algorithm == nil else {
            throw CommandFailure.usage("a key of a token is of its own algorithm: --key or --algorithm, not both")
        }
        let list = try directory.keyList()
        guard let newest = list.newest else { throw CommandFailure.failed("\(directory.path): the log has no key") }
        let (verifier, reference) = try prepared(after: newest, in: directory)
        var isOrdered = false
        do {
            let json = try await ledger.changingKeys { control in
                isOrdered = true
                var order = orderedBy.order
                order["vkey"] = String(decoding: verifier.formatted, as: UTF8.self)
                order["reference"] = "\(reference)"
                order["role"] = role.rawValue
                return try await control.post("/admin/keys", order)
            } alone: { administration in
                try await administration.add(verifier, at: reference, role: role, by: principal).json
            }
            return (verifier, json)
        } catch {
            // A server that does not answer may take the key all the same, and list it later.
            if !isOrdered || (error as? CommandFailure)?.code != CommandFailure.notReached {
                remove(reference, unlessListed: directory)
            }
            throw error
        }
    }

    /// The key, its file written where it is new.
    private func prepared(
        after newest: LogKey, in directory: LedgerDirectory
    ) throws -> (verifier: VerifierKey, reference: KeyReference) {
        if let text = options.key {
            let reference = try KeyOptions.reference(text)
            do {
                let key = try directory.openKey(reference, passphrase: nil)
                return (try VerifierKey(name: newest.verifier.name, key: key.publicKey), reference)
            } catch {
                throw CommandFailure.failed("cannot use \(text): \(error)")
            }
        }
        let passphrase = try ledger.passphrase()
        // The new file is opened by what opens the old one: the server has no other passphrase.
        for case .file(let name)? in try directory.keyList().signing.map(\.reference) {
            do { _ = try directory.openKey(.file(name), passphrase: passphrase) } catch {
                throw CommandFailure.failed(
                    "\(directory.keysFolder)/\(name) and the new key have one passphrase: \(error)")
            }
        }
        let algorithm = try options.algorithm.map { try KeyOptions.algorithm($0) } ?? newest.verifier.key?.algorithm
        let key = try PrivateKey(generating: algorithm ?? .ed25519)
        let verifier = try VerifierKey(name: newest.verifier.name, key: key.publicKey)
        let name = verifier.keyIDText + ".pem"
        try Files.write(try key.pem(passphrase: passphrase), to: "\(directory.keysFolder)/\(name)")
        return (verifier, .file(name))
    }

    /// A file whose key was not taken goes again; one that the list names stays, whatever was answered.
    private func remove(_ reference: KeyReference, unlessListed directory: LedgerDirectory) {
        guard case .file(let name) = reference, let list = try? directory.keyList(),
            !list.keys.contains(where: { $0.reference == reference })
        else { return }
        try? FileManager.default.removeItem(atPath: "\(directory.keysFolder)/\(name)")
    }
}

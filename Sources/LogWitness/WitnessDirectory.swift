import Glibc
import LedgerCrypto
import MerkleTree
import SignedNotes

/// Why a witness's directory cannot be used.
public enum WitnessDirectoryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was asked cannot be done with what is there.
    case unsuitable(String)
    /// A file is not what it must be: the witness must not sign.
    case damaged(String)
    /// The system refused a file operation. After one while a head was stored, nobody knows what is on the disk.
    case file(String)

    public var description: String {
        switch self {
        case .unsuitable(let what), .damaged(let what), .file(let what): what
        }
    }
}

/// The state of a witness on disk.
///
///     LOCK  keys/witness.pem (0600)  keys/witness.vkey
///     logs/<sha256 of the origin>/log          the origin, then a verifier key a line
///     logs/<sha256 of the origin>/checkpoint   the newest cosigned head: the log's signatures and ours
///     logs/<sha256 of the origin>/fork-<size>/ older, newer, proof: two roots that the log signed for one size
public struct WitnessDirectory: Sendable {
    public let path: String

    public init(_ path: String) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    private var keyFile: String { path + "/keys/witness.pem" }
    private var verifierKeyFile: String { path + "/keys/witness.vkey" }
    private func folder(_ originHash: Digest) -> String { "\(path)/logs/\(originHash.hex)" }

    // MARK: Key

    /// Makes a new witness with a key of its own. Nothing that is there is overwritten.
    /// - Parameter name: names the key; a host name or URL without scheme, under which the witness is known.
    public func create(name: [UInt8], passphrase: [UInt8]? = nil) throws -> VerifierKey {
        let key = try PrivateKey(generating: .ed25519)
        let cosigner: NoteCosigner
        do throws(NoteError) {
            cosigner = try NoteCosigner(name: name, key: key)
        } catch {
            throw WitnessDirectoryError.unsuitable("this cannot name a witness: \(error)")
        }
        let pem = try key.pem(passphrase: passphrase)
        try files { () throws(FileFailure) in
            for folder in [path, path + "/keys", path + "/logs"] { try DurableFile.makeFolder(folder) }
        }
        guard let lock = try lock() else {
            throw WitnessDirectoryError.unsuitable("another process works in \(path)")
        }
        defer { withExtendedLifetime(lock) {} }
        guard try files({ () throws(FileFailure) in try DurableFile.read(keyFile) }) == nil else {
            throw WitnessDirectoryError.unsuitable("\(path) is a witness already: a witness is made in a new directory")
        }
        // The private key is the last: without it there is no witness yet, and `create` may run again.
        try files { () throws(FileFailure) in
            try DurableFile.replace(verifierKeyFile, with: cosigner.verifierKey.formatted + [0x0A])
            try DurableFile.replace(keyFile, with: pem)
        }
        return cosigner.verifierKey
    }

    /// The key under which the cosignatures verify.
    public func verifierKey() throws -> VerifierKey {
        guard let bytes = try files({ () throws(FileFailure) in try DurableFile.read(verifierKeyFile) }) else {
            throw WitnessDirectoryError.unsuitable("\(path) is not a witness's directory: `witness init` makes one")
        }
        do throws(NoteError) {
            return try VerifierKey(parsing: [UInt8](bytes.prefix { $0 != 0x0A }))
        } catch { throw WitnessDirectoryError.damaged("\(verifierKeyFile): \(error)") }
    }

    func cosigner(passphrase: [UInt8]?) throws -> NoteCosigner {
        let verifier = try verifierKey()
        guard let pem = try files({ () throws(FileFailure) in try DurableFile.read(keyFile) }) else {
            throw WitnessDirectoryError.unsuitable("\(keyFile) is missing")
        }
        do {
            let cosigner = try NoteCosigner(name: verifier.name, key: PrivateKey(pem: pem, passphrase: passphrase))
            guard cosigner.verifierKey == verifier else {
                throw WitnessDirectoryError.damaged("\(keyFile) is not the key that \(verifierKeyFile) names")
            }
            return cosigner
        } catch let error as WitnessDirectoryError {
            throw error
        } catch {
            throw WitnessDirectoryError.unsuitable("cannot use \(keyFile): \(error)")
        }
    }

    func lock() throws -> DirectoryLock? {
        try files { () throws(FileFailure) in try DirectoryLock(path + "/LOCK") }
    }

    // MARK: Logs

    /// Witnesses one more log, or a known log's further key. A running server knows it from the next request on.
    public func add(_ key: VerifierKey, of origin: [UInt8]) throws -> WitnessedLog {
        guard try verifierKey().material != key.material else {
            throw WitnessDirectoryError.unsuitable("this is the witness's own key: a witness of itself shows nothing")
        }
        let known = try log(.sha256(origin))
        guard known?.keys.contains(key) != true else { return try known ?? WitnessedLog(origin: origin, keys: [key]) }
        let log: WitnessedLog
        do throws(NoteError) {
            log = try WitnessedLog(origin: origin, keys: (known?.keys ?? []) + [key])
        } catch {
            throw WitnessDirectoryError.unsuitable("cannot witness this log: \(error)")
        }
        let lines = [log.origin] + log.keys.map(\.formatted)
        try files { () throws(FileFailure) in
            try DurableFile.makeFolder(folder(log.originHash))
            try DurableFile.replace(folder(log.originHash) + "/log", with: lines.flatMap { $0 + [0x0A] })
        }
        return log
    }

    /// The log of this origin, nil where it is not witnessed here.
    public func log(_ originHash: Digest) throws -> WitnessedLog? {
        let file = folder(originHash) + "/log"
        guard let bytes = try files({ () throws(FileFailure) in try DurableFile.read(file) }) else { return nil }
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        guard let origin = lines.first, lines.last?.isEmpty == true, Digest.sha256([UInt8](origin)) == originHash else {
            throw WitnessDirectoryError.damaged("\(file) does not begin with the origin that its folder is named for")
        }
        do throws(NoteError) {
            var keys: [VerifierKey] = []
            for line in lines.dropFirst().dropLast() { keys.append(try VerifierKey(parsing: [UInt8](line))) }
            return try WitnessedLog(origin: [UInt8](origin), keys: keys)
        } catch { throw WitnessDirectoryError.damaged("\(file): \(error)") }
    }

    // MARK: Heads

    /// The newest cosigned head's note, nil where none of this log was cosigned.
    public func checkpoint(_ originHash: Digest) throws -> [UInt8]? {
        try files { () throws(FileFailure) in try DurableFile.read(folder(originHash) + "/checkpoint") }
    }

    /// Makes sure that what stands under the log's names is on the disk.
    func flush(_ originHash: Digest) throws {
        try files { () throws(FileFailure) in try DurableFile.flushFolder(of: folder(originHash) + "/checkpoint") }
    }

    /// Durable when this returns.
    func store(_ note: SignedNote, of log: WitnessedLog) throws {
        try files { () throws(FileFailure) in
            try DurableFile.replace(folder(log.originHash) + "/checkpoint", with: note.formatted)
        }
    }

    /// Keeps the proof that a log signed two roots for the size that was cosigned last: once a size, in the form that
    /// `countersign-verify consistency` reads.
    func keepContradiction(_ request: AuthenticRequest) throws {
        let hash = request.log.originHash
        let place = folder(hash) + "/fork-\(request.request.head.size)"
        guard let older = try checkpoint(hash) else { return }
        let newer = try request.signedNote().formatted
        try files { () throws(FileFailure) in
            guard try DurableFile.read(place + "/newer") == nil else { return }
            try DurableFile.makeFolder(place)
            try DurableFile.replace(place + "/older", with: older)
            // Heads of one size need no hashes between them.
            try DurableFile.replace(place + "/proof", with: [])
            try DurableFile.replace(place + "/newer", with: newer)
        }
    }

    private func files<Result>(_ work: () throws(FileFailure) -> Result) throws -> Result {
        do throws(FileFailure) { return try work() } catch { throw WitnessDirectoryError.file(error.description) }
    }
}

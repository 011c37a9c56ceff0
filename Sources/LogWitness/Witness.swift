import LedgerCrypto
import MerkleTree
import SignedNotes

/// Cosigns the heads of logs, each only if it continues the last one it cosigned of that log (C2SP tlog-witness).
///
/// One actor compares and stores, in one step without `await`, and a cosignature leaves only after what it says is
/// durable: of two requests from one size the second finds another size, and after a crash the newest head that was
/// ever answered is there. It blocks on the disk, so it has a thread of its own.
public actor Witness {
    /// The key under which the cosignatures verify.
    public nonisolated let verifierKey: VerifierKey
    /// Says once, with the reason, that the state on disk is unknown; the process has to end.
    nonisolated let failure: AsyncStream<String>

    private nonisolated let directory: WitnessDirectory
    private nonisolated let thread = SerialThread(label: "witness")
    private let failed: AsyncStream<String>.Continuation
    private let cosigner: NoteCosigner
    private let lock: DirectoryLock
    private let now: @Sendable () -> UInt64
    private var isBroken = false
    /// Logs whose stored head is known to survive a power cut.
    private var durable: Set<Digest> = []

    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Opens a witness's directory. One process at a time: throws `unsuitable` while another has it.
    /// - Parameter now: seconds since 1970.
    public init(
        _ directory: WitnessDirectory, passphrase: [UInt8]? = nil, now: @escaping @Sendable () -> UInt64
    ) throws {
        cosigner = try directory.cosigner(passphrase: passphrase)
        guard let lock = try directory.lock() else {
            throw WitnessDirectoryError.unsuitable("another process witnesses from \(directory.path)")
        }
        self.directory = directory
        self.lock = lock
        self.now = now
        verifierKey = cosigner.verifierKey
        (failure, failed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// The newest cosigned head of a log: the log's signatures and ours. `nil` where none was ever cosigned.
    public func checkpoint(_ originHash: Digest) throws -> [UInt8]? {
        guard !isBroken else { throw WitnessDirectoryError.file("the state is unknown since a write failed") }
        return try durableCheckpoint(originHash)
    }

    /// A head that a process before this one renamed into place may not be on the disk yet, and nobody may see what a
    /// power cut could take back: so its folder is flushed before it is first used.
    private func durableCheckpoint(_ originHash: Digest) throws -> [UInt8]? {
        guard let note = try directory.checkpoint(originHash) else { return nil }
        if !durable.contains(originHash) {
            try directory.flush(originHash)
            durable.insert(originHash)
        }
        return note
    }

    /// Answers a request's body: the cosignature, or a `Refusal`. Other errors are the witness's own.
    public nonisolated func answer(_ body: [UInt8]) async throws -> Cosigned {
        let request: AddCheckpointRequest
        do throws(NoteError) {
            request = try AddCheckpointRequest(parsing: body)
        } catch .malformedSignatures(let what) {
            // The request is one; what it lacks is a signature.
            throw Refusal.untrusted(what)
        } catch { throw Refusal.malformed("\(error)") }
        guard let log = try directory.log(.sha256(request.origin)) else { throw Refusal.unknownLog }
        // Signatures are checked beside the actor: only what a log signed may cost it time.
        return try await add(try log.authenticate(request))
    }

    /// Compares, cosigns and stores in one step.
    private func add(_ request: AuthenticRequest) throws -> Cosigned {
        guard !isBroken else { throw WitnessDirectoryError.file("the state is unknown since a write failed") }
        let newest = try newest(of: request.log)
        do throws(Refusal) {
            try request.judge(after: newest?.head)
        } catch {
            // Two signed heads of one size convict the log. That they cannot be kept must not change the answer.
            if request.contradicts(newest?.head) { try? directory.keepContradiction(request) }
            throw error
        }
        // A clock that was set back must not make a later statement look older.
        let time = max(now(), newest?.time ?? 1)
        let text = request.request.note.text
        let signature = try cosigner.cosign(text, at: time)
        let note = try SignedNote(text: text, signatures: request.logSignatures + [signature])
        do {
            try directory.store(note, of: request.log)
        } catch {
            // Old or new may be on the disk, and pages of a failed flush lie: only a new process may look.
            isBroken = true
            failed.yield("\(error)")
            throw error
        }
        return Cosigned(signature: signature, origin: request.log.origin, head: request.request.head)
    }

    private struct Newest {
        let head: TreeHead
        let time: UInt64
    }

    /// The head that was cosigned last. It must carry our own cosignature, or somebody else wrote it.
    private func newest(of log: WitnessedLog) throws -> Newest? {
        guard let bytes = try durableCheckpoint(log.originHash) else { return nil }
        do throws(NoteError) {
            let note = try SignedNote(parsing: bytes)
            _ = try note.verify(with: [verifierKey])
            let checkpoint = try Checkpoint(parsing: note.text)
            guard checkpoint.origin == log.origin else { throw .malformed("it is another log's") }
            let times = note.signatures.filter { $0.name == verifierKey.name && $0.keyID == verifierKey.keyID }
                .compactMap { Cosignature.time(of: $0.signature) }
            return Newest(head: checkpoint.head, time: times.max() ?? 1)
        } catch {
            throw WitnessDirectoryError.damaged(
                "the stored head of '\(String(decoding: log.origin, as: UTF8.self))' cannot be used: \(error)")
        }
    }
}

/// A head that was cosigned and stored.
public struct Cosigned: Hashable, Sendable {
    public let signature: NoteSignature
    public let origin: [UInt8]
    public let head: TreeHead
}

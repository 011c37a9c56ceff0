import Cosigning
import Foundation
import LedgerCrypto
import LedgerEngine
import LogFiles
import MerkleTree
import SignedNotes
import Synchronization

/// A log in files, that grows entry by entry.
final class SmallLog {
    static let origin = Array("test.example/log".utf8)
    let folder: String
    let storage: LogFiles
    let signer: HeadSigner

    init(entries: Int = 1) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("cosigning-\(UUID().uuidString)").path
        let key = try PrivateKey(generating: .ed25519)
        signer = HeadSigner(origin: Self.origin, signers: [try NoteSigner(name: Self.origin, key: key)])
        storage = try LogFiles.create(folder, origin: Self.origin)
        for number in 0..<entries { try grow("entry \(number)") }
    }

    /// A copy of another's files, under the same key.
    init(copying other: SmallLog) throws {
        folder = other.folder + "-copy-\(UUID().uuidString.prefix(4))"
        signer = other.signer
        try FileManager.default.copyItem(atPath: other.folder, toPath: folder)
        storage = try LogFiles.open(folder, origin: Self.origin)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    @discardableResult
    func grow(_ entry: String) throws -> PublishedHead {
        try storage.commit(BatchPlan(appending: [Array(entry.utf8)], to: storage.frontier))
        let head = storage.frontier.head
        let published = PublishedHead(head: head, note: try signer.sign(head))
        try storage.publish(published)
        return published
    }

    var reader: LedgerReader { get throws { try LedgerReader(storage) } }
}

/// A witness that answers as the specification has it, until a test tells it otherwise.
final class ScriptedWitness: Sendable {
    struct State {
        var head: TreeHead?
        var note: [UInt8]?
        var requests: [AddCheckpointRequest] = []
        var behave: (@Sendable (WitnessRequest) async throws -> WitnessReply?)?
    }

    let cosigner: NoteCosigner
    let name: String
    let state = Mutex(State())

    init(_ name: String) throws {
        self.name = name
        cosigner = try NoteCosigner(name: Array("\(name).example".utf8), key: PrivateKey(generating: .ed25519))
    }

    /// How it answers from now on; nil from the closure, or no closure: honestly.
    func behave(_ behave: (@Sendable (WitnessRequest) async throws -> WitnessReply?)?) {
        state.withLock { $0.behave = behave }
    }

    var size: UInt64 { state.withLock { $0.head?.size.value ?? 0 } }
    var asked: [UInt64] { state.withLock { $0.requests.map(\.head.size.value) } }

    func answer(_ request: WitnessRequest) async throws -> WitnessReply {
        if let behave = state.withLock({ $0.behave }), let reply = try await behave(request) { return reply }
        return try honest(request)
    }

    func honest(_ request: WitnessRequest) throws -> WitnessReply {
        guard let body = request.body else {
            guard let note = state.withLock({ $0.note }) else { return reply(404) }
            return WitnessReply(status: 200, mediaType: "text/plain; charset=utf-8", body: note)
        }
        let request = try AddCheckpointRequest(parsing: body)
        return try state.withLock { state in
            state.requests.append(request)
            let newest = state.head?.size ?? .zero
            guard request.oldSize == newest else {
                return WitnessReply(status: 409, mediaType: "text/x.tlog.size", body: Array("\(newest)\n".utf8))
            }
            if let head = state.head, (try? request.proof.verify(from: head, to: request.head)) == nil {
                return reply(422)
            }
            state.head = request.head
            let line = try cosigner.cosign(request.note.text, at: 1_700_000_000)
            state.note = try request.note.adding([line]).formatted
            return WitnessReply(status: 200, mediaType: "text/plain", body: line.line)
        }
    }
}

func reply(_ status: Int, _ body: [UInt8] = []) -> WitnessReply {
    WitnessReply(status: status, mediaType: "text/plain", body: body)
}

/// Witnesses with what runs around them.
struct Town {
    let log: SmallLog
    let witnesses: [ScriptedWitness]
    let heads: HeadWitnesses
    let store: CosignedHeads
    let notes: Notes

    final class Notes: Sendable {
        let lines = Mutex<[String]>([])
        var text: String { lines.withLock { $0.joined(separator: "\n") } }
    }

    static let limits: CosigningLimits = {
        var limits = CosigningLimits()
        limits.answer = .milliseconds(300)
        limits.pace = .zero
        limits.firstPause = .milliseconds(20)
        limits.longestPause = .milliseconds(100)
        return limits
    }()

    /// - Parameter needed: how many must cosign; nil for `quorum none`.
    init(
        _ log: SmallLog, _ witnesses: [ScriptedWitness], needed: Int?, isRestored: Bool = false,
        limits: CosigningLimits = Town.limits
    ) throws {
        self.log = log
        self.witnesses = witnesses
        let lines = witnesses.map {
            TLogPolicy.Witness(
                name: Array($0.name.utf8), key: $0.cosigner.verifierKey, url: Array("http://\($0.name)".utf8))
        }
        let policy = try TLogPolicy(
            logs: log.signer.verifierKeys.map { TLogPolicy.Log(key: $0) }, witnesses: lines,
            groups: needed.map {
                [
                    TLogPolicy.Group(
                        name: Array("enough".utf8), threshold: .atLeast($0),
                        members: witnesses.map { Array($0.name.utf8) })
                ]
            } ?? [], quorum: needed.map { _ in Array("enough".utf8) })
        let notes = Notes()
        self.notes = notes
        store = try CosignedHeads(log.folder)
        heads = try HeadWitnesses(
            try WitnessPlan(policy, logKeys: log.signer.verifierKeys), reader: try log.reader, store: store,
            surroundings: HeadWitnesses.Surroundings(
                exchange: { request in
                    guard let witness = witnesses.first(where: { request.url.hasPrefix("http://\($0.name)/") }) else {
                        return reply(404)
                    }
                    return try await witness.answer(request)
                }, logKeys: { [keys = log.signer.verifierKeys] in keys }, makeHeadsDurable: {},
                note: { note in notes.lines.withLock { $0.append(note) } }),
            isRestored: isRestored, limits: limits)
    }

    @discardableResult
    func grow(_ entry: String = UUID().uuidString) throws -> PublishedHead {
        let head = try log.grow(entry)
        heads.published(head)
        return head
    }

    /// Runs `body` while the witnesses are asked; what `run` throws is thrown where `body` did not throw before.
    func running(_ body: @escaping () async throws -> Void) async throws {
        let heads = heads
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await heads.run() }
            do { try await body() } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}

func bytes(of path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

func write(_ bytes: [UInt8], to path: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

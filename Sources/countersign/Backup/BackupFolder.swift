import ApprovalEvents
import Foundation
import LedgerCrypto
import LedgerEngine
import LedgerHTTP
import LogFiles
import MerkleTree
import SignedNotes

/// What a backup says of itself: `backup.json` in its folder (`schemas/backup.md`). A folder that has it is no ledger to
/// be served.
struct BackupManifest {
    static let name = "backup.json"
    private static let format: Text = "countersign-backup/1"

    let origin: Text
    let size: UInt64
    let root: Text
    let made: Timestamp
    /// Whether the log's private keys are in it.
    let hasKeys: Bool

    init(origin: Text, head: TreeHead, made: Timestamp, hasKeys: Bool) {
        self.origin = origin
        size = head.size.value
        root = Text(head.root.hex)
        self.made = made
        self.hasKeys = hasKeys
    }

    /// Nil where the folder is no backup.
    init?(in folder: String) throws {
        let path = "\(folder)/\(Self.name)"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let object = (try? JSONValue(parsing: Files.read(path), maxDepth: 2))?.asObject
        guard let object, object["format"]?.asString == Self.format, let origin = object["origin"]?.asString,
            let size = object["size"]?.asInteger.flatMap({ UInt64(exactly: $0) }), let root = object["root"]?.asString,
            let made = object["made"]?.asString.flatMap({ Timestamp($0) }), case .bool(let hasKeys)? = object["keys"]
        else { throw CommandFailure.usage("\(path) is no backup's of this version") }
        self.origin = origin
        self.size = size
        self.root = root
        self.made = made
        self.hasKeys = hasKeys
    }

    /// A backup stays what it is: only what is made of it may sign.
    static func requireNone(in directory: LedgerDirectory) throws {
        guard try BackupManifest(in: directory.path) != nil else { return }
        throw CommandFailure.usage(
            "\(directory.path) is a backup: `countersign restore \(directory.path) --data DIR` makes a ledger of it")
    }

    var formatted: [UInt8] { JSONValue.object(json).canonicalBytes + [0x0A] }

    private var json: JSONObject {
        [
            "format": .string(Self.format), "origin": .string(origin), "size": .count(size), "root": .string(root),
            "made": .string(made.ledgerForm), "keys": .bool(hasKeys),
        ]
    }
}

/// Copies a ledger's directory, or a backup of one, into a new folder that is there whole or not at all.
struct LedgerCopy {
    let source: LedgerDirectory
    let target: LedgerDirectory
    /// Whether the log's private keys come along.
    let withKeys: Bool

    /// Makes the folder; `finish` writes what belongs into it beside the copy, before it gets its name.
    func make(_ label: String, finish: (LedgerDirectory, PublishedHead) throws -> Void) throws -> PublishedHead {
        guard !FileManager.default.fileExists(atPath: target.path) else {
            throw CommandFailure.usage("\(target.path) is there already: name a folder that is not")
        }
        let partial = LedgerDirectory(path: "\(target.path).\(getpid()).partial")
        try? FileManager.default.removeItem(atPath: partial.path)
        do {
            let head = try fill(partial, label)
            try finish(partial, head)
            try Files.flush(folder: partial.path)
            guard rename(partial.path, target.path) == 0 else {
                throw CommandFailure.failed("cannot make \(target.path): \(String(cString: strerror(errno)))")
            }
            try Files.flush(folder: URL(fileURLWithPath: target.path).deletingLastPathComponent().path)
            return head
        } catch {
            try? FileManager.default.removeItem(atPath: partial.path)
            guard !(error is CommandFailure) else { throw error }
            throw CommandFailure.failed("\(source.path): \(error)")
        }
    }

    private func fill(_ folder: LedgerDirectory, _ label: String) throws -> PublishedHead {
        let key = try source.verifierKey()
        try Files.makeFolder(folder.path)
        // Before the head: what is found now is of the log up to there.
        try copyFiles("callers", to: folder) { $0.hasSuffix(".json") }
        if FileManager.default.fileExists(atPath: "\(source.path)/timestamps") {
            try copyFiles("timestamps", to: folder) { $0.hasSuffix(".tsr") }
        }
        // Nothing else that lies there: a PIN, a passphrase, an older key under another name.
        try copyFiles("keys", to: folder) {
            $0 == "signers" || $0.hasSuffix(".vkey") || (withKeys && $0.hasSuffix(".pem"))
        }
        for name in ["settings.json", "trust", "witnesses"]
        where FileManager.default.fileExists(atPath: "\(source.path)/\(name)") {
            try Files.write(try Files.read("\(source.path)/\(name)"), to: "\(folder.path)/\(name)")
        }
        var progress = ProgressLine("\(label): MiB copied")
        var backup = try LogBackup(source.path, origin: key.name, to: folder.path) { progress.show(Int($0 >> 20)) }
        let head = try backup.run()
        progress.finish()
        try takeRevocations(to: folder)
        try check(folder, label, head)
        return head
    }

    /// A caller that was revoked since its file was copied: the log that was copied after it may hold the revocation, and
    /// its token must not come back. Where the log does not hold it yet, a start seals it.
    private func takeRevocations(to folder: LedgerDirectory) throws {
        var revoked: [Text: JSONObject] = [:]
        for file in try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/callers") {
            let copied = try Self.caller("\(folder.path)/callers/\(file)")
            guard copied["revocation_sealed"] != .bool(true) else { continue }
            let now = try Self.caller("\(source.path)/callers/\(file)")
            guard now["revoked"] != nil, let id = now["caller"]?.asString else { continue }
            revoked[id] = now
            revoked[id]?["revocation_sealed"] = .bool(false)
        }
        guard !revoked.isEmpty else { return }
        let log = try LedgerReader(PublishedLog(folder.path))
        let type = Array("\"dev.countersign.ledger.caller_changed.v1\"".utf8)
        try log.forEachEntry(in: 0..<log.published.size.value) { _, bytes in
            guard bytes.firstRange(of: type) != nil,
                case .ledgerCallerChanged(let changed) = try LedgerEntry(parsing: bytes).payload,
                changed.change == .revoked
            else { return }
            revoked[changed.caller]?["revocation_sealed"] = .bool(true)
        }
        for (id, caller) in revoked {
            try Files.write(
                JSONValue.object(caller).canonicalBytes + [0x0A], to: "\(folder.path)/callers/\(id).json")
        }
        try Files.flush(folder: "\(folder.path)/callers")
    }

    private static func caller(_ path: String) throws -> JSONObject {
        guard let caller = try JSONValue(parsing: Files.read(path), maxDepth: 4).asObject else {
            throw CommandFailure.failed("\(path) is no caller's")
        }
        return caller
    }

    /// Reads the copy from front to back: every entry, commit, node, offset, head and signature.
    private func check(_ folder: LedgerDirectory, _ label: String, _ head: PublishedHead) throws {
        let keys = try source.keyList().keys.map(\.verifier)
        var findings: [CheckFinding] = []
        var progress = ProgressLine("\(label): entries verified")
        let summary = try LogCheck(folder.path, origin: source.verifierKey().name, keys: keys) {
            if findings.count < 3 { findings.append($0) }
        } progress: {
            progress.show(Int($0))
        }.run()
        progress.finish()
        guard summary.findings == 0, summary.head == head.head else {
            let words = findings.map { "\n\($0)".replacingOccurrences(of: folder.path, with: source.path) }.joined()
            throw CommandFailure.failed("\(source.path) is damaged, and was not copied:\(words)")
        }
    }

    private func copyFiles(_ name: String, to folder: LedgerDirectory, where takes: (String) -> Bool) throws {
        let from = "\(source.path)/\(name)"
        try Files.makeFolder("\(folder.path)/\(name)")
        for file in try FileManager.default.contentsOfDirectory(atPath: from).sorted() where takes(file) {
            guard !file.hasSuffix(".partial") else { continue }
            try Files.write(try Files.read("\(from)/\(file)"), to: "\(folder.path)/\(name)/\(file)")
        }
        try Files.flush(folder: "\(folder.path)/\(name)")
    }
}

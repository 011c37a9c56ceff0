import ApprovalEvents
import Foundation
import LedgerCrypto
import LedgerEngine
import LedgerHTTP
import LogFiles
import MerkleTree
import SignedNotes

/// That a directory was restored from a backup: the file `restored` in it, until the log itself says so.
///
/// While it is there, the ledger signs only after a quorum of witnesses has cosigned its newest head, or after somebody
/// has answered for it by name that nothing was signed after the backup.
struct RestoredMark {
    private static let format: Text = "countersign-restored/1"

    let size: UInt64
    let made: Timestamp
    /// Who says that nothing was signed after the backup; nil: the witnesses have to.
    let answeredFor: PrincipalID?
    private let bytes: [UInt8]
    private let path: String

    static func make(_ backup: BackupManifest, answeredFor: PrincipalID?, in directory: LedgerDirectory) throws {
        var object: JSONObject = [
            "format": .string(format), "size": .count(backup.size), "made": .string(backup.made.ledgerForm),
            // Two restores of one backup are two.
            "restored": .string(Timestamp(milliseconds: SystemClock().now().wall).ledgerForm),
        ]
        object["answered_for"] = answeredFor.map { .string($0.text) }
        try Files.write(JSONValue.object(object).canonicalBytes + [0x0A], to: directory.restoredFile)
    }

    init?(of directory: LedgerDirectory) throws {
        path = directory.restoredFile
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        bytes = try Files.read(path)
        guard let object = (try? JSONValue(parsing: bytes, maxDepth: 2))?.asObject,
            object["format"]?.asString == Self.format,
            let size = object["size"]?.asInteger.flatMap({ UInt64(exactly: $0) }),
            let made = object["made"]?.asString.flatMap({ Timestamp($0) })
        else { throw CommandFailure.failed("\(path) cannot be understood") }
        self.size = size
        self.made = made
        answeredFor = object["answered_for"]?.asString.flatMap { PrincipalID($0) }
    }

    /// Refuses to sign on what may not be the newest history.
    static func requireServable(_ directory: LedgerDirectory, hasQuorum: Bool) throws {
        guard let mark = try RestoredMark(of: directory), !hasQuorum, mark.answeredFor == nil else { return }
        throw CommandFailure.failed(
            """
            \(directory.path) was restored from a backup of \(mark.size) entries, and no quorum of witnesses can say \
            whether that is all that was ever signed. If it is not, serving it would give the log two histories. Name \
            witnesses that have cosigned it (`serve --witnesses POLICY`, with a quorum); or, if nothing was signed after \
            the backup, answer for that: restore again with --is-newest; or begin a new log that cites this one: \
            countersign restore BACKUP --data NEW --new-log ORIGIN
            """)
    }

    /// The restoring as an entry; once it is in the log, the file goes.
    func announcement(at time: Timestamp) throws -> OpenedLedger.Announcement {
        let who = answeredFor.map { "\($0.text) answered for that nothing was signed after it" }
        let detail =
            "restored from a backup of \(size) entries, made at \(made.ledgerForm); "
            + (who ?? "the quorum of witnesses has cosigned its newest head")
        let payload = LedgerRecovered(cause: .restore, detail: Text(detail))
        let id = Text("restored/\(Digest.sha256(bytes).hex.prefix(32))")
        let path = path
        return OpenedLedger.Announcement(try ApprovalEvent.ledger(.ledgerRecovered(payload), id: id, time: time)) {
            try FileManager.default.removeItem(atPath: path)
        }
    }
}

/// The newest head that a log's files hold, for the log that follows it.
struct LastHead {
    let origin: String
    let note: String

    init(of directory: LedgerDirectory) throws {
        let keys = try directory.keyList().keys.map(\.verifier)
        do {
            let published = try LedgerReader(PublishedLog(directory.path)).published
            let note = try SignedNote(parsing: published.note)
            _ = try note.verify(with: keys)
            origin = String(decoding: try Checkpoint(parsing: note.text).origin, as: UTF8.self)
            self.note = String(decoding: published.note, as: UTF8.self)
        } catch {
            throw CommandFailure.failed("\(directory.path): its newest head cannot be cited: \(error)")
        }
    }
}

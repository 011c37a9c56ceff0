import ApprovalEvents
import Foundation
import LedgerCrypto
import MerkleTree

/// What a monitor remembers of a log: the newest head that continued all before it, and how far it has read.
struct MonitorState {
    let newest: SignedHead
    /// How many entries from the first on were hashed and read. Fewer than the head has while there was no token.
    let entriesRead: UInt64
    /// The ledger's time of the last entry that was read.
    let ledgerTime: Timestamp?

    private static let format: Text = "countersign-monitor/1"

    init(newest: SignedHead, entriesRead: UInt64, ledgerTime: Timestamp?) {
        self.newest = newest
        self.entriesRead = entriesRead
        self.ledgerTime = ledgerTime
    }

    /// Reads a state file; `nil` where there is none.
    init?(file: String) throws {
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        let bytes = try Files.read(file)
        do {
            guard let state = try MonitorState(json: JSONValue(parsing: bytes)) else {
                throw CommandFailure.usage("\(file) is no state of a monitor; it starts anew where there is no file")
            }
            self = state
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure.usage("\(file) is no state of a monitor: \(error)")
        }
    }

    private init?(json: JSONValue) throws {
        guard let object = json.asObject, object["format"]?.asString == Self.format,
            let note = object["note"]?.asString,
            let read = object["entries_read"]?.asString.flatMap({ UInt64($0.string) })
        else { return nil }
        let newest = try SignedHead(kept: note.bytes)
        guard read <= newest.head.size.value else { return nil }
        let time = object["ledgertime"]?.asString
        let ledgerTime = time.flatMap { Timestamp($0) }
        guard (time == nil) == (ledgerTime == nil) else { return nil }
        self.init(newest: newest, entriesRead: read, ledgerTime: ledgerTime)
    }

    /// The state as a file.
    var formatted: [UInt8] {
        var object: JSONObject = [
            "format": .string(Self.format), "note": .string(Text(String(decoding: newest.note, as: UTF8.self))),
            "entries_read": .string(Text(String(entriesRead))),
        ]
        if let ledgerTime { object["ledgertime"] = .string(ledgerTime.ledgerForm) }
        return JSONValue.object(object).canonicalBytes + [0x0A]
    }
}

import ApprovalEvents
import Foundation
import LedgerCrypto
import LedgerEngine
import MerkleTree
import SQLiteIndex

/// A directory of its own, gone when the test is.
final class Directory: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("cs-index-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func file(_ name: String) -> String { path + "/" + name }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Rows as an approval log would have them: every subject has a request, two votes and a run.
enum Rows {
    static let start = Timestamp("2026-11-22T03:00:00.000Z")?.milliseconds ?? 0

    static func row(_ position: UInt64) -> IndexRow {
        let kind = position % 4
        let type: Text = ["approval.requested", "approval.reviewed", "approval.reviewed", "action.started"][Int(kind)]
        let reviewer = Text("okta:reviewer-\(position % 3)")
        return IndexRow(
            index: LeafIndex(position), identity: identity(position), type: Text("dev.countersign.\(type.string).v1"),
            subject: Text("apr_\(position / 4)"), actors: [Text("okta:person-\(position % 5)"), reviewer],
            approvers: kind == 1 || kind == 2 ? [reviewer] : [],
            time: Timestamp(milliseconds: start + Int64(position) * 500),
            ledgerTime: time(position))
    }

    static func identity(_ position: UInt64) -> EventIdentity {
        EventIdentity(source: Text("/gateways/\(position % 2)"), id: Text("id-\(position)"))
    }

    /// Two neighbours share each ledgertime.
    static func time(_ position: UInt64) -> Timestamp { Timestamp(milliseconds: start + Int64(position / 2) * 1000) }

    static func rows(_ range: Range<UInt64>) -> [IndexRow] { range.map { row($0) } }

    /// Not a log's root, but one that differs for every size: the index only keeps it.
    static func head(_ size: UInt64) -> TreeHead {
        TreeHead(size: TreeSize(size), root: Digest.sha256(Array("root \(size)".utf8)))
    }

    static func filled(_ path: String, to size: UInt64) throws -> SQLiteIndex {
        let index = try SQLiteIndex(path: path)
        try index.apply(rows(0..<size), head: head(size))
        return index
    }
}

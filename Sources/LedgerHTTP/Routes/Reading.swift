import ApprovalEvents
import HTTPTypes
import LedgerEngine
import MerkleTree
import Verification

/// Entries, their receipts, and the search.
extension LedgerResponder {
    /// The entry itself: a CloudEvents JSON event, byte for byte what the leaf hashes.
    func event(_ index: LeafIndex, _ request: ReadRequest) throws -> Answer {
        _ = try caller(showing: request.credential, with: .read)
        _ = try Query(request.query, names: [])
        return Answer(.ok, MediaType.cloudEvent, .foreverPrivate, try ledger.reader.entryBytes(at: index))
    }

    /// A receipt under the newest head, which has its quorum where one is asked for. Readers and auditors get any; a
    /// submitter gets those of its own entries, and for all others, there or not, the same refusal.
    func receipt(_ index: LeafIndex, _ request: ReadRequest) throws -> Answer {
        let caller = try caller(showing: request.credential, with: .read, .submit)
        let wish = try Query(request.query, names: ["disclosures"]).value("disclosures", "'all' or 'none'") {
            DisclosureWish(rawValue: $0)
        }
        func isOwn() throws -> Bool {
            let isPublished = index.value < ledger.reader.published.size.value
            return try isPublished && ledger.reader.entry(at: index).caller == caller.id.text
        }
        guard try caller.has(.read) || isOwn() else {
            throw Problem(.roleRequired, "this takes the role read: the entry is not one that this caller submitted")
        }
        let head = try ledger.shownHead()
        if index.value >= head.size.value, index.value < ledger.reader.published.size.value {
            throw Problem.notCosigned(index)
        }
        let parts = try ledger.reader.receipt(for: index, under: head)
        // Whose entry it is matters only where something can be shown, or was asked for.
        let mayDisclose =
            try wish == .all || wish == nil && !parts.disclosures.isEmpty ? caller.has(.audit) || isOwn() : false
        if wish == .all, !mayDisclose {
            throw Problem(.roleRequired, "what an entry concealed is shown to its submitter and to the role audit")
        }
        let receipt = Receipt(parts, disclosing: mayDisclose)
        return Answer(.ok, MediaType.json, .none, receipt.formatted)
    }

    private enum DisclosureWish: String {
        case all, none
    }

    /// `?subject=&type=&actor=&approver=&from=&to=&after=&limit=`: entries in log order, a page at a time.
    func search(_ request: ReadRequest) throws -> Answer {
        _ = try caller(showing: request.credential, with: .read)
        let query = try Query(
            request.query, names: ["subject", "type", "actor", "approver", "from", "to", "after", "limit"])
        let time = "a time like 2026-11-22T03:00:00Z"
        let most = configuration.limits.pageEvents
        let limit = try query.value("limit", "a number from 1 to \(most)") { Self.count($0, most: most) }
        let page = try ledger.index.search(
            EventQuery(
                subject: query["subject"], type: query["type"], actor: query["actor"], approver: query["approver"],
                from: try query.value("from", time) { Timestamp(Text($0)) },
                to: try query.value("to", time) { Timestamp(Text($0)) },
                after: try query.value("after", "a position in canonical decimal form") { LeafIndex(canonical: $0) },
                below: ledger.reader.published.size, limit: limit ?? min(100, most)))
        return Answer(.ok, MediaType.json, .none, try body(of: page))
    }

    private static func count(_ text: String, most: Int) -> Int? {
        guard let count = Int(text), String(count) == text, (1...most).contains(count) else { return nil }
        return count
    }

    /// Writes `{"events":[{"entry":…,"index":…}…],"next":…}` with the entries' own bytes. A page ends before it
    /// grows too long; its cursor then says from where to go on.
    private func body(of page: EventPage) throws -> [UInt8] {
        var bytes = Array("{\"events\":[".utf8)
        var next = page.next
        for (place, index) in page.indexes.enumerated() {
            if place > 0 {
                if bytes.count > configuration.limits.pageBytes {
                    next = page.indexes[place - 1]
                    break
                }
                bytes.append(UInt8(ascii: ","))
            }
            bytes += Array("{\"entry\":".utf8)
            bytes += try ledger.reader.entryBytes(at: index)
            bytes += Array(",\"index\":\(index.value)}".utf8)
        }
        bytes += Array("]".utf8)
        if let next { bytes += Array(",\"next\":\(next.value)".utf8) }
        return bytes + Array("}".utf8)
    }
}

extension Receipt {
    init(_ parts: ReceiptParts, disclosing: Bool) {
        self.init(
            entry: parts.entry, disclosures: disclosing ? parts.disclosures.map(\.text) : [], proof: parts.proof)
    }
}

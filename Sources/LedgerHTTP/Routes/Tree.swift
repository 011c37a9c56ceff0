import ApprovalEvents
import HTTPTypes
import LedgerCrypto
import LedgerEngine
import MerkleTree
import SignedNotes

/// The static read interface (C2SP tlog-tiles) and the proofs: all of it hashes, but for the entry bundles.
extension LedgerResponder {
    /// The newest head that has its quorum, where one is asked for.
    func checkpoint(_ request: ReadRequest) throws -> Answer {
        _ = try Query(request.query, names: [])
        try checkTreeAccess(request)
        return Answer(.ok, MediaType.note, .moment, try ledger.shownHead().note)
    }

    /// A hash tile or an entry bundle, full or partial. Any width up to what the published tree has is served, so
    /// that the partial tiles of every size that ever was published stay there.
    func tile(_ path: String, _ request: ReadRequest) throws -> Answer {
        _ = try Query(request.query, names: [])
        switch TilePath(parsing: path.utf8) {
        case .hashes(let address)?:
            try checkTreeAccess(request)
            guard let bytes = try ledger.reader.tile(address) else {
                throw Problem(.notFound, "the log has no such tile yet")
            }
            return Answer(.ok, MediaType.binary, configuration.hasPublicTree ? .forever : .foreverPrivate, bytes)
        case .entries(let index, let width)?:
            _ = try caller(showing: request.credential, with: .read)
            guard let bytes = try ledger.reader.bundle(index, width: width) else {
                throw Problem(.notFound, "the log has no such bundle yet")
            }
            return Answer(.ok, MediaType.binary, .foreverPrivate, bytes)
        case nil:
            throw Problem(
                .notFound,
                "this is no tile's path: tile/<level>/<index>[.p/<width>] or tile/entries/<index>[.p/<width>]")
        }
    }

    /// `?index=&size=`: without `size`, under the published head.
    func inclusionProof(_ request: ReadRequest) throws -> Answer {
        let query = try Query(request.query, names: ["index", "size"])
        let index = try query.required("index", "a position in canonical decimal form") { LeafIndex(canonical: $0) }
        let asked = try query.value("size", "a size in canonical decimal form") { TreeSize(canonical: $0) }
        try checkTreeAccess(request)
        let size = asked ?? ledger.reader.published.size
        try checkPublished(size)
        guard index.value < size.value else {
            throw Problem(.malformedRequest, "the index has to be below the size \(size)")
        }
        let proof = try ledger.reader.inclusionProof(index: index, size: size)
        return Answer(
            .ok, MediaType.json, asked == nil ? .none : .forever,
            Self.body(proof.hashes, "\"index\":\(index.value),\"size\":\(size.value)"))
    }

    /// `?first=&second=`: without `second`, to the published head.
    func consistencyProof(_ request: ReadRequest) throws -> Answer {
        let query = try Query(request.query, names: ["first", "second"])
        let first = try query.required("first", "a size in canonical decimal form") { TreeSize(canonical: $0) }
        let asked = try query.value("second", "a size in canonical decimal form") { TreeSize(canonical: $0) }
        try checkTreeAccess(request)
        let second = asked ?? ledger.reader.published.size
        try checkPublished(second)
        guard (1...second.value).contains(first.value) else {
            throw Problem(.malformedRequest, "the first size has to be from 1 to the second size, \(second)")
        }
        let proof = try ledger.reader.consistencyProof(first: first, second: second)
        return Answer(
            .ok, MediaType.json, asked == nil ? .none : .forever,
            Self.body(proof.hashes, "\"second\":\(second.value)", before: "\"first\":\(first.value),"))
    }

    private func checkPublished(_ size: TreeSize) throws(Problem) {
        guard size.value >= 1, size <= ledger.reader.published.size else {
            throw Problem(.notFound, "the log has published sizes up to \(ledger.reader.published.size)")
        }
    }

    static func number(_ value: UInt64) -> JSONValue { .number(JSONNumber(Int64(clamping: value))) }

    /// A proof's hashes between other members, in canonical form: the text is written where it will stand, for there are
    /// up to 63 hashes and base64 has nothing to escape.
    private static func body(_ hashes: [Digest], _ after: String, before: String = "") -> [UInt8] {
        var body = Array("{\(before)\"hashes\":[".utf8)
        body.reserveCapacity(body.count + 47 * hashes.count + after.utf8.count + 4)
        for (place, hash) in hashes.enumerated() {
            if place > 0 { body.append(UInt8(ascii: ",")) }
            body.append(UInt8(ascii: "\""))
            Base64.append(hash, to: &body)
            body.append(UInt8(ascii: "\""))
        }
        body += "],".utf8
        body += after.utf8
        body.append(UInt8(ascii: "}"))
        return body
    }
}

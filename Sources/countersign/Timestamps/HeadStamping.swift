import ApprovalEvents
import LedgerCrypto
import LedgerEngine
import LogFiles
import MerkleTree
import SignedNotes
import Verification

/// Has a log's newest head stamped, and keeps the answer beside the log.
struct HeadStamping: Sendable {
    let authority: TimestampAuthority
    let folder: TimestampFolder

    /// A head with its timestamp.
    struct Stamped {
        let head: TreeHead
        let token: TimestampToken
        /// False where it was there already.
        let isNew: Bool

        var time: Timestamp { Timestamp(milliseconds: token.time) }
    }

    /// Stamps the published head, unless it is stamped.
    func stampNewest(_ reader: LedgerReader) async throws -> Stamped {
        let published = reader.published
        let checkpoint = try Checkpoint(parsing: try SignedNote(parsing: published.note).text)
        let imprint = Digest.sha256(checkpoint.formatted)
        let answer = try folder.answer(for: published.size)
        if let answer, let token = try kept(answer, imprint, published.size) {
            return Stamped(head: published.head, token: token, isNew: false)
        }
        let token = try await authority.stamp(imprint)
        try requireAfterEntries(token, reader, published.size)
        let isNew = try folder.add(token.der, for: published.size, replacing: answer)
        return Stamped(head: published.head, token: token, isNew: isNew)
    }

    /// Nil where there is a CA file and the answer, taken once without one perhaps, does not verify under it: one that does
    /// may replace it.
    private func kept(_ answer: [UInt8], _ imprint: Digest, _ size: TreeSize) throws -> TimestampToken? {
        do throws(TimestampError) {
            let token = try TimestampToken(parsing: answer)
            try token.requireImprint(imprint)
            if let roots = authority.roots { try token.verify(imprint: imprint, under: roots) }
            return token
        } catch {
            guard authority.roots == nil else { return nil }
            throw CommandFailure.failed("timestamps/\(size).tsr is not the timestamp of that head: \(error)")
        }
    }

    /// A head cannot have been seen before its last entry was sealed.
    private func requireAfterEntries(_ token: TimestampToken, _ reader: LedgerReader, _ size: TreeSize) throws {
        guard size.value > 0 else { return }
        let sealed = try reader.entry(at: LeafIndex(size.value - 1)).ledgerTime
        do {
            try HeadTimestamp.require(token, after: sealed)
        } catch {
            throw CommandFailure.failed("the timestamp of \(authority.address) is not kept: \(error)")
        }
    }

    /// When the last stamp was made; nil where there is none, or it cannot be read.
    func newestTime() throws -> Int64? {
        guard let size = try folder.sizes().last, let answer = try folder.answer(for: size) else { return nil }
        return (try? TimestampToken(parsing: answer))?.time
    }
}

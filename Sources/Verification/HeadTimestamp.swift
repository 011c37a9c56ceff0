import ApprovalEvents
import LedgerCrypto
import MerkleTree
import SignedNotes

/// A timestamp (RFC 3161) of a head: what a time authority signed over the head's text (`schemas/timestamps.md`).
public enum HeadTimestamp {
    /// Checks that an answer stamps the head of `origin`, and that an authority under `roots` signed it.
    public static func verify(
        _ answer: [UInt8], of head: TreeHead, origin: [UInt8], under roots: TimestampRoots
    ) throws(TimestampError) -> TimestampToken {
        let token = try TimestampToken(parsing: answer)
        guard let text = try? Checkpoint(origin: origin, head: head).formatted else {
            throw .contradiction("the head is none that a log could sign")
        }
        try token.verify(imprint: .sha256(text), under: roots)
        return token
    }

    /// The check of all timestamps that lie beside something: one line, whatever their number.
    static func check(_ stamped: Stamped, _ trouble: Trouble) -> Check {
        let claim =
            stamped.newest.map { newest in
                "time authorities of the CA file stamped \(stamped.count) heads: the one of \(newest.size) entries existed "
                    + "at \(Timestamp(milliseconds: newest.time).ledgerForm)"
            } ?? Self.claim
        return Check(id, claim, trouble.outcome)
    }

    static let id = "timestamps"
    static let claim = "time authorities of the CA file stamped heads of this log"

    /// What was found good.
    struct Stamped {
        var count = 0
        var newest: (size: TreeSize, time: Int64)?

        mutating func note(_ size: TreeSize, _ time: Int64) {
            count += 1
            if newest.map({ size > $0.size }) ?? true { newest = (size, time) }
        }
    }

    static func notChecked(_ reason: String, isAsked: Bool = true) -> Check {
        Check(id, claim, .notChecked(reason: reason), isAsked: isAsked)
    }
}

extension HeadTimestamp {
    /// How far the authority's clock and the ledger's may be apart, in milliseconds.
    private static let tolerance: Int64 = 60_000

    /// Refuses a timestamp from before the head's last entry was sealed, which nobody can have seen.
    public static func require(_ token: TimestampToken, after sealed: Timestamp) throws(TimestampError) {
        guard sealed.milliseconds <= token.time + (token.accuracy ?? 0) / 1_000 + tolerance else {
            throw TimestampError.contradiction(
                "it says \(Timestamp(milliseconds: token.time).ledgerForm), and the head's last entry was sealed at "
                    + "\(sealed.ledgerForm): one of the two clocks is wrong")
        }
    }
}

extension LogTree {
    /// Checks the timestamps of heads that a verified tree covers: each is of the head that this tree had at its size,
    /// signed by an authority under `roots`, and not from before that head's last entry was sealed.
    ///
    /// - Parameters:
    ///   - answers: the files `timestamps/<size>.tsr`.
    ///   - roots: the reader's CA file; without one nothing is checked, and nobody asked for it.
    ///   - verdict: what `verify` found of the same tree.
    /// - Returns: nil where there is nothing to say.
    public func checkTimestamps(
        _ answers: [TreeSize: [UInt8]], under roots: TimestampRoots?, of verdict: LogTreeVerdict
    ) throws -> Check? {
        guard let roots else {
            return answers.isEmpty
                ? nil : HeadTimestamp.notChecked("there are \(answers.count), and no CA file", isAsked: false)
        }
        guard let head = verdict.head, ["files", "entries", "tiles"].allSatisfy({ verdict.report[$0] == .holds }) else {
            return HeadTimestamp.notChecked("the log here does not lead to its signed head")
        }
        guard !answers.isEmpty else { return HeadTimestamp.notChecked("there is no timestamp") }
        var (stamped, trouble) = (HeadTimestamp.Stamped(), Trouble())
        for (size, answer) in answers.sorted(by: { $0.key < $1.key }) {
            do {
                let token = try verifyTimestamp(answer, at: size, roots, head)
                stamped.note(size, token.time)
            } catch let error as TimestampError {
                trouble.note("timestamps/\(size).tsr: \(error)")
            }
        }
        return HeadTimestamp.check(stamped, trouble)
    }

    private func verifyTimestamp(
        _ answer: [UInt8], at size: TreeSize, _ roots: TimestampRoots, _ head: TrustedHead
    ) throws -> TimestampToken {
        guard let earlier = try self.head(at: size, in: head.head) else {
            throw TimestampError.contradiction("this log has no head of \(size) entries")
        }
        let token = try HeadTimestamp.verify(answer, of: earlier, origin: head.origin, under: roots)
        if let sealed = try ledgerTime(before: size, in: head.head) {
            try HeadTimestamp.require(token, after: sealed)
        }
        return token
    }

    /// The head that this tree had at a size; nil beyond its own.
    private func head(at size: TreeSize, in head: TreeHead) throws -> TreeHead? {
        guard size.value > 0, let plan = TileRead(Frontier.addresses(for: size), size: head.size) else { return nil }
        var broken = Trouble()
        let files = LogTreeFiles(read)
        let tiles = try plan.tiles.compactMap {
            try files.tile(LogTreePlace(level: $0.level, index: $0.index), width: $0.width, &broken)
        }
        return plan.nodes(from: tiles).flatMap { Frontier(size: size, hashes: $0) }?.head
    }

    /// When the last entry of a head was sealed; nil where it cannot be read.
    private func ledgerTime(before size: TreeSize, in head: TreeHead) throws -> Timestamp? {
        let index = size.value - 1
        var broken = Trouble()
        let width = Int(min(256, head.size.value - index / 256 * 256))
        let entries = try LogTreeFiles(read).bundle(index / 256, width: width, &broken)
        return entries.flatMap { try? LedgerEntry(parsing: Array($0[Int(index % 256)])).ledgerTime }
    }
}

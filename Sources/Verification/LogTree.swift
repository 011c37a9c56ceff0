import ApprovalEvents
import LedgerCrypto
import MerkleTree
import SignedNotes

/// A log as files: a C2SP tlog-tiles tree. `read` gives the bytes at a path below its root, nil where there is no
/// such file. The files may lie anywhere; this module opens none.
public struct LogTree {
    public let read: (_ path: String) throws -> [UInt8]?

    public init(read: @escaping (_ path: String) throws -> [UInt8]?) {
        self.read = read
    }
}

/// What a log tree was found to be.
public struct LogTreeVerdict: Sendable {
    public let report: VerificationReport
    public let head: TrustedHead?
}

extension LogTree {
    /// Re-hashes every entry and compares every tile (`countersign-verify log`).
    ///
    /// Every file that the head needs is read once. What is wrong is named: the file, the tile, the entry. The signed
    /// root decides which of two files that disagree is the wrong one, where one side still leads to it.
    ///
    /// - Parameters:
    ///   - since: an older signed note of the same log, which the head must extend.
    ///   - progress: told the number of entries hashed so far and in all, once for each bundle.
    public func verify(
        under trust: TLogPolicy, since: [UInt8]? = nil, progress: (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }
    ) throws -> LogTreeVerdict {
        var report = VerificationReport()
        guard let note = try read("checkpoint") else {
            report.add("log-signature", "the tree has a signed head", .fails(reason: "there is no file `checkpoint`"))
            return LogTreeVerdict(report: report, head: nil)
        }
        let head = TrustedHead.read(note, under: trust, into: &report)
        var earlier: TrustedHead?
        if let since {
            var sub = VerificationReport()
            earlier = TrustedHead.read(since, under: trust, into: &sub)
            report.add(
                "since-signature", "a log key of the trust file signed the earlier head",
                sub["log-signature"] ?? .notChecked(reason: "it was not read"))
        }
        guard let head else {
            report.add("entries", "every entry is the one that was signed", .notChecked(reason: "there is no head"))
            return LogTreeVerdict(report: report, head: nil)
        }
        var walk = LogTreeWalk(tree: self, head: head.head, earlier: earlier?.head.size)
        try walk.run(progress: progress)
        walk.judge(into: &report)
        if since != nil { report.add(walk.consistency(from: earlier, to: head)) }
        return LogTreeVerdict(report: report, head: head)
    }
}

extension LogTreeWalk {
    /// Whether the tree that was hashed here had the earlier head's root at the earlier head's size.
    fileprivate func consistency(from earlier: TrustedHead?, to head: TrustedHead) -> Check {
        let claim = earlier.map { "the log only grew since its head of \($0.head.size) entries" }
        func check(_ outcome: Outcome) -> Check {
            Check("consistency", claim ?? "the log only grew since the earlier head", outcome)
        }
        guard let earlier else { return check(.notChecked(reason: "there is no verified earlier head")) }
        guard earlier.origin == head.origin else { return check(.fails(reason: "the earlier head is of another log")) }
        guard earlier.head.size <= head.head.size else {
            return check(.fails(reason: "the earlier head is larger than this one: the log was rolled back"))
        }
        guard entriesLeadToRoot else {
            return check(.notChecked(reason: "the entries here do not lead to the signed head"))
        }
        return check(
            earlierRoot == earlier.head.root
                ? .holds : .fails(reason: "at that size this log has another root: history was rewritten"))
    }
}

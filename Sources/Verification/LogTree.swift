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

/// A `LogTree` whose files may be read from several threads at once.
public struct SharedLogTree: Sendable {
    public let read: @Sendable (_ path: String) throws -> [UInt8]?

    public init(read: @escaping @Sendable (_ path: String) throws -> [UInt8]?) {
        self.read = read
    }
}

/// How far into a log tree is looked.
public enum LogTreeScope: Hashable, Sendable {
    /// Every hash, and every entry: its canonical form, the vocabulary, the clock.
    case everything
    /// Every hash. What the entries say is not read: those checks are `notChecked`, and as nobody asked for them, they
    /// do not count in the verdict.
    case hashes
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
        under trust: TLogPolicy, since: [UInt8]? = nil, scope: LogTreeScope = .everything,
        progress: (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }
    ) throws -> LogTreeVerdict {
        var heads = LogTreeHeads(note: try read("checkpoint"), since: since, under: trust)
        guard var walk = heads.walk(scope: scope) else { return heads.verdict }
        for number in 0..<walk.sections.count {
            let section = walk.sections[number]
            walk.take(try section.findings(read), of: section, progress: progress)
        }
        try walk.finish(read)
        return heads.verdict(of: walk)
    }
}

extension SharedLogTree {
    /// The same as `LogTree.verify`, on several threads: the same files are read once, the same is found, and it is
    /// reported in the same order.
    ///
    /// A few sections of the log are out at a time, each with one bundle in memory, so the memory that this takes does
    /// not grow with the log but for 64 bytes a bundle.
    ///
    /// - Parameter jobs: how many sections are looked at at once; at least 1. More than there are cores is of no use.
    public func verify(
        under trust: TLogPolicy, since: [UInt8]? = nil, scope: LogTreeScope = .everything, jobs: Int,
        progress: (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }
    ) async throws -> LogTreeVerdict {
        var heads = LogTreeHeads(note: try read("checkpoint"), since: since, under: trust)
        guard var walk = heads.walk(scope: scope) else { return heads.verdict }
        let (read, sections) = (read, walk.sections)
        try await withThrowingTaskGroup(of: (Int, LogTreeFindings).self) { group in
            var waiting: [Int: LogTreeFindings] = [:]
            var (begun, taken) = (0, 0)
            while taken < sections.count {
                // None is begun far ahead of one that is slow, for what was found waits for its turn in memory.
                while begun < sections.count, begun < taken + 4 * jobs, begun - taken - waiting.count < jobs {
                    let (number, section) = (begun, sections[begun])
                    group.addTask { (number, try section.findings(read)) }
                    begun += 1
                }
                guard let (number, found) = try await group.next() else { break }
                waiting[number] = found
                while let found = waiting.removeValue(forKey: taken) {
                    walk.take(found, of: sections[taken], progress: progress)
                    taken += 1
                }
            }
        }
        try walk.finish(read)
        return heads.verdict(of: walk)
    }
}

/// The heads that a tree is held against, and what was found of them.
private struct LogTreeHeads {
    private var report = VerificationReport()
    private var head: TrustedHead?
    private var earlier: ClaimedHead?
    private let hasSince: Bool

    init(note: [UInt8]?, since: [UInt8]?, under trust: TLogPolicy) {
        hasSince = since != nil
        guard let note else {
            report.add("log-signature", "the tree has a signed head", .fails(reason: "there is no file `checkpoint`"))
            return
        }
        head = TrustedHead.read(note, under: trust, into: &report)
        if let since {
            earlier = ClaimedHead.read(older: since, "since", under: trust, into: &report)
        }
        if head == nil {
            report.add("entries", "every entry is the one that was signed", .notChecked(reason: "there is no head"))
        }
    }

    /// The walk that the head asks for; nil without one.
    func walk(scope: LogTreeScope) -> LogTreeWalk? {
        head.map { LogTreeWalk(head: $0.head, earlier: earlier?.head.size, scope: scope) }
    }

    var verdict: LogTreeVerdict { LogTreeVerdict(report: report, head: head) }

    mutating func verdict(of walk: LogTreeWalk) -> LogTreeVerdict {
        walk.judge(into: &report)
        if hasSince, let head { report.add(consistency(of: walk, with: head)) }
        return verdict
    }

    /// Whether the tree that was hashed here had the earlier head's root at the earlier head's size.
    private func consistency(of walk: LogTreeWalk, with head: TrustedHead) -> Check {
        let claim = earlier.map { "the log only grew since its head of \($0.head.size) entries" }
        func check(_ outcome: Outcome) -> Check {
            Check("consistency", claim ?? "the log only grew since the earlier head", outcome)
        }
        guard let earlier else { return check(.notChecked(reason: "there is no verified earlier head")) }
        guard earlier.origin == head.origin else { return check(.fails(reason: "the earlier head is of another log")) }
        guard earlier.head.size <= head.head.size else {
            return check(.fails(reason: "the earlier head is larger than this one: the log was rolled back"))
        }
        guard walk.entriesLeadToRoot else {
            return check(.notChecked(reason: "the entries here do not lead to the signed head"))
        }
        return check(
            walk.earlierRoot == earlier.head.root
                ? .holds : .fails(reason: "at that size this log has another root: history was rewritten"))
    }
}

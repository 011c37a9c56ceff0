import ApprovalEvents
import LedgerCrypto
import MerkleTree
import Oversight
import SignedNotes

/// What an extract was found to be.
public struct ExtractVerdict: Sendable {
    public let report: VerificationReport
    /// The evidence; nil where a check failed.
    public let evidence: VerifiedEvidence?
}

/// Checks an extract line by line (`schemas/extract.md`, "Verification").
///
/// Feed it every line in order, then `finish()`. It keeps 32 bytes an entry, and the entries themselves only where
/// it was told to: checking a log of any length needs no more.
public struct ExtractVerifier: Sendable {
    private let trust: TLogPolicy
    private let later: LaterHead?
    private let keepsEntries: Bool
    private var report = VerificationReport()
    private var header: ExtractHeader?
    private var head: TrustedHead?
    private var opening: [RecordedEntry] = []
    private var openingTrouble = Trouble()
    private var lastOpening: UInt64?
    private var openingRead: UInt64 = 0
    private var leaves: [Digest] = []
    private var form = Trouble()
    private var clock = Trouble()
    private var lastTime: Timestamp?
    private var cut: BoundaryCheck?
    private var carried: [RecordedEntry] = []

    /// - Parameters:
    ///   - later: for an extract under a key that is retired by now: a head under a key of the trust file.
    ///   - keepsEntries: whether evidence is wanted. Without it `finish` gives the report alone.
    public init(trust: TLogPolicy, through later: LaterHead? = nil, keepsEntries: Bool = true) {
        self.trust = trust
        self.later = later
        self.keepsEntries = keepsEntries
    }

    /// Takes the next line, without its line feed.
    public mutating func read(line: [UInt8]) {
        guard let header else { return begin(line) }
        if openingRead < header.opening {
            openingRead += 1
            return readOpening(line, before: header.carried.lowerBound)
        }
        readEntry(line, at: header.carried.lowerBound + UInt64(leaves.count))
    }

    private mutating func begin(_ line: [UInt8]) {
        guard report.checks.isEmpty else { return }  // the header failed: said once, nothing more to ask
        do {
            let header = try ExtractHeader(parsing: line)
            report.add("header", "the extract's header can be read", .holds)
            let note = Array(header.note.string.utf8)
            let head = TrustedHead.read(note, under: trust, through: later, into: &report)
            report.add("origin", "the extract is of the log that signed the head", originOutcome(header, head))
            (self.header, self.head) = (header, head)
            cut = BoundaryCheck(header)
        } catch {
            report.add("header", "the extract's header can be read", .fails(reason: "\(error)"))
        }
    }

    private func originOutcome(_ header: ExtractHeader, _ head: TrustedHead?) -> Outcome {
        guard let head else { return .notChecked(reason: "there is no verified head") }
        return head.origin == Array(header.origin.string.utf8)
            ? .holds : .fails(reason: "the extract says \(header.origin)")
    }

    private mutating func readOpening(_ line: [UInt8], before limit: UInt64) {
        do {
            let item = try OpeningEntry(parsing: line)
            let index = item.index.value
            guard index < limit, lastOpening.map({ $0 < index }) ?? true else {
                return openingTrouble.note("entry \(index) is out of place")
            }
            lastOpening = index
            if let head {
                try item.proof.verify(leaf: TreeHash.leaf(item.entry), at: item.index, in: head.head)
            }
            let entry = try LedgerEntry(parsing: item.entry)
            if keepsEntries { opening.append(RecordedEntry(index: item.index, entry: entry)) }
        } catch {
            openingTrouble.note("opening line \(openingRead): \(error)")
        }
    }

    private mutating func readEntry(_ line: [UInt8], at index: UInt64) {
        leaves.append(TreeHash.leaf(line))
        do {
            let entry = try LedgerEntry(parsing: line)
            if let lastTime, entry.ledgerTime < lastTime {
                clock.note("entry \(index) has \(entry.ledgerTime.ledgerForm), after \(lastTime.ledgerForm)")
            }
            lastTime = entry.ledgerTime
            cut?.see(entry, at: index)
            if keepsEntries { carried.append(RecordedEntry(index: LeafIndex(index), entry: entry)) }
        } catch {
            form.note("entry \(index): \(error)")
        }
    }

    /// Says what was found. Call it once, after the last line.
    public mutating func finish() -> ExtractVerdict {
        guard let header else {
            if report.checks.isEmpty {
                report.add("header", "the extract's header can be read", .fails(reason: "the extract is empty"))
            }
            return ExtractVerdict(report: report, evidence: nil)
        }
        addRangeChecks(header)
        addContentChecks(header)
        let before = addStateCheck(header)
        guard keepsEntries, report.verdict != .fails, let head else {
            return ExtractVerdict(report: report, evidence: nil)
        }
        let evidence = VerifiedEvidence(
            scope: header, head: head, before: before, opening: opening, carried: carried, report: report)
        return ExtractVerdict(report: report, evidence: evidence)
    }

    private mutating func addRangeChecks(_ header: ExtractHeader) {
        let range = header.carried
        report.add(
            "count", "\(range.count) entries are carried: \(range.lowerBound) up to, but not with, \(range.upperBound)",
            leaves.count == range.count ? .holds : .fails(reason: "\(leaves.count) are there"))
        let claim = "they are exactly what the log holds there"
        guard let head else {
            return report.add("range", claim, .notChecked(reason: "there is no verified head"))
        }
        do {
            try header.proof.verify(leaves: leaves, from: LeafIndex(range.lowerBound), in: head.head)
            report.add("range", claim, .holds)
        } catch {
            report.add("range", claim, .fails(reason: "\(error)"))
        }
    }

    private mutating func addContentChecks(_ header: ExtractHeader) {
        report.add("entry-form", "every entry is in the one canonical form and valid", form.outcome)
        report.add("clock", "the ledger's clock never falls along them", clock.outcome)
        if let cut {
            report.add("opening-mark", cut.openingClaim, cut.opening)
            report.add("closing-mark", cut.closingClaim(head?.head.size), cut.closing(head?.head.size))
        }
        if header.opening > 0 {
            if openingRead < header.opening {
                openingTrouble.note("\(openingRead) of \(header.opening) are there")
            }
            let outcome = head == nil ? .notChecked(reason: "there is no verified head") : openingTrouble.outcome
            report.add("opening-entries", "each of the \(header.opening) earlier entries is in the log", outcome)
        }
    }

    private mutating func addStateCheck(_ header: ExtractHeader) -> KnowledgeBefore {
        let claim = "the state before the period is recomputed from the whole log"
        guard header.lead < header.first.value else {
            report.add("opening-state", claim, .holds)
            return .everything
        }
        let gap = header.first.value - header.lead - header.opening
        report.add(
            "opening-state", claim,
            .notChecked(
                reason: "\(gap) earlier entries are not carried; nothing shows that none of them matters here"))
        return .selection
    }
}

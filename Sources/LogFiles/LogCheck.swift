import ApprovalEvents
import LedgerCrypto
import LedgerEngine
import MerkleTree
import SignedNotes

/// `countersign check`: reads everything again and believes nothing.
///
/// Every entry is hashed, every commit's root, tree node, offset and head compared, every signature verified,
/// every entry parsed in its canonical form, and the ledger's time held to its order. Every finding is reported,
/// with file, entry and offset; none stops it. A writer may run: then what it has published is checked.
public struct LogCheck {
    private let base: StoreBase
    private let origin: [UInt8]
    private let keys: [VerifierKey]
    private let report: (CheckFinding) -> Void
    private let progress: (UInt64) -> Void

    /// `report` gets each finding as it is found, `progress` the number of entries read so far.
    public init(
        _ directory: String, origin: [UInt8], keys: [VerifierKey], in system: any FileSystem = DiskFileSystem(),
        report: @escaping (CheckFinding) -> Void, progress: @escaping (UInt64) -> Void = { _ in }
    ) throws {
        base = try StoreBase(
            layout: Layout(root: directory), origin: Digest.sha256(origin), options: LogFiles.Options(), system: system)
        self.origin = origin
        self.keys = keys
        self.report = report
        self.progress = progress
    }

    public func run() throws -> CheckSummary {
        let tally = Tally()
        let lock = try OpenFile(base.layout.lock, for: .creating, in: base.system)
        let isAlone = try lock.lock()
        let reads = LogReads(layout: base.layout, geometry: base.geometry, system: base.system)
        tally.summary.writerIsRunning = !isAlone
        // Heads that a running writer appends from here on are not looked at.
        let scan = try HeadScan(try reads.file(.heads))
        let newest = try scan.newest()?.parts.size
        var entries = EntryCheck(
            base: base, reads: reads, bound: isAlone ? nil : newest ?? 0, inspect: tally.inspect,
            report: { finding in
                tally.summary.findings += 1
                report(finding)
            }, progress: progress)
        try entries.run()
        let size = entries.frontier.size.value
        let newestHead = try checkHeads(scan, base.layout.heads, size: size, reads, tally)
        if size > 0, newestHead < size, isAlone {
            found(
                tally,
                CheckFinding(
                    file: base.layout.heads,
                    message: "the newest head has \(newestHead) entries, the files have \(size)"))
        }
        if try base.system.list(base.layout.root).contains("cosigned") {
            let cosigned = try OpenFile(base.layout.cosigned, for: .reading, in: base.system)
            _ = try checkHeads(try HeadScan(cosigned), base.layout.cosigned, size: size, reads, tally)
        }
        try checkWatermark(tally)
        tally.summary.entries = entries.frontier.size.value
        tally.summary.bytes = entries.bytes
        tally.summary.commits = entries.commits
        tally.summary.head = entries.frontier.size.value > 0 ? entries.frontier.head : nil
        return tally.summary
    }

    /// What goes along with the entries: the counts, and the time of the entry before.
    private final class Tally {
        var summary = CheckSummary()
        private var newest: Timestamp?

        func inspect(_ index: LeafIndex, _ bytes: ArraySlice<UInt8>) -> String? {
            do {
                let entry = try LedgerEntry(parsing: Array(bytes))
                defer { newest = max(entry.ledgerTime, newest ?? entry.ledgerTime) }
                if let newest, entry.ledgerTime < newest {
                    return
                        "its ledgertime \(entry.ledgerTime.ledgerForm) is before \(newest.ledgerForm) of an earlier entry"
                }
                return nil
            } catch {
                return "is no entry in canonical form: \(error)"
            }
        }
    }

    private func found(_ tally: Tally, _ finding: CheckFinding) {
        tally.summary.findings += 1
        report(finding)
    }

    /// Every record of `heads` or `cosigned`; returns the largest size.
    private func checkHeads(
        _ scan: HeadScan, _ path: String, size: UInt64, _ reads: LogReads, _ tally: Tally
    ) throws -> UInt64 {
        var offset: UInt64 = 0
        var before: UInt64 = 0
        while offset < scan.end {
            guard let next = try scan.first(from: offset) else {
                found(tally, CheckFinding(file: path, offset: offset, message: "no head can be read from here on"))
                return before
            }
            if next.offset > offset {
                found(tally, CheckFinding(file: path, offset: offset, message: "a head is damaged"))
            }
            let head = next.record.parts
            tally.summary.heads += 1
            if let wrong = wrong(head, after: before, size: size, reads) {
                found(
                    tally,
                    CheckFinding(file: path, offset: next.offset, message: "the head of size \(head.size) \(wrong)"))
            }
            before = max(before, head.size)
            offset = next.next
        }
        return before
    }

    private func wrong(_ head: HeadRecord.Parts, after before: UInt64, size: UInt64, _ reads: LogReads) -> String? {
        guard head.size >= before else { return "stands after one of size \(before)" }
        guard head.size <= size else { return "reaches beyond the \(size) entries that are there" }
        let claimed = TreeHead(size: TreeSize(head.size), root: head.root)
        guard (try? reads.head(at: head.size).head) == claimed else { return "has another root than the entries" }
        do {
            let note = try SignedNote(parsing: head.note)
            _ = try note.verify(with: keys)
            guard try note.text == Checkpoint(origin: origin, head: claimed).formatted else {
                return "was signed with another text"
            }
            return nil
        } catch {
            return "has no signature that holds: \(error)"
        }
    }

    private func checkWatermark(_ tally: Tally) throws {
        let file = try OpenFile(base.layout.watermark, for: .reading, in: base.system)
        for offset in [0, Watermark.spacing] {
            let bytes = try file.readUpTo(Watermark.length, at: offset)
            guard !bytes.isZero, Watermark(bytes) == nil else { continue }
            found(tally, CheckFinding(file: base.layout.watermark, offset: offset, message: "this copy is damaged"))
        }
    }
}

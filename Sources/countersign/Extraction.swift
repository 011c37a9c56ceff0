import ApprovalEvents
import Foundation
import LedgerEngine
import LedgerHTTP
import LogFiles
import MerkleTree
import SignedNotes
import Verification

/// Cuts the extract of a period out of a ledger on this machine, its server running or not.
struct Extraction {
    let directory: LedgerDirectory
    let passphrase: [UInt8]?

    /// The whole extract (`schemas/extract.md`), from the log's first entry on, so that the state at the period's
    /// opening can be recomputed.
    func extract(_ period: PeriodOptions) async throws -> [UInt8] {
        let (from, asked) = try period.parsed()
        let mark = try await cutMark()
        do {
            let reader = try LedgerReader(PublishedLog(directory.path))
            let to = try asked ?? markTime(at: mark, in: reader)
            return try extract(from: from, to: to, reader)
        } catch let error as ExtractPlanError {
            throw CommandFailure.failed("\(error): name a midnight that has passed, or `now`")
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure.failed("\(directory.path): \(error)")
        }
    }

    private func extract(from: Timestamp?, to: Timestamp, _ reader: LedgerReader) throws -> [UInt8] {
        let published = reader.published
        let plan = try ExtractPlan.find(from: from, to: to, wholeLead: true, size: published.size) {
            try reader.entry(at: $0)
        }
        let carried = plan.carried
        let proof = try reader.rangeProof(
            from: LeafIndex(carried.lowerBound), to: LeafIndex(carried.upperBound), size: published.size)
        let origin = try Checkpoint(parsing: SignedNote(parsing: published.note).text).origin
        let header = plan.header(
            origin: Text(String(decoding: origin, as: UTF8.self)),
            note: Text(String(decoding: published.note, as: UTF8.self)),
            proof: proof)
        var extract = header.formatted + [UInt8(ascii: "\n")]
        var progress = ProgressLine("extracted", of: carried.count)
        try reader.forEachEntry(in: carried) { index, entry in
            extract += entry
            extract.append(UInt8(ascii: "\n"))
            progress.show(Int(index.value - carried.lowerBound) + 1)
        }
        progress.finish()
        return extract
    }

    /// Asks the ledger for a mark: of the running server, or of the files themselves.
    private func cutMark() async throws -> LeafIndex {
        try directory.requireLedger()
        if let control = ControlClient(directory) {
            let answer = try await control.post("/admin/marks", [:])
            guard let index = (answer["index"] as? NSNumber)?.uint64Value else {
                throw CommandFailure.failed("the server made a mark and did not say where")
            }
            return LeafIndex(index)
        }
        let (ledger, _) = try await directory.open(passphrase: passphrase)
        let mark = await ledger.sequencer.markForExtract()
        await ledger.sequencer.shutDown()
        switch mark {
        case .success(let index): return index
        case .failure(let refusal): throw CommandFailure.failed("the ledger makes no mark: \(refusal)")
        }
    }

    private func markTime(at index: LeafIndex, in reader: LedgerReader) throws -> Timestamp {
        guard case .ledgerMarked(let mark) = try reader.entry(at: index).payload else {
            throw CommandFailure.failed("entry \(index) is not the mark that was made")
        }
        return mark.at
    }
}

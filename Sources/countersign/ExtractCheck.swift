import EvidencePackages
import SignedNotes
import Verification

/// Verifies an extract while it goes by.
struct ExtractCheck {
    private var verifier: ExtractVerifier
    private var splitter = LineSplitter()

    /// - Parameter keepsEntries: whether evidence is wanted; without it memory grows by 32 bytes an entry.
    init(trust: TLogPolicy, keepsEntries: Bool) {
        verifier = ExtractVerifier(trust: trust, keepsEntries: keepsEntries)
    }

    mutating func take(_ piece: [UInt8]) throws {
        do {
            try splitter.read(piece) { verifier.read(line: $0) }
        } catch {
            throw CommandFailure.failed("this is no extract: \(error)")
        }
    }

    /// - Throws: what fails, as one failure.
    mutating func finish() throws -> ExtractVerdict {
        do {
            try splitter.finish()
        } catch {
            throw CommandFailure.failed("the evidence breaks off: \(error)")
        }
        let verdict = verifier.finish()
        guard verdict.report.verdict != .fails else {
            throw CommandFailure.failed("this is no evidence: \(EvidencePackage.Failure.notEvidence(verdict.report))")
        }
        return verdict
    }
}

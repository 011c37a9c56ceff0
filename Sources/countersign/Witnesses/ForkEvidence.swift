import Cosigning
import LedgerEngine
import LogFiles
import MerkleTree

/// What a witness showed of another history, kept so that it convinces others.
enum ForkEvidence {
    /// Writes both heads and what tells them apart into a folder of the ledger's directory.
    ///
    /// - Returns: the claim as a failure of the command, with the place.
    static func keep(_ claim: ForkClaim, in directory: LedgerDirectory) -> CommandFailure {
        guard let evidence = claim.evidence else { return .failed("\(claim)") }
        do {
            let place = try misbehaviour(claim, evidence, directory).keep(below: directory.path)
            return .failed("\(claim)\nBoth heads are kept in \(place).")
        } catch {
            return .failed("\(claim)\nThe two heads could not be kept: \(error)")
        }
    }

    private static func misbehaviour(
        _ claim: ForkClaim, _ evidence: ForkClaim.Evidence, _ directory: LedgerDirectory
    ) throws -> Misbehaviour {
        let theirs = try SignedHead(kept: evidence.note)
        let ours = try SignedHead(kept: claim.ours.note)
        guard theirs.head.size <= ours.head.size else {
            return Misbehaviour(kind: .rollback, older: theirs, newer: ours, proof: nil, rewritten: nil)
        }
        let log = try LedgerReader(PublishedLog(directory.path))
        return Misbehaviour(
            kind: .fork, older: theirs, newer: ours,
            proof: try log.consistencyProof(first: theirs.head.size, second: ours.head.size),
            rewritten: try log.head(at: theirs.head.size).root)
    }
}

import ApprovalEvents
import MerkleTree

// R02: what ran is what was approved.

extension Inquiry {
    func digestJudgements() -> [Judgement] {
        record.starts.all.flatMap(ran)
            + record.grants.all.flatMap { grant in
                withoutGap(inForce(grant) + kept(grant), grant) + grant.votes.flatMap { counted($0, by: grant) }
            }
    }

    // MARK: R02.1 and R02.5: started = granted

    /// An exemption, and a break-glass call that covers one action, are compared like a grant: each allows what it
    /// names and nothing else. Sessions allow no one action, and R01.3 counts them apart.
    private func ran(_ start: StartFact) -> [Judgement] {
        guard let event = start.authority.event else { return [] }
        switch start.authority.kind {
        case .grant:
            guard let grant = record.grants[event] else { return notCompared(start, event) }
            return compare(start, grant.digest, record.action(grant.digest), at: grant.moment, "granted")
        case .exemption:
            guard let exemption = record.exemptions[event] else { return notCompared(start, event) }
            return compare(
                start, exemption.digest, (exemption.action, exemption.moment.index), at: exemption.moment, "exempted")
        case .breakglass:
            guard let invocation = record.invocations[event] else { return notCompared(start, event) }
            guard let digest = invocation.digest else { return [] }
            return compare(
                start, digest, record.action(digest), at: invocation.moment, "covered by the break-glass call")
        case .session, .bootstrap, .none:
            return []
        }
    }

    /// The authority is not in the case: R01.1 says so, and there is nothing to compare with.
    private func notCompared(_ start: StartFact, _ event: EventIdentity) -> [Judgement] {
        guard known.places[event] == nil else { return [] }
        let reason = "Nothing to compare execution \(start.execution) with."
        return [.undecidable(.ranAsGranted, .event(event), [start.moment.index], reason, rank: 1)]
    }

    private func compare(
        _ start: StartFact, _ digest: ContentDigest, _ action: (shape: ActionShape, index: LeafIndex)?,
        at moment: Moment, _ word: String
    ) -> [Judgement] {
        let entries = [start.moment.index, moment.index]
        let what = "Execution \(start.execution)"
        if start.item != nil { return item(start, digest, action, at: moment, word) }
        if start.digest == digest {
            return [.holds(.ranAsGranted, entries, "\(what) ran the action that was \(word).")]
        }
        return [
            .finding(
                .ranAsGranted, entries,
                "\(what) ran another action than was \(word): \(start.digest) instead of \(digest).")
        ]
    }

    /// Item `i` of a batch is leaf `i` of an RFC 6962 tree whose leaf inputs are the 32 bytes of the items' action
    /// digests.
    private func item(
        _ start: StartFact, _ digest: ContentDigest, _ action: (shape: ActionShape, index: LeafIndex)?,
        at moment: Moment, _ word: String
    ) -> [Judgement] {
        let what = "Execution \(start.execution)"
        guard let action else {
            return [CheckID.ranAsGranted, .itemOfBatch].map {
                .undecidable(
                    $0, .action(digest), [start.moment.index, moment.index],
                    "\(what) ran an item of an action that the log does not have.")
            }
        }
        let entries = [start.moment.index, moment.index, action.index]
        let fault = faultOfItem(start, in: action.shape.batch)
        guard let fault else {
            return [
                .holds(.ranAsGranted, entries, "\(what) ran item \(start.item ?? 0) of the batch that was \(word)."),
                .holds(
                    .itemOfBatch, entries, "The path of execution \(start.execution) leads to the root of the batch."),
            ]
        }
        return [CheckID.ranAsGranted, .itemOfBatch].map {
            .finding($0, entries, "\(what) ran no item of what was \(word): \(fault).")
        }
    }

    private func faultOfItem(_ start: StartFact, in batch: Batch?) -> String? {
        guard let batch else { return "that is no batch" }
        guard let item = start.item, let position = UInt64(exactly: item), let count = UInt64(exactly: batch.count),
            position < count
        else { return "the batch has \(batch.count) items, and item \(start.item ?? 0) is none of them" }
        let proof = InclusionProof(hashes: start.itemPath.map(\.digest))
        do {
            try proof.verify(
                leaf: TreeHash.leaf(start.digest.bytes), at: LeafIndex(position),
                in: TreeHead(size: TreeSize(count), root: batch.root.digest))
            return nil
        } catch {
            return "its path does not lead to the batch's root"
        }
    }

    // MARK: R02.2: granted = in force, and not void

    /// What was asked for when the grant was made: the last amendment before it, else the request.
    private func inForce(_ grant: GrantFact) -> [Judgement] {
        let check = CheckID.grantedInForce
        let own = grant.moment.index
        guard !record.requests.isEmpty else {
            return [
                .absent(
                    check, .request, absence(of: .request, from: senders, needed: grant.moment), [own],
                    "The grant \(grant.moment.identity.words) answers no request")
            ]
        }
        let candidates = candidates(before: grant.moment)
        let entries = [own] + candidates.map(\.moment.index)
        let digests = Set(candidates.map(\.digest))
        if digests == [grant.digest] {
            return [
                .holds(check, entries, "The grant \(grant.moment.identity.id) is for the action that was asked for.")
            ]
        }
        guard digests.contains(grant.digest), let first = candidates.first, let last = candidates.last else {
            return [
                .finding(
                    check, entries,
                    "The grant \(grant.moment.identity.id) is for another action than was asked for at that time: \(grant.digest)."
                )
            ]
        }
        return [
            .undecidable(
                check, .order(first.moment.identity, last.moment.identity), entries,
                "Nothing shows which action was asked for when the grant \(grant.moment.identity.id) was made.")
        ]
    }

    /// That nothing was amended rests on the absence of an amendment (EVENTS §4.12): where a source of the case has a
    /// gap while the case was live, it may be in it.
    private func withoutGap(_ judgements: [Judgement], _ grant: GrantFact) -> [Judgement] {
        guard let request = record.request, judgements.allSatisfy({ $0.verdict == .holds }) else { return judgements }
        let used = record.starts(under: grant.moment.identity).map(\.moment)
        let end = used.max { ($0.time, $0.index) < ($1.time, $1.index) } ?? grant.moment
        let window = Gates.Window(from: request.moment.time, to: end)
        for sender in senders {
            let gap = known.gates.gap(sender, in: window, skew: ordering.skewSeconds)
            guard let gap else { continue }
            return [
                .undecidable(
                    .grantedInForce, .numbers(sender), judgements.flatMap(\.entries),
                    "While this case was live, \(sender) has a gap (\(gap)): an amendment may be in it.", rank: 3)
            ]
        }
        return judgements
    }

    private struct Asked {
        let moment: Moment
        let digest: ContentDigest
    }

    /// The requests or amendments of which one was the last before `moment`.
    private func candidates(before moment: Moment) -> [Asked] {
        let amendments = record.amendments.all.map { Asked(moment: $0.moment, digest: $0.digest) }
        let before = amendments.filter { precedes($0.moment, moment) == true }
        let last = before.filter { one in !before.contains { precedes(one.moment, $0.moment) == true } }
        let unclear = amendments.filter { precedes($0.moment, moment) == nil }
        let base = last.isEmpty ? record.requests.all.map { Asked(moment: $0.moment, digest: $0.digest) } : last
        return base + unclear
    }

    /// A grant that was used after an amendment was void.
    private func kept(_ grant: GrantFact) -> [Judgement] {
        record.starts(under: grant.moment.identity).flatMap { start in
            record.amendments.all.compactMap { amendment -> Judgement? in
                let after = precedes(grant.moment, amendment.moment)
                let before = precedes(amendment.moment, start.moment)
                if after == false || before == false { return nil }
                let entries = [grant.moment.index, amendment.moment.index, start.moment.index]
                if after == true, before == true {
                    return .finding(
                        .grantedInForce, entries,
                        "Execution \(start.execution) used the grant \(grant.moment.identity.id), which the amendment \(amendment.moment.identity.id) had voided."
                    )
                }
                let other = after == nil ? grant.moment : start.moment
                return .undecidable(
                    .grantedInForce, .order(amendment.moment.identity, other.identity), entries,
                    "Nothing shows whether the amendment \(amendment.moment.identity.id) came between the grant and execution \(start.execution)."
                )
            }
        }
    }
}

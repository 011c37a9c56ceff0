import LedgerEngine
import MerkleTree
import SignedNotes

/// Which head is being cosigned, by whom already, and who waits for it: a pure state machine. `HeadWitnesses` does what
/// it says.
///
/// All witnesses are asked for the same head, else a busy log would never have one that two of them cosigned. That
/// is a round. It ends when the quorum has cosigned (where the policy asks for none: when everybody was heard); the next
/// one takes the newest head, and what was signed in between is covered by it. A witness that is still busy with the
/// last round joins when it is done; its late cosignature is added to the note while that is the newest cosigned one.
struct CosigningRounds {
    struct Round {
        let number: Int
        let head: PublishedHead
        let start: ContinuousClock.Instant
        var signatures: [Int: NoteSignature] = [:]
        /// Who was heard without success.
        var failed: Set<Int> = []
        var isSettled = false
        /// Only witnesses that knew the log before count.
        var mustKnow = false
    }

    /// What is to be done now.
    struct Effects {
        /// Witnesses whose tasks have something to ask.
        var wake: [Int] = []
        /// Keep this, then call `kept`.
        var keep: (round: Int, head: PublishedHead)?
        /// Those who waited, with what they are told.
        var replies: [(CosigningWait.Reply, CosigningWait.Result)] = []
        /// For the operator's log.
        var notes: [String] = []
        /// Nothing more may be signed.
        var fork: ForkClaim?
        /// From now on new heads may be signed.
        var opens = false
    }

    private let plan: WitnessPlan
    private let limits: CosigningLimits
    private(set) var seats: [WitnessSeat]
    /// The newest head that was signed.
    private var newest: PublishedHead
    private(set) var round: Round
    /// The newest head that was cosigned as the policy asks, with every cosignature that came; kept already.
    private(set) var cosigned: PublishedHead?
    /// The round of `cosigned` where it is not the current one: late cosignatures still come.
    private var settled: Round?
    /// Whether the head that stood at the start was cosigned, or need not be: from then on new ones may be signed.
    private(set) var isOpen: Bool
    private var waiting: [CosigningWait] = []
    private(set) var ending: CosigningWait.Failure?

    /// - Parameter kept: the newest cosigned head of an earlier run.
    /// - Parameter isRestored: the first head counts only by witnesses that knew the log, after all were heard.
    init(
        _ plan: WitnessPlan, stored: PublishedHead, kept: PublishedHead?, isRestored: Bool = false,
        limits: CosigningLimits, now: Instant
    ) {
        self.plan = plan
        self.limits = limits
        seats = plan.asked.map(WitnessSeat.init)
        newest = stored
        round = Round(number: 1, head: stored, start: now)
        round.mustKnow = isRestored
        cosigned = kept
        isOpen = !plan.needsQuorum
    }

    typealias Instant = ContinuousClock.Instant

    var statuses: [WitnessStatus] { seats.map(\.status) }

    // MARK: Heads

    mutating func published(_ head: PublishedHead, at now: Instant) -> Effects {
        var effects = Effects()
        if head.size > newest.size { newest = head }
        beginRound(at: now, &effects)
        return effects
    }

    /// What passes with time: pauses of witnesses, the pace of rounds, the patience of those who wait.
    mutating func tick(at now: Instant) -> Effects {
        var effects = Effects()
        beginRound(at: now, &effects)
        for place in seats.indices where seats[place].retryAt.map({ $0 <= now }) ?? false && isWanted(place, at: now) {
            effects.wake.append(place)
        }
        reply(&effects) { $0.deadline <= now ? .failure(.late) : nil }
        return effects
    }

    private mutating func beginRound(at now: Instant, _ effects: inout Effects) {
        guard round.isSettled, isOpen, ending == nil, newest.size > round.head.size else { return }
        guard !waiting.isEmpty || now >= round.start + limits.pace else { return }
        if round.head.head == cosigned?.head { settled = round }
        round = Round(number: round.number + 1, head: newest, start: now)
        effects.wake += seats.indices.filter { isWanted($0, at: now) }
    }

    // MARK: Witnesses

    /// What the witness is to be asked for now; it counts as busy until `heard`.
    mutating func begin(_ place: Int, at now: Instant) -> Round? {
        guard isWanted(place, at: now) else { return nil }
        seats[place].isBusy = true
        return round
    }

    private func isWanted(_ place: Int, at now: Instant) -> Bool {
        let seat = seats[place]
        return ending == nil && !seat.isBusy && !seat.isOut && round.signatures[place] == nil
            && seat.retryAt.map { $0 <= now } ?? true
    }

    /// What became of the question to a witness in round `number`.
    mutating func heard(
        _ outcome: WitnessClient.Outcome, from place: Int, in asked: Round, at now: Instant
    ) -> Effects {
        var effects = Effects()
        let name = plan.asked[place].words
        switch outcome {
        case .cosigned(let line, let wentBackTo):
            if seats[place].cosigned(asked.head.size) { effects.notes.append("the witness '\(name)' cosigns again") }
            if let size = wentBackTo {
                effects.notes.append(
                    "the witness '\(name)' went back to \(size) entries, after it had cosigned more: it must not")
            }
            add(line, from: place, in: asked.number, &effects)
        case .failed(let reason):
            if seats[place].failed(reason, at: now, limits: limits) {
                effects.notes.append("the witness '\(name)' \(reason)")
            }
            if asked.number == round.number { round.failed.insert(place) }
        case .contradicted(let claim, let unfetched):
            let isNews = seats[place].contradicted(claim, at: now, limits: limits)
            if asked.number == round.number { round.failed.insert(place) }
            let others = plan.names(seats.indices.filter { !seats[$0].isContradicting })
            if claim.evidence != nil || unfetched == nil && !plan.policy.isWitnessed(by: others) {
                effects.fork = claim
                end(.stopped, &effects)
            } else {
                // Once open, the log is known to be what the quorum has; before, a claim may be all that tells an old copy.
                seats[place].isOut = isOpen && unfetched == nil
                let what = unfetched.map { "what it holds could not be fetched (\($0))" } ?? "it shows nothing for it"
                let then = seats[place].isOut ? "it is asked no more" : "it is asked again"
                let held = isOpen ? "" : ", and nothing is signed before it cosigns or the policy is without it"
                if isNews {
                    effects.notes.append(
                        "the witness '\(name)' claims another history; \(what); \(then)\(held): \(claim)")
                }
            }
        }
        settleWithoutQuorum()
        openIfConfirmed(&effects)
        beginRound(at: now, &effects)
        return effects
    }

    private mutating func add(_ line: NoteSignature, from place: Int, in number: Int, _ effects: inout Effects) {
        if number == round.number {
            round.signatures[place] = line
            guard plan.policy.isWitnessed(by: plan.names(round.signatures.keys)) else { return }
            keep(round, &effects)
        } else if number == settled?.number {
            settled?.signatures[place] = line
            if let settled { keep(settled, &effects) }
        }
    }

    private func keep(_ round: Round, _ effects: inout Effects) {
        let lines = round.signatures.sorted { $0.key < $1.key }.map(\.value)
        guard let note = try? SignedNote(parsing: round.head.note).adding(lines) else { return }
        effects.keep = (round.number, PublishedHead(head: round.head.head, note: note.formatted))
    }

    /// The note of a round is kept: it counts.
    mutating func kept(_ head: PublishedHead, of number: Int, at now: Instant) -> Effects {
        var effects = Effects()
        guard ending == nil, head.size >= cosigned?.size ?? .zero else { return effects }
        if !(cosigned.map(head.isPart) ?? false) { cosigned = head }
        if number == round.number { round.isSettled = round.isSettled || plan.needsQuorum }
        openIfConfirmed(&effects)
        reply(&effects) { $0.size <= head.size ? .success(head) : nil }
        beginRound(at: now, &effects)
        return effects
    }

    private mutating func openIfConfirmed(_ effects: inout Effects) {
        guard !isOpen, ending == nil, round.isSettled, !seats.contains(where: \.isContradicting) else { return }
        // Whoever can say that more was signed must have had the time to.
        if round.mustKnow {
            guard seats.indices.allSatisfy({ round.signatures[$0] != nil || round.failed.contains($0) }) else { return }
        }
        round.mustKnow = false
        isOpen = true
        effects.opens = true
    }

    /// Where nobody is needed, a round is over when everybody was heard.
    private mutating func settleWithoutQuorum() {
        guard !plan.needsQuorum else { return }
        round.isSettled = seats.indices.allSatisfy { place in
            round.signatures[place] != nil || round.failed.contains(place) || seats[place].isOut
        }
    }

    // MARK: Those who wait

    mutating func wait(_ wait: CosigningWait, at now: Instant) -> Effects {
        var effects = Effects()
        if let cosigned, cosigned.size >= wait.size {
            effects.replies.append((wait.reply, .success(cosigned)))
        } else if let ending {
            effects.replies.append((wait.reply, .failure(ending)))
        } else {
            waiting.append(wait)
            beginRound(at: now, &effects)
        }
        return effects
    }

    mutating func end(_ failure: CosigningWait.Failure, _ effects: inout Effects) {
        ending = ending ?? failure
        reply(&effects) { _ in .failure(failure) }
    }

    private mutating func reply(_ effects: inout Effects, _ answer: (CosigningWait) -> CosigningWait.Result?) {
        guard !waiting.isEmpty else { return }
        var rest: [CosigningWait] = []
        for wait in waiting {
            if let result = answer(wait) { effects.replies.append((wait.reply, result)) } else { rest.append(wait) }
        }
        waiting = rest
    }
}

/// Somebody who waits until a size is cosigned.
struct CosigningWait {
    enum Failure: Error, Hashable {
        /// It took too long; the witnesses may still come.
        case late
        /// Nothing more will be cosigned by this process.
        case stopped
    }
    typealias Result = Swift.Result<PublishedHead, Failure>
    typealias Reply = @Sendable (Result) -> Void

    let size: TreeSize
    let deadline: ContinuousClock.Instant
    let reply: Reply
}

import ApprovalEvents
import Cosigning
import LedgerEngine
import MerkleTree
import SignedNotes

/// Which head is shown, and when who submits is answered, where witnesses cosign the log.
extension OpenedLedger {
    /// The head under which checkpoint, receipts and extracts stand: the newest that has its quorum, where one is asked
    /// for; else the newest, with the cosignatures that it has.
    func shownHead() throws(Problem) -> PublishedHead {
        guard let witnesses else { return reader.published }
        let cosigned = witnesses.cosigned
        if witnesses.plan.needsQuorum {
            guard let cosigned else { throw Problem.notCosigned(nil) }
            return cosigned
        }
        let published = reader.published
        return cosigned?.head == published.head ? cosigned ?? published : published
    }
}

extension Problem {
    /// - Parameter index: the entry that is recorded and waits for the witnesses.
    static func notCosigned(_ index: LeafIndex?) -> Problem {
        let what = index.map { "entry \($0) is recorded; " } ?? ""
        return Problem(
            .notCosigned,
            "\(what)the quorum of witnesses has not cosigned a head over it yet; send it again: nothing is there twice",
            index: index)
    }
}

/// What became of a submission, and under which head its submitter is told.
struct Acknowledged: Sendable {
    let reply: SubmissionReply
    enum Standing: Sendable {
        /// Under the head of its commit.
        case published
        /// Under this head, which the quorum has cosigned.
        case cosigned(PublishedHead)
        /// Recorded, and the quorum did not come in time.
        case late
    }
    let standing: Standing
}

extension LedgerResponder {
    /// Has the sequencer take `events`, and calls `reply` once: when they are recorded, or, where that was asked
    /// for, when the quorum has cosigned a head over them or was waited for long enough. Where the inbox is full and
    /// `onlyIfRoom` is asked for, nothing happens, and false is returned.
    @discardableResult
    func submit(
        _ events: [ApprovalEvent], of caller: Caller, isWhole: Bool = false, onlyIfRoom: Bool = false,
        after: (@escaping @Sendable () -> Void) -> Void = { $0() },
        reply: @escaping @Sendable (Acknowledged) -> Void
    ) -> Bool {
        ledger.sequencer.submit(
            events, caller: caller.id.text, isWhole: isWhole, onlyIfRoom: onlyIfRoom, after: after
        ) { [self] answers in
            guard case .cosigned(let limit) = configuration.acknowledgement, let witnesses = ledger.witnesses,
                let last = answers.lastIndex
            else { return reply(Acknowledged(reply: answers, standing: .published)) }
            witnesses.wait(for: TreeSize(last.value + 1), limit: limit) { result in
                switch result {
                case .success(let head): reply(Acknowledged(reply: answers, standing: .cosigned(head)))
                case .failure: reply(Acknowledged(reply: answers, standing: .late))
                }
            }
        }
    }

    /// The same for a task.
    func submit(_ events: [ApprovalEvent], of caller: Caller, isWhole: Bool = false) async -> Acknowledged {
        await withCheckedContinuation { continuation in
            submit(events, of: caller, isWhole: isWhole) { continuation.resume(returning: $0) }
        }
    }

    /// How the witnesses are, without their reasons: those are the operator's to read.
    static func json(_ statuses: [WitnessStatus]) -> JSONValue {
        .array(
            statuses.map { status in
                var object: JSONObject = [
                    "name": .string(Text(status.name)), "condition": .string(Text(status.condition.word)),
                ]
                if let size = status.cosigned { object["cosigned"] = number(size.value) }
                return .object(object)
            })
    }

    /// Per witness: how far it has come, whether it answers, how often it did not.
    func gauges(of witnesses: HeadWitnesses) -> [Metrics.Gauge] {
        let statuses = witnesses.statuses
        func each(_ name: String, _ help: String, _ value: (WitnessStatus) -> Double) -> [Metrics.Gauge] {
            statuses.map { Metrics.Gauge(name: name, help: help, labels: [("witness", $0.name)], value: value($0)) }
        }
        return [
            Metrics.Gauge(
                name: "countersign_cosigned_tree_size",
                help: "Entries under the newest head that is cosigned as asked.",
                value: Double(witnesses.cosigned?.size.value ?? 0))
        ]
            + each("countersign_witness_cosigned_size", "The newest size that the witness cosigned since the start.") {
                Double($0.cosigned?.value ?? 0)
            }
            + each("countersign_witness_cosigning", "1 while the witness cosigns what it is asked.") {
                $0.condition == .cosigning ? 1 : 0
            }
            + each("countersign_witness_failures", "Questions to the witness without a cosignature in answer.") {
                Double($0.failures)
            }
    }
}

extension SubmissionReply {
    /// The last of the entries that it speaks of.
    fileprivate var lastIndex: LeafIndex? {
        answers.compactMap { if case .success(let outcome) = $0 { outcome.index } else { nil } }.max()
    }
}

extension WitnessStatus.Condition {
    /// One word for programs.
    var word: String {
        switch self {
        case .unheard: "unheard"
        case .cosigning: "cosigning"
        case .failing: "failing"
        case .contradicting: "contradicting"
        }
    }

    /// What is wrong, for the operator.
    var reason: String? {
        switch self {
        case .unheard, .cosigning: nil
        case .failing(let reason), .contradicting(let reason): reason
        }
    }
}

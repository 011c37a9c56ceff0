import LedgerCrypto
import LedgerEngine
import MerkleTree
import SignedNotes

/// Asks one witness, and remembers what it said last. Its one task uses it.
struct WitnessClient {
    let witness: WitnessPlan.Asked
    let plan: WitnessPlan
    let reader: LedgerReader
    let surroundings: HeadWitnesses.Surroundings
    /// How long each answer may take.
    let timeLimit: Duration
    /// The size that the witness cosigned last, as far as it said; nil before it said anything.
    private var known: TreeSize?

    /// How often one head is sent before the witness is given up for now: from what is known, from what the 409 says,
    /// and once more where somebody else was faster.
    private static let tries = 3
    private static let neverSaw = "never saw this log, so it cannot say whether the restored files are all of it"

    init(
        _ witness: WitnessPlan.Asked, of plan: WitnessPlan, reader: LedgerReader,
        surroundings: HeadWitnesses.Surroundings, timeLimit: Duration
    ) {
        self.witness = witness
        self.plan = plan
        self.reader = reader
        self.surroundings = surroundings
        self.timeLimit = timeLimit
    }

    /// What became of one head.
    enum Outcome {
        /// The signature holds. `wentBackTo`: the witness said that it had cosigned less than it did.
        case cosigned(NoteSignature, wentBackTo: TreeSize?)
        case failed(String)
        /// The witness knows another history of this log than ours. `unfetched`: why what it holds could not be seen; nil
        /// where it was, and is the claim's evidence or none.
        case contradicted(ForkClaim, unfetched: String? = nil)
    }

    /// Has `published` cosigned. It must be durable before.
    ///
    /// Where `mustKnow`, it counts only if the witness knew the log before it was asked: it is asked from the head's own
    /// size first, which one without memory of the log refuses, learning nothing.
    mutating func ask(for published: PublishedHead, mustKnow: Bool) async -> Outcome {
        do {
            let note = try SignedNote(parsing: published.note)
            var wentBackTo: TreeSize?
            for _ in 0..<Self.tries {
                let old = known ?? (mustKnow ? published.size : .zero)
                if mustKnow, old == .zero { return .failed(Self.neverSaw) }
                let reply = try await ask(try request(from: old, to: published, note))
                switch WitnessVerdict(reply, of: witness, over: note) {
                case .cosigned(let line):
                    known = published.size
                    return .cosigned(line, wentBackTo: wentBackTo)
                case .otherSize(.zero) where mustKnow:
                    known = nil
                    return .failed(Self.neverSaw)
                case .otherSize(let size):
                    if let known, size < known { wentBackTo = size }
                    // From beyond ours nothing can be proved: the next question starts afresh.
                    known = size > published.size ? nil : size
                    if size > published.size { return await contradiction(at: size, under: published, status: 409) }
                    if size == published.size, size == old {
                        return await contradiction(at: size, under: published, status: 409)
                    }
                    guard size != old else { return .failed("answered 409 and named the size it was asked from") }
                case .contradicts:
                    return await contradiction(at: old, under: published, status: 422)
                case .failed(let words): return .failed(words)
                }
            }
            return .failed("names another size each time it is asked")
        } catch let failure as ExchangeFailure {
            return .failed(failure.description)
        } catch {
            return .failed("could not be asked: \(error)")
        }
    }

    private func request(
        from old: TreeSize, to published: PublishedHead, _ note: SignedNote
    ) throws -> AddCheckpointRequest {
        let proof =
            old == .zero || old == published.size
            ? ConsistencyProof(hashes: []) : try reader.consistencyProof(first: old, second: published.size)
        return try AddCheckpointRequest(oldSize: old, proof: proof, note: note)
    }

    private func ask(_ request: AddCheckpointRequest) async throws -> WitnessReply {
        try await reply(to: WitnessRequest(url: witness.url + "/add-checkpoint", body: request.formatted))
    }

    private func reply(to request: WitnessRequest) async throws -> WitnessReply {
        let exchange = surroundings.exchange
        do {
            return try await within(timeLimit) { try await exchange(request) }
        } catch is TimeLimitPassed {
            throw ExchangeFailure(description: "gave no answer within \(timeLimit)")
        } catch {
            throw ExchangeFailure(description: "cannot be reached: \(error)")
        }
    }

    // MARK: Another history

    /// A claim alone could be a lie, so the witness is asked for what it holds (tlog-witness, "Monitoring"): a head
    /// that our own key signed and that is not one of ours convinces anybody.
    private func contradiction(at size: TreeSize, under published: PublishedHead, status: Int) async -> Outcome {
        let page = WitnessRequest(url: "\(witness.url)/\(Digest.sha256(plan.origin).hex)/checkpoint", body: nil)
        var evidence: ForkClaim.Evidence?
        var unfetched: String?
        do {
            let reply = try await reply(to: page)
            if reply.status == 200 { evidence = self.evidence(in: reply.body) }
            // Whatever comes of its being busy or out of order says nothing of what it holds.
            if reply.status >= 500 || [408, 429].contains(reply.status) { unfetched = "answered \(reply.status)" }
        } catch { unfetched = "\(error)" }
        return .contradicted(
            ForkClaim(witness: witness.words, status: status, claimed: size, ours: published, evidence: evidence),
            unfetched: unfetched)
    }

    private func evidence(in note: [UInt8]) -> ForkClaim.Evidence? {
        guard let parsed = try? SignedNote(parsing: note), (try? parsed.verify(with: surroundings.logKeys())) != nil,
            let checkpoint = try? Checkpoint(parsing: parsed.text), checkpoint.origin == plan.origin
        else { return nil }
        let theirs = checkpoint.head
        // Whatever we have published meanwhile is ours too.
        if theirs.size <= reader.published.size {
            guard theirs.size > .zero, let ours = try? reader.head(at: theirs.size), ours != theirs else { return nil }
        }
        return ForkClaim.Evidence(head: theirs, note: note)
    }
}

/// Why no answer came.
private struct ExchangeFailure: Error, CustomStringConvertible {
    let description: String
}

struct TimeLimitPassed: Error {}

/// The value of `work`, or `TimeLimitPassed`. What does not end when it is cancelled is waited for all the same.
private func within<Value: Sendable>(
    _ limit: Duration, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask(operation: work)
        group.addTask {
            try await Task.sleep(for: limit)
            throw TimeLimitPassed()
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw TimeLimitPassed() }
        return value
    }
}

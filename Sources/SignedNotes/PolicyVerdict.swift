import LedgerCrypto
import MerkleTree

/// What a note that a policy accepts says, and what the policy could not tell.
public struct PolicyVerdict: Hashable, Sendable {
    /// A witness whose cosignature on the head is good.
    public struct Cosigner: Hashable, Sendable {
        /// The policy's name for the witness.
        public let name: [UInt8]
        /// When it cosigned, in seconds since 1970, by its own clock.
        public let time: UInt64
    }

    public enum Quorum: Hashable, Sendable {
        /// The policy asks for no witness: the head may be one of several that the log shows to different people.
        case none
        /// The witness or group of this name has witnessed the head.
        case reached(name: [UInt8])
    }

    public let checkpoint: Checkpoint
    /// The trusted log keys that signed: one, or two while the key is being changed.
    public let logKeys: [VerifierKey]
    public let quorum: Quorum
    /// The witnesses that counted, in the policy's order; without a quorum they are reported all the same.
    public let cosigners: [Cosigner]
    /// The policy's names for witnesses whose signatures are of a kind that cannot be checked here (ML-DSA-44).
    public let uncheckable: [[UInt8]]

    public var head: TreeHead { checkpoint.head }
    public var origin: [UInt8] { checkpoint.origin }

    /// What was not checked, in words: a report prints each line after `notChecked: `. Empty when nothing was left out.
    public var notChecked: [String] {
        var lines: [String] = []
        if quorum == .none {
            lines.append("split view: the trust file asks for no witness, so others may have been shown another log")
        }
        for name in uncheckable {
            lines.append("the cosignature of witness '\(TextRules.words(name))': ML-DSA-44 cannot be checked here")
        }
        return lines
    }

    /// What holds, in words: whose signatures on which head.
    public var explanation: [String] {
        var lines = logKeys.map { key in
            "signed by the log '\(TextRules.words(key.name))' with the key \(key.fingerprint)"
        }
        for cosigner in cosigners {
            lines.append("cosigned by the witness '\(TextRules.words(cosigner.name))' at \(cosigner.time) s")
        }
        if case .reached(let name) = quorum { lines.append("the quorum '\(TextRules.words(name))' is reached") }
        return lines
    }
}

extension TLogPolicy {
    /// The origin of the one log that this policy trusts.
    ///
    /// Throws unless it lists one log key, or two of one origin: with more, a head could be one log's while an
    /// event was meant for another's.
    public func trustedOrigin() throws(NoteError) -> [UInt8] {
        guard let origin = logs.first?.key.name else { throw .unsuitablePolicy("the trust file names no log") }
        guard logs.count <= 2, logs.allSatisfy({ $0.key.name == origin }) else {
            throw .unsuitablePolicy(
                "a trust file lists one log key, or two of the same log while its key is being changed; "
                    + "this one lists \(logs.count)")
        }
        return origin
    }

    /// Checks that a note is a head of the trusted log, and witnessed as the policy asks.
    ///
    /// 1. A trusted log key signed it, and no signature under a known name and key id is bad (signed-note).
    /// 2. Its text is a checkpoint whose origin is that key's name.
    /// 3. The witnesses whose cosignatures are good make up the quorum, each public key counted once.
    ///
    /// Signatures of unknown keys are passed over. Cosignatures' times are read, not judged.
    public func verify(note: SignedNote) throws(NoteError) -> PolicyVerdict {
        let origin = try trustedOrigin()
        let known = logs.map(\.key) + witnesses.map(\.key)
        let signers = try note.verify(with: known)
        let logKeys = logs.map(\.key).filter { signers.contains($0) }
        guard !logKeys.isEmpty else { throw .noKnownSignature }
        let checkpoint = try Checkpoint(parsing: note.text)
        guard checkpoint.origin == origin else {
            throw .wrongOrigin(expected: TextRules.words(origin), found: TextRules.words(checkpoint.origin))
        }
        let cosigners = witnesses.compactMap { witness -> PolicyVerdict.Cosigner? in
            guard signers.contains(witness.key) else { return nil }
            let times = note.signatures.filter { witness.key.isNamed(by: $0) }.compactMap { line in
                Cosignature.time(of: line.signature)
            }
            return times.max().map { PolicyVerdict.Cosigner(name: witness.name, time: $0) }
        }
        let uncheckable = witnesses.filter { witness in
            witness.key.key == nil && note.signatures.contains { witness.key.isNamed(by: $0) }
        }
        return PolicyVerdict(
            checkpoint: checkpoint, logKeys: logKeys, quorum: try reachedQuorum(by: cosigners.map(\.name)),
            cosigners: cosigners, uncheckable: uncheckable.map(\.name))
    }

    /// Whether these witnesses, by the policy's names for them, make up its quorum; always where it asks for none.
    ///
    /// Groups refer to earlier names only, so one pass in their order decides all of them.
    public func isWitnessed(by cosigners: some Sequence<[UInt8]>) -> Bool {
        guard let quorum else { return true }
        var witnessed = Set(cosigners)
        for group in groups where group.members.count(where: { witnessed.contains($0) }) >= group.needed {
            witnessed.insert(group.name)
        }
        return witnessed.contains(quorum)
    }

    private func reachedQuorum(by cosigners: [[UInt8]]) throws(NoteError) -> PolicyVerdict.Quorum {
        guard let quorum else { return .none }
        if isWitnessed(by: cosigners) { return .reached(name: quorum) }
        let counted = cosigners.map(TextRules.words)
        let missing = witnesses.map(\.name).filter { !cosigners.contains($0) }.map(TextRules.words)
        throw .quorumMissed(
            "the quorum '\(TextRules.words(quorum))' is not reached: "
                + "counted \(counted.isEmpty ? "nobody" : counted.joined(separator: ", ")); "
                + "no good cosignature of \(missing.joined(separator: ", "))")
    }
}

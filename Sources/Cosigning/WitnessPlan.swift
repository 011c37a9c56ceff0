import LedgerCrypto
import LedgerEngine
import SignedNotes

/// Which witnesses a log asks, and which of them make up its quorum: the log's own tlog-policy, found fit for that.
public struct WitnessPlan: Hashable, Sendable {
    /// A witness that can be asked.
    public struct Asked: Hashable, Sendable {
        /// The policy's name for it.
        public let name: [UInt8]
        public let key: VerifierKey
        /// The submission prefix (tlog-witness), without a slash at its end.
        public let url: String

        /// The name for messages.
        public var words: String { String(decoding: name, as: UTF8.self) }
    }

    public let policy: TLogPolicy
    /// In the policy's order.
    public let asked: [Asked]
    /// The policy's names for those that are not: they have no address, or their signatures cannot be checked here.
    public let passedOver: [[UInt8]]
    /// Every key that the log had when this was made.
    public let logKeys: [VerifierKey]
    /// The log's name, in every head.
    public let origin: [UInt8]

    /// - Parameter logKeys: the keys that the log has or had, one at least; their name is the log's origin.
    public init(_ policy: TLogPolicy, logKeys: [VerifierKey]) throws(WitnessPlanError) {
        let origin: [UInt8]
        do { origin = try policy.trustedOrigin() } catch { throw WitnessPlanError("\(error)") }
        guard let own = logKeys.first, own.name == origin, policy.logs.contains(where: { logKeys.contains($0.key) })
        else {
            throw WitnessPlanError(
                "no log line of the policy has this log's key: what its witnesses cosign would count for another log")
        }
        let usable = policy.witnesses.compactMap { witness -> Asked? in
            guard witness.key.key != nil, let url = witness.url.flatMap(Self.address) else { return nil }
            return Asked(name: witness.name, key: witness.key, url: url)
        }
        guard !usable.isEmpty else {
            throw WitnessPlanError("no witness of the policy has an address: `witness <name> <vkey> http://HOST:PORT`")
        }
        guard policy.isWitnessed(by: usable.map(\.name)) else {
            let quorum = String(decoding: policy.quorum ?? [], as: UTF8.self)
            throw WitnessPlanError(
                "the quorum '\(quorum)' cannot be reached by the witnesses that have an address and an Ed25519 key: "
                    + usable.map(\.words).joined(separator: ", "))
        }
        self.policy = policy
        self.origin = origin
        self.logKeys = logKeys
        asked = usable
        passedOver = policy.witnesses.map(\.name).filter { name in !usable.contains { $0.name == name } }
    }

    /// Whether a head needs witnesses before it counts.
    public var needsQuorum: Bool { policy.quorum != nil }

    /// Whether a key of the log signed the head and the quorum cosigned it: a head that was kept under another policy
    /// may lack what this one asks for.
    public func accepts(_ head: PublishedHead) -> Bool {
        guard let note = try? SignedNote(parsing: head.note),
            let signers = try? note.verify(with: logKeys + asked.map(\.key)), signers.contains(where: logKeys.contains)
        else { return false }
        return policy.isWitnessed(by: asked.filter { signers.contains($0.key) }.map(\.name))
    }

    /// The names of those at these places.
    func names(_ places: some Sequence<Int>) -> [[UInt8]] { places.map { asked[$0].name } }

    private static func address(_ bytes: [UInt8]) -> String? {
        guard let text = String(validating: bytes, as: UTF8.self),
            text.hasPrefix("http://") || text.hasPrefix("https://")
        else { return nil }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}

/// Why a log cannot have its heads cosigned by a policy.
public struct WitnessPlanError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

import LedgerCrypto

/// A verifier's own statement of whom it trusts (C2SP tlog-policy): logs, witnesses, and how many witnesses must
/// have cosigned a head.
///
///     log <vkey> [<url>]
///     witness <name> <vkey> [<url>]
///     group <name> all|any|<k> <member>…
///     quorum <name>|none
///
/// As a trust file of Countersign it lists one log key, or two of one log while its key is being changed. Names of
/// witnesses and groups mean something inside the file only; they are bytes, as the file is.
public struct TLogPolicy: Hashable, Sendable {
    public struct Log: Hashable, Sendable {
        /// Its name is the log's origin.
        public let key: VerifierKey
        public let url: [UInt8]?

        public init(key: VerifierKey, url: [UInt8]? = nil) {
            self.key = key
            self.url = url
        }
    }

    public struct Witness: Hashable, Sendable {
        /// What groups and the quorum call it.
        public let name: [UInt8]
        public let key: VerifierKey
        public let url: [UInt8]?

        public init(name: [UInt8], key: VerifierKey, url: [UInt8]? = nil) {
            self.name = name
            self.key = key
            self.url = url
        }
    }

    /// How many of a group's members must have witnessed a head.
    public enum Threshold: Hashable, Sendable {
        case all
        case any
        case atLeast(Int)
    }

    public struct Group: Hashable, Sendable {
        public let name: [UInt8]
        public let threshold: Threshold
        /// Witnesses and earlier groups. A name is a member of one group at most, so that nobody counts twice.
        public let members: [[UInt8]]

        public init(name: [UInt8], threshold: Threshold, members: [[UInt8]]) {
            self.name = name
            self.threshold = threshold
            self.members = members
        }

        var needed: Int {
            switch threshold {
            case .all: members.count
            case .any: 1
            case .atLeast(let count): count
            }
        }
    }

    public let logs: [Log]
    public let witnesses: [Witness]
    /// Each refers to earlier ones only.
    public let groups: [Group]
    /// The witness or group that must have witnessed a head; `nil` is `quorum none`.
    public let quorum: [UInt8]?

    /// How many logs, witnesses and groups each a policy may have; implementations support 32 at least.
    public static let maxCount = 256
    public static let maxByteCount = 1 << 20

    /// Puts a policy together by the rules that hold for a file.
    public init(
        logs: [Log], witnesses: [Witness] = [], groups: [Group] = [], quorum: [UInt8]? = nil
    ) throws(NoteError) {
        var draft = PolicyDraft()
        for log in logs { try draft.add(log) }
        for witness in witnesses { try draft.add(witness) }
        for group in groups { try draft.add(group) }
        try draft.setQuorum(quorum ?? PolicyDraft.none)
        try self.init(finishing: draft)
    }

    init(finishing draft: PolicyDraft) throws(NoteError) {
        guard let quorum = draft.quorum else { throw .malformed("the policy has no quorum line") }
        logs = draft.logs
        witnesses = draft.witnesses
        groups = draft.groups
        self.quorum = quorum == PolicyDraft.none ? nil : quorum
        try VerifierKey.requireUnambiguous(logs.map(\.key) + witnesses.map(\.key))
    }

    /// Reads a policy file. A message names the line.
    public init(parsing file: [UInt8]) throws(NoteError) {
        try self.init(finishing: try PolicyDraft(parsing: file))
    }

    /// The policy as a file: logs, witnesses, groups, quorum, without comments. Parsing it gives an equal policy.
    public var formatted: [UInt8] {
        var file: [UInt8] = []
        func line(_ items: [[UInt8]]) { file += items.joined(separator: [TextRules.space]) + [TextRules.lineFeed] }
        for log in logs { line([PolicyDraft.logWord, log.key.formatted] + [log.url].compactMap { $0 }) }
        for witness in witnesses {
            line([PolicyDraft.witnessWord, witness.name, witness.key.formatted] + [witness.url].compactMap { $0 })
        }
        for group in groups {
            let threshold: [UInt8] =
                switch group.threshold {
                case .all: [UInt8]("all".utf8)
                case .any: [UInt8]("any".utf8)
                case .atLeast(let count): [UInt8]("\(count)".utf8)
                }
            line([PolicyDraft.groupWord, group.name, threshold] + group.members)
        }
        line([PolicyDraft.quorumWord, quorum ?? PolicyDraft.none])
        return file
    }
}

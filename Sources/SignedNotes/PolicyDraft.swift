import LedgerCrypto

/// A policy while its lines are taken in, each checked against those before it (tlog-policy, "Policy file syntax").
struct PolicyDraft {
    static let none = [UInt8]("none".utf8)
    static let logWord = [UInt8]("log".utf8)
    static let witnessWord = [UInt8]("witness".utf8)
    static let groupWord = [UInt8]("group".utf8)
    static let quorumWord = [UInt8]("quorum".utf8)

    private(set) var logs: [TLogPolicy.Log] = []
    private(set) var witnesses: [TLogPolicy.Witness] = []
    private(set) var groups: [TLogPolicy.Group] = []
    private(set) var quorum: [UInt8]?
    private var names: Set<[UInt8]> = [PolicyDraft.none]
    private var members: Set<[UInt8]> = []
    private var keys: Set<[UInt8]> = []

    init() {}

    init(parsing file: [UInt8]) throws(NoteError) {
        guard file.count <= TLogPolicy.maxByteCount else {
            throw .malformed("a policy has at most \(TLogPolicy.maxByteCount) bytes")
        }
        var reader = LineReader(file[...])
        while !reader.isAtEnd {
            guard let line = reader.next() else {
                throw .malformed("line \(reader.number + 1) of the policy has no line feed at its end")
            }
            do throws(NoteError) {
                try add(line: line)
            } catch { throw .malformed("line \(reader.number) of the policy: \(error)") }
        }
    }

    private mutating func add(line: ArraySlice<UInt8>) throws(NoteError) {
        guard line.allSatisfy(PolicyDraft.isAllowed) else {
            throw .malformed("control characters other than the tab are not allowed")
        }
        let items = line.split { $0 == TextRules.space || $0 == PolicyDraft.tab }.map { [UInt8]($0) }
        guard let word = items.first, word.first != UInt8(ascii: "#") else { return }
        switch (word, items.count) {
        case (PolicyDraft.logWord, 2...3):
            try add(TLogPolicy.Log(key: try VerifierKey(parsing: items[1]), url: items.count == 3 ? items[2] : nil))
        case (PolicyDraft.witnessWord, 3...4):
            let url = items.count == 4 ? items[3] : nil
            try add(TLogPolicy.Witness(name: items[1], key: try VerifierKey(parsing: items[2]), url: url))
        case (PolicyDraft.groupWord, 4...):
            let threshold = try PolicyDraft.threshold(items[2])
            try add(TLogPolicy.Group(name: items[1], threshold: threshold, members: [[UInt8]](items[3...])))
        case (PolicyDraft.quorumWord, 2): try setQuorum(items[1])
        default:
            throw .malformed(
                "expected 'log <vkey> [<url>]', 'witness <name> <vkey> [<url>]', "
                    + "'group <name> all|any|<k> <member>…' or 'quorum <name>|none'")
        }
    }

    mutating func add(_ log: TLogPolicy.Log) throws(NoteError) {
        guard log.key.type != .cosignature else {
            throw .malformed("the key '\(TextRules.words(log.key.name))' is a witness's, not a log's")
        }
        try requireNew(log.key)
        try PolicyDraft.requireRoom(logs.count)
        try PolicyDraft.requireItem(log.url)
        logs.append(log)
    }

    mutating func add(_ witness: TLogPolicy.Witness) throws(NoteError) {
        guard witness.key.type == .cosignature || witness.key.type == .mldsaCosignature else {
            throw .malformed(
                "the key of the witness '\(TextRules.words(witness.name))' is of no cosignature type (04 or 06)")
        }
        try requireNew(witness.key)
        try PolicyDraft.requireRoom(witnesses.count)
        try PolicyDraft.requireItem(witness.url)
        try define(witness.name)
        witnesses.append(witness)
    }

    mutating func add(_ group: TLogPolicy.Group) throws(NoteError) {
        for member in group.members {
            try requireDefined(member)
            guard members.insert(member).inserted else {
                throw .malformed("'\(TextRules.words(member))' is a member already, and nobody counts twice")
            }
        }
        guard (1...max(1, group.members.count)).contains(group.needed), !group.members.isEmpty else {
            throw .malformed("a group of \(group.members.count) cannot need \(group.needed) of them")
        }
        try PolicyDraft.requireRoom(groups.count)
        try define(group.name)
        groups.append(group)
    }

    mutating func setQuorum(_ name: [UInt8]) throws(NoteError) {
        guard quorum == nil else { throw .malformed("a second quorum line") }
        if name != PolicyDraft.none { try requireDefined(name) }
        quorum = name
    }

    /// One public key is one log or one witness, under whatever name and type: a log that witnesses itself would make
    /// up a quorum alone.
    private mutating func requireNew(_ key: VerifierKey) throws(NoteError) {
        guard keys.insert(key.material).inserted else {
            throw .malformed("the public key of '\(TextRules.words(key.name))' stands in another line already")
        }
    }

    private mutating func define(_ name: [UInt8]) throws(NoteError) {
        try PolicyDraft.requireItem(name)
        guard names.insert(name).inserted else {
            throw .malformed("the name '\(TextRules.words(name))' is taken")
        }
    }

    private func requireDefined(_ name: [UInt8]) throws(NoteError) {
        guard name != PolicyDraft.none, names.contains(name) else {
            throw .malformed("no line before defines '\(TextRules.words(name))'")
        }
    }

    private static func requireRoom(_ count: Int) throws(NoteError) {
        guard count < TLogPolicy.maxCount else { throw .malformed("more than \(TLogPolicy.maxCount) of a kind") }
    }

    /// Whether the bytes can stand between spaces: a policy that is put together by hand must be a file too.
    private static func requireItem(_ item: [UInt8]?) throws(NoteError) {
        guard let item else { return }
        guard !item.isEmpty, item.allSatisfy({ isAllowed($0) && $0 != TextRules.space && $0 != tab }) else {
            throw .malformed("a name or address is empty or holds a space or control character")
        }
    }

    private static let tab: UInt8 = 0x09

    private static func isAllowed(_ byte: UInt8) -> Bool {
        byte == tab || (byte >= TextRules.space && byte != 0x7F)
    }

    private static func threshold(_ item: [UInt8]) throws(NoteError) -> TLogPolicy.Threshold {
        if item.elementsEqual("all".utf8) { return .all }
        if item.elementsEqual("any".utf8) { return .any }
        guard let count = TextRules.decimal(item) else {
            throw .malformed("a group needs 'all', 'any' or a decimal number of its members")
        }
        return .atLeast(Int(count))
    }
}

import LedgerCrypto

/// What a leaf of the tree holds: an event as it was sealed, in the canonical form of RFC 8785.
public struct LedgerEntry: Sendable {
    /// The leaf's bytes: at most 65,535.
    public let bytes: [UInt8]
    let content: EventContent
    /// `ledgertime`: when the ledger sealed it. It never decreases along a log.
    public let ledgerTime: Timestamp
    /// `ledgercaller`: who submitted it, by a name that is never given to another.
    public let caller: Text
    /// `ledgersalt`: 16 random bytes, so that the leaf's hash gives nothing away to a guess.
    public let salt: [UInt8]

    /// Seals an event.
    /// - Parameters:
    ///   - time: the ledger's clock; rounded down to milliseconds.
    ///   - caller: 1 to 256 bytes without control or noncharacters.
    ///   - salt: 16 random bytes, never used before.
    public static func seal(
        _ event: ApprovalEvent, time: Timestamp, caller: Text, salt: [UInt8]
    ) throws(EventRefusal) -> LedgerEntry {
        var bytes: [UInt8] = []
        try seal(event, time: time, caller: caller, salt: salt[...], onto: &bytes)
        return LedgerEntry(
            bytes: bytes, content: event.content, ledgerTime: Timestamp(milliseconds: time.milliseconds),
            caller: caller, salt: salt)
    }

    /// Seals an event onto the end of `output`: of many that are sealed one after the other, none needs memory of its own.
    /// Where this throws, what was appended is no entry.
    package static func seal(
        _ event: ApprovalEvent, time: Timestamp, caller: Text, salt: ArraySlice<UInt8>, onto output: inout [UInt8]
    ) throws(EventRefusal) {
        let violations = Self.check(caller: caller, salt: salt)
        guard violations.isEmpty else { throw EventRefusal(violations) }
        let start = output.count
        event.sealable.seal(caller: caller, salt: salt, time: time, onto: &output)
        let size = output.count - start
        guard size <= EventLimits.entryBytes else { throw EventRefusal([.tooLarge(size, at: .root)]) }
    }

    static func check(caller: Text, salt: some Collection<UInt8>) -> [Violation] {
        var violations: [Violation] = []
        func report(_ name: Text, _ rule: String, _ message: String) {
            violations.append(Violation(pointer: JSONPointer.root.appending(name), rule: rule, message: message))
        }
        if !(1...EventLimits.identityBytes).contains(caller.utf8.count) {
            report("ledgercaller", "attribute-length", "This must be 1 to \(EventLimits.identityBytes) bytes long.")
        }
        if !caller.isPlain {
            report("ledgercaller", "attribute-characters", "Control characters and noncharacters are not allowed here.")
        }
        if salt.count != 16 { report("ledgersalt", "ledger-attribute", "This must be 16 bytes.") }
        return violations
    }
}

extension LedgerEntry {
    public var identity: EventIdentity { content.identity }
    /// The CloudEvents `type`.
    public var type: Text { content.type }
    public var subject: Text? { content.subject }
    /// When the source says that it happened; where a foreign event does not say, when it was sealed.
    public var time: Timestamp { content.time ?? ledgerTime }
    public var sourceSequence: UInt64? { content.sourceSequence }
    /// The data, typed: `.foreign` for types that are not ours, `.opaque` for those of a later version. Read anew each
    /// time that it is asked for.
    public var payload: EventPayload { content.payload(in: bytes) }
    /// The envelope and its data without the ledger's three attributes. Read anew each time that it is asked for.
    public var attributes: JSONObject {
        var members = EventContent.members(in: bytes)
        for name in AttributeName.allCases where name.isLedgers { members[name.text] = nil }
        return members
    }
    /// Lends the member `data`, nil where there is none, without a copy of all that is in it.
    package func withData<Result>(_ body: (JSONNode?) -> Result) -> Result {
        EventContent.withData(in: bytes, body)
    }

    /// The digests behind which members of this entry are concealed.
    public var concealedDigests: [Text] {
        guard case .ours(let type) = content.family else { return [] }
        return withData { data in
            ConcealingPlace.places(of: type).flatMap { place -> [Text] in
                let object = place.path.reduce(data) { $0?.member($1) }
                return object?.member(JSONObject.concealedName)?.items.compactMap(\.string) ?? []
            }
        }
    }
}

extension LedgerEntry: Hashable {
    public static func == (left: LedgerEntry, right: LedgerEntry) -> Bool { left.bytes == right.bytes }
    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

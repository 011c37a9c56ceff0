import LedgerCrypto

/// Why bytes are not an entry.
public enum EntryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// More than 65,535 bytes.
    case tooLarge
    case malformed(JSONError)
    /// JSON, but not its own canonical form.
    case notCanonical
    /// Canonical, but not what a ledger seals.
    case invalid([Violation])

    public var description: String {
        switch self {
        case .tooLarge: "longer than an entry may be"
        case .malformed(let error): error.description
        case .notCanonical: "not in the canonical form of RFC 8785"
        case .invalid(let violations): violations.map(\.description).joined(separator: "\n")
        }
    }
}

extension LedgerEntry {
    /// Reads an entry: canonical bytes, with the ledger's three attributes, and an event that could be submitted.
    ///
    /// A type of ours that this version does not know is `.opaque`: its own rules cannot be checked.
    public init(parsing bytes: [UInt8]) throws(EntryError) {
        guard bytes.count <= EventLimits.entryBytes else { throw .tooLarge }
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(parsing: bytes, maxDepth: 1 + EventLimits.foreignDepth)
        } catch { throw .malformed(error) }
        guard document.isCanonical else { throw .notCanonical }
        guard document.withRoot(\.isObject) else {
            throw .invalid([Violation(pointer: .root, rule: "type", message: "An entry is an object.")])
        }
        let ledger = document.withRoot { LedgerAttributes(of: $0) }
        var draft = EventDraft(at: .root)
        draft.take(structured: JSONPart(document), isEntry: true)
        let family = draft.checkEntry()
        draft.settleContentType()
        let violations = ledger.violations + draft.violations
        guard violations.isEmpty, let time = ledger.time, let caller = ledger.caller, let salt = ledger.salt,
            let content = EventContent(draft, family: family)
        else { throw .invalid(violations) }
        // What a submission would have lost on its way in, or gained, cannot stand in an entry.
        guard draft.asGiven != nil || SealableForm(draft).sealed(caller: caller, salt: salt, time: time) == bytes
        else { throw .invalid([Self.otherForm]) }
        self.init(bytes: bytes, content: content, ledgerTime: time, caller: caller, salt: salt)
    }

    private static let otherForm = Violation(
        pointer: .root, rule: "one-form", message: "The same event is sealed in another form.")
}

/// The three attributes that only the ledger sets, as they stand in an entry.
private struct LedgerAttributes {
    var time: Timestamp?
    var caller: Text?
    var salt: [UInt8]?
    var violations: [Violation] = []

    init(of entry: JSONNode) {
        if let text = entry["ledgertime"]?.string, let time = Timestamp(text), time.isLedgerForm {
            self.time = time
        }
        caller = entry["ledgercaller"]?.string
        salt = entry["ledgersalt"]?.string.flatMap { Base64URL.decode($0.utf8) }
        if time == nil {
            let message = "This must be a time in UTC with exactly three digits of a fraction."
            violations.append(
                Violation(
                    pointer: JSONPointer.root.appending("ledgertime"), rule: "ledger-attribute", message: message))
        }
        violations += LedgerEntry.check(caller: caller ?? "", salt: salt ?? [])
    }
}

extension EventDraft {
    /// The rules of a submission, but for what only intake decides.
    fileprivate mutating func checkEntry() -> EventContent.Family? {
        if disclosures != nil { report(.disclosures, "known-attribute", "Disclosures are never sealed.") }
        if case .ours(nil) = Family(type: self[.type]) {
            checkCommonRules()
            return .opaque
        }
        return checkSubmission(rules: IntakeRules(allowsForeignTypes: true))
    }
}

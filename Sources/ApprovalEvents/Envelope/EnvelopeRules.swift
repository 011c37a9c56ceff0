// The rules of the envelope. Everything that breaks one is collected; nothing stops at the first.

extension EventDraft {
    /// Whose rules an event follows, by its `type`.
    enum Family: Hashable {
        /// A type of ours. Nil: this version does not know it.
        case ours(KnownType?)
        case foreign
        /// There is no type, so only what holds for every event is checked.
        case unknown

        init(type: Text?) {
            guard let type else {
                self = .unknown
                return
            }
            let known = KnownType(type)
            self = known != nil || VocabularyType.isOurs(type) ? .ours(known) : .foreign
        }
    }

    /// What holds for every CloudEvents event (CloudEvents 1.0 §3, DESIGN §2.1).
    mutating func checkCommonRules() {
        let version = self[.specversion]
        if let version, version != "1.0" {
            report(.specversion, "specversion", "This ledger takes CloudEvents 1.0.")
        }
        checkIdentity(.id)
        checkIdentity(.source)
        if version == nil { reportMissing(.specversion, "An event must have specversion.") }
        if self[.type] == nil { reportMissing(.type, "An event must have type.") }
        for at in attributes.indices where attributes[at].value.isEmpty {
            switch attributes[at].known {
            case .type, .subject, .dataschema, .datacontenttype:
                report(attributes[at].name, "attribute-length", "This must not be empty.")
            default: break
            }
        }
    }

    private mutating func checkIdentity(_ name: AttributeName) {
        guard let text = self[name] else { return reportMissing(name, "An event must have \(name.text.string).") }
        if !(1...EventLimits.identityBytes).contains(text.utf8.count) {
            report(name, "attribute-length", "This must be 1 to \(EventLimits.identityBytes) bytes long.")
        }
    }

    mutating func checkForeignRules(_ rules: IntakeRules) {
        if !rules.allowsForeignTypes {
            report(
                .type, "foreign-type", "This ledger takes types that begin with \(VocabularyType.prefix.string) only.")
        }
        if let text = self[.time] {
            time = Timestamp(rfc3339: text)
            if time == nil { report(.time, "timestamp", "This must be a date and time of RFC 3339.") }
        }
        if disclosures != nil {
            report(.disclosures, "disclosures-foreign", "Only types of ours can conceal members.")
        }
    }

    mutating func checkOwnRules(_ type: VocabularyType?) {
        for at in attributes.indices where attributes[at].known?.isOwn != true {
            let name = attributes[at].name
            report(name, "known-attribute", "Our types have no attribute \(name.string).")
        }
        if let source = self[.source], !source.isEmpty, !Self.isPath(source) {
            report(
                .source, "source-path",
                "For our types this is a path such as /gateways/eu-1: segments of A-Z a-z 0-9 . _ ~ -, none of them . or .."
            )
        }
        if let text = self[.time] {
            time = Timestamp(text)
            if time == nil { report(.time, "timestamp", "This must be \(TextForm.timestamp.words).") }
        } else {
            reportMissing(.time, "An event of ours says when it happened.")
        }
        if let sequence = self[.sourcesequence], Self.sequence(sequence) == nil {
            report(.sourcesequence, "sourcesequence", "This must be a decimal number from 1, without leading zeros.")
        }
        if let type { checkSubject(type) }
        switch body {
        case .none: reportMissing(.data, "An event of ours has data.")
        case .bytes: report(.datacontenttype, "datacontenttype", "The data of our types is application/json.")
        case .json(let data) where data.isDeeper(than: EventLimits.depth):
            report(.data, "too-deep", "More than \(EventLimits.depth) arrays and objects inside each other.")
        case .json: break
        }
    }

    private mutating func checkSubject(_ type: VocabularyType) {
        switch (type.subjectRule, self[.subject] != nil) {
        case (.required, false): reportMissing(.subject, "\(type.rawValue) names its case in subject.")
        case (.refused, true): report(.subject, "subject-refused", "\(type.rawValue) belongs to no case.")
        default: break
        }
    }

    /// Reports a missing attribute, unless one that could not be read stands there.
    private mutating func reportMissing(_ name: AttributeName, _ message: String) {
        let place = root.appending(name.text).steps
        guard !violations.contains(where: { $0.pointer.steps.starts(with: place) }) else { return }
        report(name, "required-attribute", message)
    }

    /// A count from 1, in its canonical decimal form.
    static func sequence(_ text: Text) -> UInt64? {
        text.withBytes { digits in
            guard let first = digits.first, first != UInt8(ascii: "0"), digits.count <= 20 else { return nil }
            var number: UInt64 = 0
            for byte in digits {
                let digit = byte &- UInt8(ascii: "0")
                let (tens, isTooLarge) = number.multipliedReportingOverflow(by: 10)
                let (sum, isCarried) = tens.addingReportingOverflow(UInt64(digit))
                guard digit < 10, !isTooLarge, !isCarried else { return nil }
                number = sum
            }
            return number
        }
    }

    /// `/` and a segment, once or more. Dot segments would let a path leave the prefix that a grant names.
    private static func isPath(_ source: Text) -> Bool {
        source.withBytes { bytes in
            guard bytes.first == UInt8(ascii: "/") else { return false }
            var start = 1
            for at in 1...bytes.count {
                if at < bytes.count, bytes[at] != UInt8(ascii: "/") {
                    guard isSegmentByte(bytes[at]) else { return false }
                } else {
                    let segment = bytes[start..<at]
                    if segment.isEmpty || segment.count <= 2 && segment.allSatisfy({ $0 == UInt8(ascii: ".") }) {
                        return false
                    }
                    start = at + 1
                }
            }
            return true
        }
    }

    private static func isSegmentByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

import ApprovalEvents

/// What a monitor saw: one line.
struct MonitorEvent {
    enum Kind: String {
        /// Nothing was known of the log before.
        case started
        case grew
        case same
        /// The server did not answer, or not us.
        case unreachable
        /// Too few witnesses have cosigned the served head, so far: cosignatures come after it.
        case unwitnessed
        /// The served head is no head of the trusted log.
        case untrusted
        case fork
        case rollback
        /// A tile does not lead to the signed root.
        case wrongTile = "wrong-tile"
        /// An entry is not the one that was signed.
        case wrongEntry = "wrong-entry"
        /// The log does not serve what its head needs.
        case withheld
        /// An entry is none, although it was signed.
        case badEntry = "bad-entry"
        /// The ledger's clock fell.
        case clock
    }

    let kind: Kind
    let text: String
    /// Where the proof was kept.
    var evidence: String?

    init(_ kind: Kind, _ text: String, evidence: String? = nil) {
        self.kind = kind
        self.text = text
        self.evidence = evidence
    }

    /// Whether the log did what a log must not.
    var isMisbehaviour: Bool {
        switch kind {
        case .started, .grew, .same, .unreachable, .unwitnessed: false
        case .untrusted, .fork, .rollback, .wrongTile, .wrongEntry, .withheld, .badEntry, .clock: true
        }
    }

    /// Whether the log could be looked at.
    var isChecked: Bool { kind != .unreachable && kind != .unwitnessed }

    func line(at time: Timestamp) -> String {
        let kept = evidence.map { "; kept in \($0)" } ?? ""
        let padding = String(repeating: " ", count: max(1, 12 - kind.rawValue.utf8.count))
        // What a log says of itself must not break the line.
        let plain = String(String.UnicodeScalarView((text + kept).unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
        return "\(time.ledgerForm)  \(kind.rawValue)\(padding)\(plain)"
    }

    func json(at time: Timestamp) -> String {
        var object: JSONObject = [
            "time": .string(time.ledgerForm), "event": .string(Text(kind.rawValue)), "text": .string(Text(text)),
            "misbehaviour": .bool(isMisbehaviour),
        ]
        if let evidence { object["evidence"] = .string(Text(evidence)) }
        return String(decoding: JSONValue.object(object).canonicalBytes, as: UTF8.self)
    }
}

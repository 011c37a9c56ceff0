/// The attributes that have a meaning here. Foreign events may have others.
enum AttributeName: UInt8, CaseIterable, Sendable {
    // Those that nearly every event has come first, for they are looked for in this order.
    case id
    case source
    case time
    case type
    case subject
    case specversion
    case sourcesequence
    case datacontenttype
    case data
    case dataBase64
    case dataschema
    case disclosures
    case ledgercaller
    case ledgersalt
    case ledgertime
    case traceparent
    case tracestate

    init?(_ name: Text) { self.init(ShortName(name)) }

    /// Nil for a name that is none of these, long ones among them.
    init?(_ name: ShortName?) {
        guard let name, let known = Self.byName.first(where: { $0.name == name }) else { return nil }
        self = known.attribute
    }

    var text: Text {
        switch self {
        case .id: "id"
        case .source: "source"
        case .time: "time"
        case .type: "type"
        case .subject: "subject"
        case .specversion: "specversion"
        case .sourcesequence: "sourcesequence"
        case .datacontenttype: "datacontenttype"
        case .data: "data"
        case .dataBase64: "data_base64"
        case .dataschema: "dataschema"
        case .disclosures: "disclosures"
        case .ledgercaller: "ledgercaller"
        case .ledgersalt: "ledgersalt"
        case .ledgertime: "ledgertime"
        case .traceparent: "traceparent"
        case .tracestate: "tracestate"
        }
    }

    private static let byName = allCases.compactMap { attribute in
        ShortName(attribute.text).map { (name: $0, attribute: attribute) }
    }

    /// Only the ledger sets these.
    var isLedgers: Bool { self == .ledgercaller || self == .ledgersalt || self == .ledgertime }

    /// Whether types of ours may have it.
    var isOwn: Bool {
        switch self {
        case .datacontenttype, .id, .source, .sourcesequence, .specversion, .subject, .time, .type: true
        case .data, .dataBase64, .dataschema, .disclosures, .ledgercaller, .ledgersalt, .ledgertime, .traceparent,
            .tracestate:
            false
        }
    }

    /// The attributes that are strings by definition, so that no other JSON value stands for them.
    var isString: Bool { isOwn || self == .dataschema || self == .disclosures }
}

/// An attribute, as the string that every mode carries it as (CloudEvents 1.0 §3.1).
struct EventAttribute: Sendable {
    /// Which of ours it is; nil for an extension of a foreign event's.
    let known: AttributeName?
    /// The name of an extension.
    private let extensionName: Text?
    let value: Text

    init(_ name: Text, _ value: Text, known: AttributeName?) {
        self.known = known
        extensionName = known == nil ? name : nil
        self.value = value
    }

    var name: Text { known?.text ?? extensionName ?? "" }

    init(_ name: AttributeName, _ value: Text) { self.init(name.text, value, known: name) }
}

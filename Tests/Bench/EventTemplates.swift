import ApprovalEvents
import LedgerCrypto
import TestMaterial

/// One event of 1 KiB, ready to be sent, but for the places of its id and of its case's.
package struct EventTemplate: Sendable {
    package let bytes: [UInt8]
    /// Where the 36 characters of `id` stand.
    package let idPlace: Int
    /// Where the 36 characters of the case, in `subject`, stand.
    package let casePlace: Int

    fileprivate init(_ text: String) {
        bytes = Array(text.utf8)
        idPlace = Self.place(of: EventText.noID, in: bytes)
        casePlace = Self.place(of: EventText.noCase, in: bytes)
    }

    private static func place(of marker: String, in bytes: [UInt8]) -> Int {
        let marker = Array(marker.utf8)
        return bytes.indices.first { bytes[$0...].starts(with: marker) } ?? bytes.endIndex
    }
}

/// What a gateway sends: for each case a request, a review and a start, 64 different ones of each, of exactly
/// `EventTemplates.length` bytes. Written as SDKs write them, with the envelope's members in the order of the
/// CloudEvents specification: the ledger has to sort them.
package struct EventTemplates: Sendable {
    /// Bytes of each event; of its canonical form too, for no member needs an escape.
    package static let length = 1_024
    /// Events of a case, in their order.
    package static let perCase = 3
    private static let variants = 64

    /// By variant, and for each the events of a case.
    package let cases: [[EventTemplate]]

    package init(source: String, seed: UInt64) throws(JSONError) {
        var random = SeededRandom(seed: seed)
        var cases: [[EventTemplate]] = []
        for variant in 0..<Self.variants {
            let text = EventText(source: source, variant: variant, random: &random)
            cases.append([
                EventTemplate(try text.whole("approval.requested", text.requested)),
                EventTemplate(try text.whole("approval.reviewed", text.reviewed)),
                EventTemplate(try text.whole("action.started", text.started)),
            ])
        }
        self.cases = cases
    }
}

/// The words of one case.
private struct EventText {
    static let noID = "00000000-0000-0000-0000-000000000000"
    static let noCase = "11111111-1111-1111-1111-111111111111"

    private let source: String
    private let variant: Int
    private let human, reviewer, agent, session, digest, policy, grant: String

    init(source: String, variant: Int, random: inout SeededRandom) {
        func hex(_ bytes: Int) -> String { Hex.string(random.bytes(bytes)) }
        self.source = source
        self.variant = variant
        human = "okta:00u\(hex(6))"
        reviewer = "okta:00u\(hex(6))"
        agent = "agent:report-writer-\(variant)"
        session = hex(8)
        digest = "sha256:\(hex(32))"
        policy = "sha256:\(hex(32))"
        grant = hex(12)
    }

    /// The event with so much filling that it has the length of all of them.
    func whole(_ type: String, _ data: (_ filling: String) throws(JSONError) -> String) throws(JSONError) -> String {
        let bare = envelope(type, try data("")).utf8.count
        return envelope(type, try data(Self.filling(EventTemplates.length - bare)))
    }

    private func envelope(_ type: String, _ data: String) -> String {
        """
        {"specversion":"1.0","id":"\(Self.noID)","source":"\(source)","type":"dev.countersign.\(type).v1",\
        "subject":"apr_\(Self.noCase)","time":"2026-11-22T03:\(10 + variant % 50):00.123Z",\
        "datacontenttype":"application/json","data":\(data)}
        """
    }

    func requested(_ filling: String) throws(JSONError) -> String {
        let action = action(statement: "select id, email from customers")
        return """
            {"requester":\(requester),"action":\(action),"action_digest":"\(try Self.digest(of: action))",\
            "policy":{"id":"production","version":3,"digest":"\(policy)","rule":"export-personal-data"},\
            "context":{"ticket":"OPS-\(1_000 + variant)","justification":"\(filling)"}}
            """
    }

    func reviewed(_ filling: String) throws(JSONError) -> String {
        """
        {"reviewer":{"kind":"human","id":"\(reviewer)",\
        "via":{"system":"slack","id":"slack:T04ACME/\(session)","binding":"scim"},\
        "auth":{"method":"webauthn","strength":"phishing_resistant","session":"s-\(session)"}},"decision":"approve",\
        "action_digest":"\(try Self.digest(of: action(statement: "select id, email from customers")))",\
        "shown_digest":"\(digest)","channel":{"kind":"slack","id":"T04ACME/C08APPROVALS"},\(evidence),"reason":"\(filling)"}
        """
    }

    func started(_ filling: String) throws(JSONError) -> String {
        let action = action(statement: "select id, email from customers \(filling)")
        return """
            {"execution_id":"exec-\(session)","executor":\(requester),\
            "authority":{"kind":"grant","event":{"source":"\(source)","id":"grant-\(grant)"}},\
            "action_digest":"\(try Self.digest(of: action))","action":\(action)}
            """
    }

    private var requester: String {
        """
        {"kind":"agent","id":"\(agent)","auth":{"method":"oidc","strength":"single"},\
        "on_behalf_of":{"kind":"human","id":"\(human)"}}
        """
    }

    private var evidence: String {
        """
        "evidence":{"method":"github-hmac-sha256","grade":"A","binds_body":true,"raw_digest":"\(policy)",\
        "key_ref":"gateway/2026-11"}
        """
    }

    private func action(statement: String) -> String {
        """
        {"verb":"data.export","resource":{"type":"table","id":"customers-\(variant)","environment":"production",\
        "data_classes":["pii"]},"destination":{"type":"bucket","id":"reports"},\
        "parameters":{"statement":"\(statement)","limit":\(10_000 + variant)}}
        """
    }

    private static func digest(of action: String) throws(JSONError) -> String {
        "sha256:\(Digest.sha256(try JSONValue(parsing: Array(action.utf8)).canonicalBytes).hex)"
    }

    private static func filling(_ length: Int) -> String {
        let words = "needed for the quarterly report to the board which counts accounts by region and by plan, "
        return String(repeating: words, count: max(0, length) / words.utf8.count + 1).prefix(max(0, length)).description
    }
}

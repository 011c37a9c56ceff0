import ApprovalEvents

/// Concealed members (RFC 9901 in DESIGN's shape): the entry holds salted digests in `_sd`, the disclosures stand
/// outside of it.
enum Concealment {
    /// Whether every disclosure opens a digest of the entry, each another one.
    static func outcome(of disclosures: [Text], in entry: LedgerEntry) -> Outcome {
        var closed = Set(entry.concealedDigests)
        for (number, text) in disclosures.enumerated() {
            guard let disclosure = Disclosure(text) else {
                return .fails(reason: "disclosure \(number + 1) is not one: base64url of [salt, name, value]")
            }
            guard closed.remove(disclosure.digest) != nil else {
                return .fails(reason: "disclosure \(number + 1) belongs to no digest of the entry, or is there twice")
            }
        }
        return .holds
    }
}

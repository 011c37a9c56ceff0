import LedgerCrypto

extension ContentDigest {
    /// The digest of a value's canonical form (RFC 8785).
    package init(ofCanonical value: JSONValue) {
        self.init(Digest.sha256(value.canonicalBytes))
    }
}

extension Action {
    /// The digest that approvals and executions are compared by: SHA-256 over the canonical form. Nil while
    /// a part of the action is concealed, for then it cannot be known.
    public var digest: ContentDigest? {
        concealed.isEmpty ? ContentDigest(ofCanonical: jsonValue) : nil
    }
}

extension Policy {
    /// The digest that a policy is cited by.
    public var digest: ContentDigest { ContentDigest(ofCanonical: jsonValue) }
}

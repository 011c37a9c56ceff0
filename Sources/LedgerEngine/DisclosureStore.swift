import ApprovalEvents

/// What submissions concealed: kept outside the tree, so that it can be destroyed while every proof holds on.
///
/// Synchronous and safe from any thread. Disclosures are found by the digest that stands for them in `_sd`.
public protocol DisclosureStore: Sendable {
    /// Keeps them. When this returns they survive a power cut: their entry is committed only after it.
    /// Putting one again that is there is no error.
    func put(_ disclosures: [Disclosure]) throws
    /// Those of `digests` that are there, in any order.
    func disclosures(for digests: [Text]) throws -> [Disclosure]
    /// Destroys them: overwritten, not only unlinked. Digests that are not there are no error, for an erasure is
    /// repeated at every start.
    func erase(_ digests: [Text]) throws
}

// Resends: whether a submission under a known `source` and `id` is the one that was sealed (DESIGN §2.1).

/// What a second submission under the same `source` and `id` is.
public enum Resend: Hashable, Sendable {
    /// The content that was sealed.
    case same
    /// Other content.
    case different
    /// Nobody can say: a disclosure that the comparison needs is not there any more.
    case undecidable
}

extension LedgerEntry {
    /// The canonical submission with `disclosing` put back; nil if that leaves a digest unopened.
    public func submission(disclosing: [Disclosure]) -> [UInt8]? {
        let open = attributes.revealed(with: disclosing)
        guard open.concealed.isEmpty else { return nil }
        return open.attributes.canonicalBytes
    }

    /// Compares a submission with this entry.
    ///
    /// The same digests are the same content, for a digest binds what it conceals; so an event that was sent concealed
    /// is recognised for ever, whatever was erased. Otherwise both are opened with every disclosure that either has,
    /// and compared as what they then say. Where they differ only in members that an unopened digest may stand for, the
    /// answer is `undecidable`.
    /// - Parameter disclosing: what is still kept of this entry's disclosures.
    public func compare(_ event: ApprovalEvent, disclosing: [Disclosure]) -> Resend {
        // Sealed again as this one was, it would be this one.
        if event.sealable.sealed(caller: caller, salt: salt, time: ledgerTime) == bytes { return .same }
        let known = disclosing + event.disclosures
        let sealed = attributes.revealed(with: known)
        let given = event.attributes.revealed(with: known)
        if sealed.attributes == given.attributes { return .same }
        guard !sealed.concealed.isEmpty || !given.concealed.isEmpty else { return .different }
        return sealed.mayBe(given) ? .undecidable : .different
    }
}

/// The attributes of an event in which everything known is disclosed.
private struct OpenedEvent {
    let type: VocabularyType?
    let attributes: JSONObject
    /// The digests that nothing opened.
    let concealed: [Text]

    var data: JSONObject? { attributes["data"]?.asObject }

    /// Whether the two may say the same: they differ only in concealable members, and on each side at most as many
    /// of them are missing as digests stand there that the other side does not have.
    func mayBe(_ other: OpenedEvent) -> Bool {
        guard let type, type == other.type, let mine = data, let theirs = other.data else { return false }
        var (one, two) = (attributes, other.attributes)
        (one["data"], two["data"]) = (nil, nil)
        guard one == two else { return false }
        var (openMine, openTheirs) = (mine, theirs)
        for place in ConcealingPlace.places(of: type) {
            guard let here = mine.object(at: place.path), let there = theirs.object(at: place.path) else { continue }
            guard Self.canFill(place, here, from: there), Self.canFill(place, there, from: here) else { return false }
            // What one side lacks and its digests may stand for is no difference; nor are the digests.
            for name in place.names where (here[name] == nil) != (there[name] == nil) {
                openMine.change(at: place.path) { $0[name] = nil }
                openTheirs.change(at: place.path) { $0[name] = nil }
            }
            openMine.change(at: place.path) { $0[JSONObject.concealedName] = nil }
            openTheirs.change(at: place.path) { $0[JSONObject.concealedName] = nil }
        }
        return openMine == openTheirs
    }

    /// Whether the members that only `full` has may stand behind the digests that only `object` has.
    private static func canFill(_ place: ConcealingPlace, _ object: JSONObject, from full: JSONObject) -> Bool {
        let missing = place.names.count { object[$0] == nil && full[$0] != nil }
        return missing <= Set(object.concealedDigests).subtracting(full.concealedDigests).count
    }
}

extension JSONObject {
    /// The attributes of an event with every member put back that `known` opens.
    fileprivate func revealed(with known: [Disclosure]) -> OpenedEvent {
        guard let type = self["type"]?.asString.flatMap({ VocabularyType($0) }), let data = self["data"]?.asObject
        else {
            return OpenedEvent(type: nil, attributes: self, concealed: [])
        }
        var open = self
        let revealed = known.isEmpty ? data : data.revealed(type, with: known)
        open["data"] = .object(revealed)
        return OpenedEvent(type: type, attributes: open, concealed: revealed.concealedDigests(type))
    }
}

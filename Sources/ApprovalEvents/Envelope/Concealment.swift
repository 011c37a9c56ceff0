/// An object in the data of a type that may hold `_sd`, and the members that may stand behind its digests.
struct ConcealingPlace: Sendable {
    /// Names from `data` inwards.
    let path: [Text]
    let names: Set<Text>

    /// The places of `type`, the whole of its data first. None of them is inside another's concealable member.
    static func places(of type: VocabularyType) -> [ConcealingPlace] { byType[type] ?? [] }

    private static let byType: [VocabularyType: [ConcealingPlace]] = Dictionary(
        uniqueKeysWithValues: VocabularyType.allCases.map { ($0, findPlaces(of: $0)) })

    private static func findPlaces(of type: VocabularyType) -> [ConcealingPlace] {
        var names: [[Text]: Set<Text>] = [:]
        for pointer in type.concealableMembers {
            let steps = pointer.steps.compactMap { step in if case .name(let name) = step { name } else { nil } }
            guard let name = steps.last else { continue }
            names[steps.dropLast(), default: []].insert(name)
        }
        return names.map { ConcealingPlace(path: Array($0.key), names: $0.value) }
            .sorted { $0.path.lexicographicallyPrecedes($1.path) }
    }
}

extension JSONObject {
    static let concealedName: Text = "_sd"

    /// The digests that stand in `_sd` of this object.
    var concealedDigests: [Text] { self[Self.concealedName]?.asArray?.compactMap(\.asString) ?? [] }

    /// The object that `path` leads to.
    func object(at path: some Collection<Text>) -> JSONObject? {
        guard let first = path.first else { return self }
        return self[first]?.asObject?.object(at: path.dropFirst())
    }

    /// Changes the object that `path` leads to, if there is one.
    mutating func change(at path: some Collection<Text>, _ body: (inout JSONObject) -> Void) {
        guard let first = path.first else { return body(&self) }
        guard var inner = self[first]?.asObject else { return }
        inner.change(at: path.dropFirst(), body)
        self[first] = .object(inner)
    }

    /// Puts a member back that stood behind `digest`.
    mutating func reveal(_ disclosure: Disclosure) {
        self[disclosure.name] = disclosure.value
        let rest = concealedDigests.filter { $0 != disclosure.digest }
        self[Self.concealedName] = rest.isEmpty ? nil : .array(rest.map { .string($0) })
    }

    /// This data with every member put back that `known` opens.
    func revealed(_ type: VocabularyType, with known: [Disclosure]) -> JSONObject {
        var open = self
        let byDigest = Dictionary(known.map { ($0.digest, $0) }) { first, _ in first }
        for place in ConcealingPlace.places(of: type) {
            open.change(at: place.path) { object in
                for digest in object.concealedDigests {
                    guard let disclosure = byDigest[digest], place.names.contains(disclosure.name),
                        object[disclosure.name] == nil
                    else { continue }
                    object.reveal(disclosure)
                }
            }
        }
        return open
    }

    /// Every digest that stands in an `_sd` of this data, in order of the places.
    func concealedDigests(_ type: VocabularyType) -> [Text] {
        ConcealingPlace.places(of: type).flatMap { object(at: $0.path)?.concealedDigests ?? [] }
    }
}

/// The data of an event with what was disclosed put back.
struct OpenedData {
    let disclosures: [Disclosure]
    let data: JSONValue
}

extension EventDraft {
    /// Checks what is concealed and the disclosures that came with it: each opens one digest of the data, gives a member
    /// that may be concealed there and does not stand there, and the event with all of them put back is a good one.
    /// Then that is what is opened.
    /// - Parameter digests: all that stand in an `_sd` of the data.
    mutating func checkConcealment(_ digests: [Text], in data: JSONPart, of type: VocabularyType) {
        if digests.count > 1, Set(digests).count < digests.count {
            report(.data, "digest-twice", "A digest stands in _sd twice.")
        }
        guard let text = disclosures, data.withNode(\.isObject) else { return }
        guard let list = Disclosure.list(text) else {
            report(
                .disclosures, "disclosure-form",
                "This must be disclosures, each followed by ~: base64url of [salt, name, value], the salt 128 bits or more."
            )
            return
        }
        let before = violations.count
        var open = data.withNode(\.object)
        var seen: Set<Text> = []
        for disclosure in list {
            if let (rule, message) = Self.reveal(disclosure, in: &open, of: type, seen: &seen) {
                report(.disclosures, rule, message)
            }
        }
        guard violations.count == before else { return }
        let whole = EventPayload.decode(
            type: type.text, data: .object(open), at: root.appending("data"), violations: &violations)
        if whole != nil { opened = OpenedData(disclosures: list, data: .object(open)) }
    }

    /// Puts one member back, or says which rule forbids it.
    private static func reveal(
        _ disclosure: Disclosure, in data: inout JSONObject, of type: VocabularyType, seen: inout Set<Text>
    ) -> (rule: String, message: String)? {
        guard seen.insert(disclosure.digest).inserted else {
            return ("disclosure-twice", "A disclosure stands twice.")
        }
        let found = ConcealingPlace.places(of: type).first { place in
            data.object(at: place.path)?.concealedDigests.contains(disclosure.digest) == true
        }
        guard let place = found else {
            return ("disclosure-unused", "The digest of a disclosure stands in no _sd of the data.")
        }
        guard place.names.contains(disclosure.name) else {
            let pointer = JSONPointer(place.path.map { .name($0) })
            return ("disclosure-not-concealable", "A member is disclosed that cannot be concealed at /data\(pointer).")
        }
        guard data.object(at: place.path)?[disclosure.name] == nil else {
            return ("disclosure-name-taken", "A member is disclosed that stands there already.")
        }
        data.change(at: place.path) { $0.reveal(disclosure) }
        return nil
    }
}

extension LedgerEntry {
    /// Whether the bytes of an entry hold the name `_sd` anywhere: if not, it conceals nothing, and nobody need parse
    /// it to know. An entry is canonical JSON, in which the name can be written in one way only.
    public static func mayConceal(_ entry: [UInt8]) -> Bool {
        entry.withUnsafeBufferPointer { bytes in
            let name = Array("\"_sd\":".utf8)
            guard bytes.count >= name.count else { return false }
            for at in 0...bytes.count - name.count where bytes[at + 1] == name[1] && bytes[at + 2] == name[2] {
                if bytes[at..<at + name.count].elementsEqual(name) { return true }
            }
            return false
        }
    }
}

/// The principals of an event, found by their shape (EVENTS §2: `kind` is one of four words, and an `id`), so
/// that a type that is added later is searchable without a change here. Foreign types have none.
package struct EventPeople: Hashable, Sendable {
    private static let kinds: [ShortName] = ["human", "agent", "service", "system"]
    private static let reviewed: Text = "dev.countersign.approval.reviewed.v1"
    /// EVENTS §2: `on_behalf_of` is at most 8 deep.
    private static let deepest = 9

    /// Everybody who acted in the event, those on whose behalf, and the accounts through which: ids, each once.
    package let actors: [Text]
    /// The reviewer of an `approval.reviewed`, with the same neighbours.
    package let approvers: [Text]

    package init(type: Text, data: JSONNode?) {
        var found: [Text] = []
        var reviewers: [Text] = []
        if let data, VocabularyType.isOurs(type) {
            for (_, value) in data.members { Self.collect(value, into: &found) }
            if type == Self.reviewed, let reviewer = data["reviewer"] { Self.collect(reviewer, into: &reviewers) }
        }
        actors = found
        approvers = reviewers
    }

    /// Those of an event whose body was read.
    init(_ content: EventContent, _ body: EventDraft.Body) {
        switch body {
        case .json(let data): self = data.withNode { EventPeople(type: content.type, data: $0) }
        case .none, .bytes: self.init(type: content.type, data: nil)
        }
    }

    private static func collect(_ value: JSONNode, into found: inout [Text]) {
        var next = value
        for _ in 0..<deepest {
            guard next.isObject, let kind = next["kind"]?.shortName, kinds.contains(kind), let id = next["id"]?.string
            else { return }
            if !found.contains(id) { found.append(id) }
            if let account = next["via"]?["id"]?.string, !found.contains(account) { found.append(account) }
            guard let behind = next["on_behalf_of"] else { return }
            next = behind
        }
    }
}

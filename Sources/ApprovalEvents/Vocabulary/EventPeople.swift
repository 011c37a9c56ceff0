/// The principals of an event, found by their shape (EVENTS §2: `kind` is one of four words, and an `id`), so
/// that a type that is added later is searchable without a change here. Foreign types have none.
package struct EventPeople: Hashable, Sendable {
    private static let kinds: [ShortName] = ["human", "agent", "service", "system"]
    private static let reviewer: ShortName = "reviewer"
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
            let reviewer = type == Self.reviewed ? data[Self.reviewer]?.index : nil
            for (_, value) in data.members {
                guard value.index == reviewer else {
                    Self.collect(value, into: &found)
                    continue
                }
                Self.collect(value, into: &reviewers)
                if found.isEmpty { found = reviewers }
                for id in reviewers { Self.add(id, to: &found) }
            }
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
            guard next.isObject else { return }
            let members = Members(of: next)
            guard let kind = members.kind?.shortName, kinds.contains(kind), let id = members.id?.string else { return }
            add(id, to: &found)
            if let account = members.via?[Members.idName]?.string { add(account, to: &found) }
            guard let behind = members.onBehalfOf else { return }
            next = behind
        }
    }

    private static func add(_ id: Text, to found: inout [Text]) {
        guard !found.contains(id) else { return }
        if found.isEmpty { found.reserveCapacity(4) }
        found.append(id)
    }

    /// The members of an object that make a principal of it.
    private struct Members {
        static let idName: ShortName = "id"
        private static let kindName: ShortName = "kind"
        private static let onBehalfOfName: ShortName = "on_behalf_of"
        private static let viaName: ShortName = "via"

        var kind, id, via, onBehalfOf: JSONNode?

        init(of object: JSONNode) {
            for (name, value) in object.members {
                switch name.shortContent {
                case Self.idName: id = value
                case Self.kindName: kind = value
                case Self.onBehalfOfName: onBehalfOf = value
                case Self.viaName: via = value
                default: break
                }
            }
        }
    }
}

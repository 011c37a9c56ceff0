import ApprovalEvents
import MerkleTree

/// Who is who over time (EVENTS §4.7): accounts bound to principals, principals enrolled or listed in a roster,
/// agents and their owners. Facts hold from their own `at`, whenever they were recorded, so a question about a
/// moment is answered only when everything has been read.
struct Identities: Sendable {
    private var bindings: [Text: [Binding]] = [:]
    private var enrolments: [Text: [Enrolment]] = [:]
    private var listed: [Text: (since: Timestamp, index: LeafIndex)] = [:]
    /// The first identity or roster event of a type that this version does not read.
    private(set) var unread: Text?

    /// An account is bound to `principal` from `at` on; nil: it is bound to nobody any more.
    private struct Binding {
        let at: Timestamp
        let index: LeafIndex
        let principal: Text?
    }
    private struct Enrolment {
        let at: Timestamp
        let index: LeafIndex
        let kind: PrincipalKind
        let owner: Text?
    }

    /// EVENTS §4.7 follows bindings so far and no further.
    static let mostHops = 8

    mutating func bind(_ account: Text, to principal: Text, at: Timestamp, index: LeafIndex) {
        bindings[account, default: []].append(Binding(at: at, index: index, principal: principal))
    }

    mutating func unbind(_ account: Text, at: Timestamp, index: LeafIndex) {
        bindings[account, default: []].append(Binding(at: at, index: index, principal: nil))
    }

    mutating func enrol(_ principal: Text, as kind: PrincipalKind, owner: Text?, at: Timestamp, index: LeafIndex) {
        enrolments[principal, default: []].append(Enrolment(at: at, index: index, kind: kind, owner: owner))
    }

    mutating func list(_ principal: Text, since: Timestamp, index: LeafIndex) {
        if let known = listed[principal], known.since <= since { return }
        listed[principal] = (since, index)
    }

    mutating func leaveUnread(_ type: Text) { unread = unread ?? type }

    /// Follows `id` to the principal that it stands for at `time`.
    func person(_ id: Text, at time: Timestamp) -> Person {
        var current = id
        var entries: [LeafIndex] = []
        for hop in 0... {
            let bound = liveBindings(of: current, at: time)
            if bound.isEmpty { break }
            entries += bound.map(\.index)
            let targets = Set(bound.compactMap(\.principal))
            guard targets.count == 1, let next = targets.first else {
                return Person(
                    id: id, end: current, isKnown: false, trouble: "it is bound to several principals at once",
                    entries: entries)
            }
            guard hop < Self.mostHops else {
                return Person(
                    id: id, end: current, isKnown: false, trouble: "its bindings do not end", entries: entries)
            }
            current = next
        }
        let enrolment = enrolment(of: current, at: time)
        let roster = listed[current].flatMap { $0.since <= time ? $0.index : nil }
        entries += [enrolment?.index ?? roster].compactMap(\.self)
        return Person(
            id: id, end: current, isKnown: enrolment != nil || roster != nil, kind: enrolment?.kind,
            owner: enrolment?.owner, entries: entries)
    }

    /// The account's principal at `time` by the log's own bindings; nil where the log has none.
    func isBound(_ account: Text, at time: Timestamp) -> Bool { !liveBindings(of: account, at: time).isEmpty }

    /// A removal ends every binding of the account from its `at` on; one that comes at the same instant as a
    /// binding ends it if it was recorded after it.
    private func liveBindings(of account: Text, at time: Timestamp) -> [Binding] {
        let past = (bindings[account] ?? []).filter { $0.at <= time }
        let end = past.filter { $0.principal == nil }.max { ($0.at, $0.index) < ($1.at, $1.index) }
        return past.filter { binding in
            guard binding.principal != nil else { return false }
            return end.map { ($0.at, $0.index) < (binding.at, binding.index) } ?? true
        }
    }

    private func enrolment(of principal: Text, at time: Timestamp) -> Enrolment? {
        (enrolments[principal] ?? []).filter { $0.at <= time }.max { ($0.at, $0.index) < ($1.at, $1.index) }
    }
}

/// Whom an id stands for at one moment.
struct Person: Hashable, Sendable {
    /// As the event names it.
    let id: Text
    /// Where the bindings lead.
    let end: Text
    /// Enrolled, or listed in a roster.
    let isKnown: Bool
    /// By the enrolment.
    var kind: PrincipalKind?
    var owner: Text?
    /// Why it leads nowhere, where it does not.
    var trouble: String?
    /// The entries that say so.
    let entries: [LeafIndex]

    /// “slack:T04/U07 (okta:00uMARIA)”
    var words: String { id == end ? "\(id)" : "\(id) (\(end))" }

    /// The part of the id before its first colon: ids of one system are its own to tell apart.
    var system: ArraySlice<UInt8> { end.bytes.prefix { $0 != UInt8(ascii: ":") } }
}

/// Whether two ids stand for one and the same.
enum Sameness: Hashable, Sendable {
    case same
    case distinct
    case unclear(Missing, String)
}

extension Identities {
    /// Compares two persons, each as of the event that names him, with what the events claim them to be.
    ///
    /// Equal ids are the same whoever they are. Otherwise nothing is said of a principal that the log does not
    /// know, nor of two ids of different systems that nothing joins: unless one is a person and the other is not.
    func compare(_ one: Person, _ oneClaim: PrincipalKind, _ other: Person, _ otherClaim: PrincipalKind) -> Sameness {
        if one.id == other.id { return .same }
        for person in [one, other] {
            if let trouble = person.trouble {
                return .unclear(.identity(person.end), "nobody can tell who \(person.words) is: \(trouble)")
            }
        }
        if one.end == other.end { return .same }
        for person in [one, other] where !person.isKnown {
            return .unclear(
                .identity(person.end),
                "\(person.words) is neither bound, enrolled nor listed in a roster, so it may be anybody")
        }
        if let unread {
            return .unclear(
                .reading(unread), "an event of type \(unread) may say who is who, and this version does not read it")
        }
        let kinds = (one.kind ?? oneClaim, other.kind ?? otherClaim)
        if (kinds.0 == .human) != (kinds.1 == .human) { return .distinct }
        if one.system == other.system { return .distinct }
        return .unclear(
            .join(one.end, other.end),
            "\(one.words) and \(other.words) are of different systems, and nothing says whether they are one")
    }
}

import ApprovalEvents
import MerkleTree

/// Every policy version that the log publishes, and which of them governs a request (EVENTS §4.6).
struct Policies: Sendable {
    private var versions: [Version] = []
    /// The first policy event of a type that this version does not read.
    private(set) var unread: Text?

    struct Version: Sendable {
        let recorded: Moment
        let id: Text
        let number: Int64
        let digest: ContentDigest
        let appliesTo: [Text]
        let effectiveAt: Timestamp?
        let body: Policy

        /// In force from then on.
        var since: Timestamp { max(recorded.ledgerTime, effectiveAt ?? recorded.ledgerTime) }

        /// The length in segments of the longest prefix of `source` that it applies to.
        func reach(_ source: Text) -> Int? {
            appliesTo.filter { source.isBelow($0) }.map { $0.string.utf8.split(separator: UInt8(ascii: "/")).count }
                .max()
        }
    }

    /// What governs a request.
    enum Governing: Sendable {
        case none
        /// The version in force, and the one before it while it may still be cited.
        case version(Version, predecessor: Version?)
        /// Several policies claim the same prefix, or a policy event cannot be read.
        case unclear(Missing, String)

        /// The numbers that every rule uses for this case; the format's defaults where no policy governs.
        var limits: (skew: Int64, late: Int64) {
            guard case .version(let version, _) = self else { return (5, 300) }
            return (version.body.limits.skewS, version.body.limits.lateS)
        }
    }

    mutating func publish(_ version: Version) { versions.append(version) }

    mutating func leaveUnread(_ type: Text) { unread = unread ?? type }

    /// Whether any policy was recorded before `index`.
    func any(before index: LeafIndex) -> Bool { versions.contains { $0.recorded.index < index } }

    func version(_ citation: Citation) -> Version? {
        versions.first { $0.id == citation.id && $0.number == citation.version && $0.digest == citation.digest }
    }

    /// What governs what `source` said at `moment`: the policy with the longest prefix of it, in the last version
    /// that was recorded before and was in force by the claimed time.
    func governing(_ moment: Moment) -> Governing {
        if let unread {
            return .unclear(
                .reading(unread), "an event of type \(unread) may set the policy, and this version does not read it")
        }
        var inForce: [Text: Version] = [:]
        var before: [Text: Version] = [:]
        for version in versions where version.recorded.index < moment.index {
            guard !version.since.isLater(than: moment.time, by: version.body.limits.skewS) else { continue }
            before[version.id] = inForce[version.id]
            inForce[version.id] = version
        }
        let claims = inForce.values.compactMap { version in version.reach(moment.source).map { (version, $0) } }
        guard let longest = claims.map(\.1).max() else { return .none }
        let best = claims.filter { $0.1 == longest }.map(\.0)
        guard best.count == 1, let version = best.first else {
            return .unclear(.policy(moment.source), "several policies claim the same prefix of \(moment.source)")
        }
        let grace = version.body.limits.policyGraceS
        let predecessor = before[version.id].flatMap { moment.time.isLater(than: version.since, by: grace) ? nil : $0 }
        return .version(version, predecessor: predecessor)
    }
}

/// A policy version and rule as an event cites them.
struct Citation: Hashable, Sendable {
    let id: Text
    let version: Int64
    let digest: ContentDigest
    let rule: Text
}

extension Policies.Governing {
    /// The version to judge by: the one in force, or its predecessor where the event cites it in time.
    func judged(by citation: Citation?) -> Policies.Version? {
        guard case .version(let version, let predecessor) = self else { return nil }
        if let predecessor, let citation, predecessor.number == citation.version, predecessor.digest == citation.digest
        {
            return predecessor
        }
        return version
    }
}

extension Text {
    /// Whether this source path lies at or below `prefix`, by whole segments.
    func isBelow(_ prefix: Text) -> Bool {
        let path = string.utf8.split(separator: UInt8(ascii: "/"))
        let start = prefix.string.utf8.split(separator: UInt8(ascii: "/"))
        return path.count >= start.count && zip(path, start).allSatisfy { $0.elementsEqual($1) }
    }
}

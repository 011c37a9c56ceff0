/// What one value may be. The strict reader, the JSON Schemas and the typed values all follow this one
/// description, so that they cannot disagree.
package indirect enum ValueShape: Sendable {
    case text(TextForm)
    case integer(ClosedRange<Int64>)
    case flag
    /// One of a closed list of words.
    case word([Text])
    case json(JSONForm)
    /// Asked for only when it is needed: a principal may hold a principal.
    case object(@Sendable () -> ObjectShape)
    case list(ValueShape, ClosedRange<Int>)
    /// `_sd` digests: at least one, each once.
    case digests

    /// What stands in a member that may hold any JSON.
    package enum JSONForm: Sendable {
        /// Any I-JSON value but a bare null.
        case anything
        /// No null and no number but integers, at any depth.
        case integersOnly
    }

    /// The integers that every JSON reader keeps exactly (RFC 7493 §2.2).
    package static let safeIntegers: ClosedRange<Int64> = -9_007_199_254_740_991...9_007_199_254_740_991

    package static func integer(from least: Int) -> ValueShape {
        .integer(Int64(least)...safeIntegers.upperBound)
    }

    package static func integer(exactly only: Int) -> ValueShape {
        .integer(Int64(only)...Int64(only))
    }

    package static func list(_ item: ValueShape, atLeast least: Int) -> ValueShape {
        .list(item, least...Int.max)
    }
}

/// One member of an object: its name, whether it must be there, and what it may hold.
package struct MemberShape: Sendable {
    package enum Need: Sendable {
        case required
        case optional
        /// Optional, and the only kind that may stand behind a digest in `_sd`.
        case concealable
    }

    package let name: Text
    package let need: Need
    package let value: ValueShape
    /// For people: what the member says.
    package let meaning: String

    /// The member that holds the digests of concealed members (RFC 9901 §4.2.4.1).
    package static let concealedName: Text = "_sd"
}

/// An object: its members, and the rules between them. Any other member is refused.
package struct ObjectShape: Sendable {
    package let name: String
    package let meaning: String
    package let members: [MemberShape]
    package let rules: [MemberRule]

    package func member(named name: Text) -> MemberShape? {
        members.first { $0.name == name }
    }
}

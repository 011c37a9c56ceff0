/// One check of EVENTS §5 by its final name: `R03.2` is the second check of rule R03.
///
/// A check's name never changes its meaning; a different question gets a new number.
public struct CheckID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let rule: UInt8
    public let number: UInt8

    public init(rule: UInt8, number: UInt8) {
        self.rule = rule
        self.number = number
    }

    /// Reads the canonical form only: `R`, two digits, `.`, one digit from 1.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[0] == UInt8(ascii: "R"), bytes[3] == UInt8(ascii: ".") else { return nil }
        let digits = [bytes[1], bytes[2], bytes[4]].map { $0 &- UInt8(ascii: "0") }
        guard digits.allSatisfy({ $0 <= 9 }), digits[2] > 0 else { return nil }
        let rule = digits[0] * 10 + digits[1]
        guard rule > 0 else { return nil }
        self.init(rule: rule, number: digits[2])
    }

    public var description: String { "R\(rule < 10 ? "0" : "")\(rule).\(number)" }

    public static func < (left: CheckID, right: CheckID) -> Bool {
        (left.rule, left.number) < (right.rule, right.number)
    }
}

extension CheckID {
    /// What an execution names as its authority exists, is of the right type and of the same case.
    public static let authorityExists = CheckID(rule: 1, number: 1)
    /// An exemption rests on a rule whose effect is `exempt`.
    public static let exemptionAllowed = CheckID(rule: 1, number: 2)
    /// Executions under a session, counted apart. A statistic: it carries no verdict.
    public static let sessionsApart = CheckID(rule: 1, number: 3)
    /// What the target saw was started by a gate.
    public static let observedWasStarted = CheckID(rule: 1, number: 4)
    /// What ran is what was granted, or an item of the granted batch.
    public static let ranAsGranted = CheckID(rule: 2, number: 1)
    /// What was granted is what was asked for then, and the grant was not void when used.
    public static let grantedInForce = CheckID(rule: 2, number: 2)
    /// The votes that a grant counts are votes on what it grants.
    public static let votedAsGranted = CheckID(rule: 2, number: 3)
    /// What a voter was shown is what he voted on, whole.
    public static let shownAsVoted = CheckID(rule: 2, number: 4)
    /// An item lies under the root of the granted batch.
    public static let itemOfBatch = CheckID(rule: 2, number: 5)
    /// The reviewer is not the requester.
    public static let reviewerNotRequester = CheckID(rule: 3, number: 1)
    /// The reviewer is nobody for whom the requester acts.
    public static let reviewerNotBehind = CheckID(rule: 3, number: 2)
    /// The reviewer owns no agent or service in the requester's chain.
    public static let reviewerNotOwner = CheckID(rule: 3, number: 3)
    /// The reviewer is nobody in the executor's chain.
    public static let reviewerNotExecutor = CheckID(rule: 3, number: 4)
    /// The account through which a source saw a person is that person's by the log's own bindings.
    public static let accountAgrees = CheckID(rule: 3, number: 5)

    /// The checks that this version evaluates, in order.
    public static let evaluated: [CheckID] = [
        .authorityExists, .exemptionAllowed, .sessionsApart, .observedWasStarted,
        .ranAsGranted, .grantedInForce, .votedAsGranted, .shownAsVoted, .itemOfBatch,
        .reviewerNotRequester, .reviewerNotBehind, .reviewerNotOwner, .reviewerNotExecutor, .accountAgrees,
    ]

    /// Statistics are counted and carry no verdict (EVENTS §4.13).
    public var isStatistic: Bool { self == .sessionsApart }

    /// The question in an auditor's words; nil for a check that this version does not evaluate.
    public var question: String? { Self.questions[self] }

    private static let questions: [CheckID: String] = [
        .authorityExists: "Does the authority that an execution names exist, of the right type, in the same case?",
        .exemptionAllowed: "Does the policy of that day exempt what ran without an approval?",
        .sessionsApart: "How many executions ran under an approved session rather than an approval of their own?",
        .observedWasStarted: "Was everything that the target saw started through a gate?",
        .ranAsGranted: "Is what ran exactly what was granted?",
        .grantedInForce: "Is what was granted what was asked for at that time, and was the grant still good?",
        .votedAsGranted: "Were the votes cast on exactly what was granted?",
        .shownAsVoted: "Was each voter shown, whole, what he voted on?",
        .itemOfBatch: "Is each item that ran an item of the approved batch?",
        .reviewerNotRequester: "Did nobody approve a request of his own?",
        .reviewerNotBehind: "Did nobody approve what an agent asked for on his behalf?",
        .reviewerNotOwner: "Did nobody approve what his own agent asked for?",
        .reviewerNotExecutor: "Did nobody approve what he then executed?",
        .accountAgrees: "Does the account that a source saw belong to the person whom it named?",
    ]
}

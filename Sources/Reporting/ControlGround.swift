/// What one group of controls asks of a ledger of approvals: evidence, test, rules.
struct ControlGround: Hashable, Sendable {
    let evidence: String
    let test: String
    let rules: [String]

    static let none = ControlGround(evidence: "", test: "", rules: [])
    static let ac2 = ControlGround(
        evidence: "Enrolment, role grants, revocations as entries",
        test: "EXAMINE list; TEST leavers", rules: ["R04", "R16"])
    static let ac3 = ControlGround(
        evidence: "Decision enforced per action; quorum; audited override",
        test: "TEST live refusal; reperform R01/R05/R10", rules: ["R01", "R05", "R10"])
    static let ac5 = ControlGround(
        evidence: "SoD matrix + computed conflicts",
        test: "EXAMINE matrix; TEST all decisions", rules: ["R03"])
    static let ac6 = ControlGround(
        evidence: "Scope of each grant; log of privileged use; periodic review entries",
        test: "TEST R14 match; sample reviews", rules: ["R02", "R14"])
    static let ac17 = ControlGround(
        evidence: "Remote privileged commands: approval + rationale",
        test: "sample", rules: ["R01"])
    static let au2 = ControlGround(
        evidence: "List of event types and which produced >=1 entry",
        test: "EXAMINE list vs counts", rules: ["R12", "R14"])
    static let au3 = ControlGround(
        evidence: "Field completeness per entry: what, when, where, source, outcome, who",
        test: "TEST 100% schema check", rules: [])
    static let au4 = ControlGround(
        evidence: "Capacity, write failures, fail-closed episodes",
        test: "EXAMINE incidents; TEST", rules: ["R13"])
    static let au6 = ControlGround(
        evidence: "Review entries (who looked, when, what they did)",
        test: "sample weekly reviews", rules: ["R10", "R11"])
    static let au7 = ControlGround(
        evidence: "Reduction/report generation that leaves the source unchanged: this generator",
        test: "TEST regenerate, compare bytes", rules: [])
    static let au8 = ControlGround(
        evidence: "Time source, granularity, skew at decision time, RFC 3161 anchors",
        test: "EXAMINE; TEST monotonic", rules: ["R13"])
    static let au9 = ControlGround(
        evidence: "Append-only tree, signed checkpoints, witness copies, access to the log",
        test: "TEST recompute root, consistency, cosignatures", rules: ["R13", "R15"])
    static let au10 = ControlGround(
        evidence: "Signature by person bound to action digest; receipts; inclusion proof",
        test: "TEST verify all signatures", rules: ["R08"])
    static let au11 = ControlGround(
        evidence: "Age of oldest entry, tiers, deletions (none) vs retention policy",
        test: "EXAMINE; TEST oldest retrievable", rules: ["R13"])
    static let ca5 = ControlGround(
        evidence: "Daily metrics, trend, exceptions list",
        test: "EXAMINE cadence", rules: Catalogue.allRules)
    static let cm3 = ControlGround(
        evidence: "Change request, impact note, tests, approval, execution, closure",
        test: "25-60 sampled changes", rules: ["R01", "R02", "R06"])
    static let cm5 = ControlGround(
        evidence: "Who may change production; enforcement records",
        test: "TEST live; reperform", rules: ["R01", "R04"])
    static let cm14 = ControlGround(
        evidence: "Privileged-user monitoring; artifact digests approved = run",
        test: "TEST", rules: ["R02"])
    static let ia2 = ControlGround(
        evidence: "Authenticator type per decision; step-up at decision; agent identity",
        test: "TEST 100%", rules: ["R08"])
    static let ir4 = ControlGround(
        evidence: "Exceptions raised as incidents; break-glass",
        test: "sample", rules: ["R10"])
    static let sa9 = ControlGround(
        evidence: "Third-party agents; developer change integrity",
        test: "sample", rules: ["R04"])
    static let sc12 = ControlGround(
        evidence: "Key inventory, algorithms, module + CMVP certificate no. or 'not validated'",
        test: "EXAMINE", rules: [])
}

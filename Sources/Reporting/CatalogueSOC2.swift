extension Catalogue {
    /// SOC 2: the criteria of the Trust Services Criteria 2017 to which records of approvals are evidence. Ids are the
    /// AICPA's; every other word is ours, because its text is not ours to print.
    static let soc2 = Catalogue(
        name: "SOC 2 (Trust Services Criteria 2017, points of focus 2022)", version: "2026-11",
        controls: [
            Control(
                "CC2.1", says: "Use relevant, good-quality information to run controls",
                evidence: "IPE sheet: query, parameters, counts, checkpoint, proofs",
                test: "Reperform the extraction; recompute root; tie counts",
                rules: ["R13", "R14"]),
            Control(
                "CC4.1", says: "Evaluate whether controls are present and working",
                evidence: "Rule results over 100% of the period; history of runs; dispositions",
                test: "Inspect run cadence; reperform one run; trace failed rule to follow-up",
                rules: Catalogue.allRules),
            Control(
                "CC4.2", says: "Tell the people who must fix deficiencies, in time",
                evidence: "Exception entries with owner, opened/closed times, approvals of the fix",
                test: "Sample exceptions; check time to notify and to close",
                rules: ["R10", "R12"]),
            Control(
                "CC5.1", says: "Choose control activities, with incompatible duties split",
                evidence: "Policy set with risk tiers, quorum, separation rules; SoD matrix",
                test: "Inspect policy; reperform SoD over all decisions",
                rules: ["R03", "R05"]),
            Control(
                "CC5.2", says: "Choose general controls over technology",
                evidence: "Gate configuration digests; enforcement mode over time (enforce/observe/off)",
                test: "Inspect config; look for any time the gate was off",
                rules: ["R07", "R15"]),
            Control(
                "CC5.3", says: "Put controls in place through policy and procedure",
                evidence: "Policy versions with approval, effective and retire time",
                test: "Sample policy changes; check approval before effect",
                rules: ["R07"]),
            Control(
                "CC6.1", says: "Logical access security over protected assets",
                evidence: "Decision per privileged action; credential type; access to the ledger itself",
                test: "Test one live: unapproved action is refused; sample decisions",
                rules: ["R01", "R08", "R15"]),
            Control(
                "CC6.2", says: "Authorise users and credentials before issue; remove when no longer needed",
                evidence: "Enrolment/revocation entries of approvers, agents, keys",
                test: "Sample enrolments and leavers; no decision after revocation",
                rules: ["R04", "R16"]),
            Control(
                "CC6.3", says: "Grant, change, remove access by role, least privilege, split duties",
                evidence: "JIT grants with scope and expiry; approver entitlement at decision time",
                test: "Sample access changes: requested, approved by the right owner, as granted, expired",
                rules: ["R02", "R03", "R04", "R05"]),
            Control(
                "CC6.6", says: "Protect against threats from outside the boundary",
                evidence: "Origin and channel of each request and decision; refused channels",
                test: "Inspect allowed channels; sample denied",
                rules: ["R08"]),
            Control(
                "CC6.7", says: "Restrict movement and removal of information",
                evidence: "Approvals of export/transfer actions: data class, destination",
                test: "Sample exports: approved, destination as approved",
                rules: ["R02", "R09"]),
            Control(
                "CC6.8", says: "Prevent or detect unauthorised or malicious software",
                evidence: "Approvals of deploy/install with artifact digest; executed digest",
                test: "Sample deployments: digest approved = digest run",
                rules: ["R02"]),
            Control(
                "CC7.1", says: "Detect configuration changes that open weaknesses",
                evidence: "Executions that change configuration; R14 unmatched events",
                test: "Reconcile configuration events with approvals",
                rules: ["R14"]),
            Control(
                "CC7.2", says: "Watch for anomalies",
                evidence: "Alerts: denied bursts, odd hours, fast approvals, gap in log",
                test: "Sample alerts: raised, triaged",
                rules: ["R11", "R13"]),
            Control(
                "CC7.3", says: "Judge whether events are incidents",
                evidence: "Exception dispositions with reason and decider",
                test: "Sample exceptions: evaluated, classified",
                rules: ["R01", "R02"]),
            Control(
                "CC7.4", says: "Respond to incidents",
                evidence: "Break-glass records, revocations, containment actions with approvals",
                test: "Sample incidents: response approved/reviewed on time",
                rules: ["R10"]),
            Control(
                "CC8.1", says: "Authorise, test, approve, implement changes",
                evidence: "Request -> tests attached -> approval -> execution digest -> outcome",
                test: "25-60 sampled changes: approved before, by other person, as approved; emergency reviewed after",
                rules: ["R01", "R02", "R03", "R06", "R10"]),
            Control(
                "CC9.2", says: "Manage vendors",
                evidence: "Actions by third-party agents/integrations and who vouched for them",
                test: "Sample third-party actor onboarding approvals",
                rules: ["R04"]),
            Control(
                "A1.2", says: "Recovery infrastructure; test recovery",
                evidence: "Approvals and outcomes of restore/failover tests; ledger's own restore proof",
                test: "Inspect test record; compare root before/after restore",
                rules: ["R12", "R13"]),
            Control(
                "A1.3", says: "Recovery infrastructure; test recovery",
                evidence: "Approvals and outcomes of restore/failover tests; ledger's own restore proof",
                test: "Inspect test record; compare root before/after restore",
                rules: ["R12", "R13"]),
            Control(
                "C1.1", says: "Keep and dispose of confidential information",
                evidence: "Approvals of disposal; payloads held as digests only",
                test: "Sample disposals; check redaction keeps proofs valid",
                rules: ["R02", "R09"]),
            Control(
                "C1.2", says: "Keep and dispose of confidential information",
                evidence: "Approvals of disposal; payloads held as digests only",
                test: "Sample disposals; check redaction keeps proofs valid",
                rules: ["R02", "R09"]),
            Control(
                "PI1.2", says: "Complete, accurate, timely, authorised input, processing, output, storage",
                evidence: "Input/approved/executed/outcome digests per action; stored with proofs",
                test: "Trace samples end to end; recompute digests",
                rules: ["R02", "R06", "R12", "R13"]),
            Control(
                "PI1.3", says: "Complete, accurate, timely, authorised input, processing, output, storage",
                evidence: "Input/approved/executed/outcome digests per action; stored with proofs",
                test: "Trace samples end to end; recompute digests",
                rules: ["R02", "R06", "R12", "R13"]),
            Control(
                "PI1.4", says: "Complete, accurate, timely, authorised input, processing, output, storage",
                evidence: "Input/approved/executed/outcome digests per action; stored with proofs",
                test: "Trace samples end to end; recompute digests",
                rules: ["R02", "R06", "R12", "R13"]),
            Control(
                "PI1.5", says: "Complete, accurate, timely, authorised input, processing, output, storage",
                evidence: "Input/approved/executed/outcome digests per action; stored with proofs",
                test: "Trace samples end to end; recompute digests",
                rules: ["R02", "R06", "R12", "R13"]),
        ])
}

extension Catalogue {
    /// FedRAMP: NIST SP 800-53 Rev. 5 controls (titles are public domain) with their NIST baselines and the classes of
    /// the Consolidated Rules of 2026, and its key security indicators. Evidence and tests are in our own words.
    static let fedramp = Catalogue(
        name: "FedRAMP (Consolidated Rules, file 2026.07.14.01; NIST SP 800-53 Rev. 5)", version: "2026-11",
        controls: controls800x53 + indicators)

    private static let controls800x53: [Control] = [
        Control("AC-2", title: "Account Management", level: "NIST L/M/H; class B/C/D", .ac2),
        Control("AC-2(4)", title: "Automated Audit Actions", level: "NIST M/H; class C/D", .ac2),
        Control("AC-2(7)", title: "Privileged User Accounts", level: "NIST none; class C/D", .ac2),
        Control("AC-3", title: "Access Enforcement", level: "NIST L/M/H; class B/C/D", .ac3),
        Control("AC-3(2)", title: "Dual Authorization", level: "NIST none; class none", .ac3),
        Control(
            "AC-3(10)", title: "Audited Override of Access Control Mechanisms", level: "NIST none; class none", .ac3),
        Control("AC-5", title: "Separation of Duties", level: "NIST M/H; class C/D", .ac5),
        Control("AC-6", title: "Least Privilege", level: "NIST M/H; class C/D", .ac6),
        Control("AC-6(1)", title: "Authorize Access to Security Functions", level: "NIST M/H; class C/D", .ac6),
        Control(
            "AC-6(2)", title: "Non-privileged Access for Nonsecurity Functions", level: "NIST M/H; class C/D", .ac6),
        Control("AC-6(5)", title: "Privileged Accounts", level: "NIST M/H; class C/D", .ac6),
        Control("AC-6(7)", title: "Review of User Privileges", level: "NIST M/H; class C/D", .ac6),
        Control("AC-6(9)", title: "Log Use of Privileged Functions", level: "NIST M/H; class C/D", .ac6),
        Control(
            "AC-6(10)", title: "Prohibit Non-privileged Users from Executing Privileged Functions",
            level: "NIST M/H; class C/D", .ac6),
        Control("AC-17", title: "Remote Access", level: "NIST L/M/H; class B/C/D", .ac17),
        Control("AC-17(4)", title: "Privileged Commands and Access", level: "NIST M/H; class C/D", .ac17),
        Control("AC-24", title: "Access Control Decisions", level: "NIST none; class none", .none),
        Control("AU-2", title: "Event Logging", level: "NIST L/M/H; class B/C/D", .au2),
        Control("AU-3", title: "Content of Audit Records", level: "NIST L/M/H; class B/C/D", .au3),
        Control("AU-3(1)", title: "Additional Audit Information", level: "NIST M/H; class C/D", .au3),
        Control("AU-4", title: "Audit Log Storage Capacity", level: "NIST L/M/H; class B/C/D", .au4),
        Control("AU-5", title: "Response to Audit Logging Process Failures", level: "NIST L/M/H; class B/C/D", .au4),
        Control("AU-5(2)", title: "Real-time Alerts", level: "NIST H; class D", .none),
        Control("AU-6", title: "Audit Record Review, Analysis, and Reporting", level: "NIST L/M/H; class B/C/D", .au6),
        Control("AU-6(1)", title: "Automated Process Integration", level: "NIST M/H; class C/D", .au6),
        Control("AU-6(3)", title: "Correlate Audit Record Repositories", level: "NIST M/H; class C/D", .au6),
        Control("AU-6(4)", title: "Central Review and Analysis", level: "NIST none; class D", .none),
        Control("AU-7", title: "Audit Record Reduction and Report Generation", level: "NIST M/H; class C/D", .au7),
        Control("AU-7(1)", title: "Automatic Processing", level: "NIST M/H; class C/D", .au7),
        Control("AU-8", title: "Time Stamps", level: "NIST L/M/H; class B/C/D", .au8),
        Control("AU-9", title: "Protection of Audit Information", level: "NIST L/M/H; class B/C/D", .au9),
        Control("AU-9(2)", title: "Store on Separate Physical Systems or Components", level: "NIST H; class D", .au9),
        Control("AU-9(3)", title: "Cryptographic Protection", level: "NIST H; class D", .au9),
        Control("AU-9(4)", title: "Access by Subset of Privileged Users", level: "NIST M/H; class C/D", .au9),
        Control("AU-9(5)", title: "Dual Authorization", level: "NIST none; class none", .none),
        Control("AU-9(6)", title: "Read-only Access", level: "NIST none; class none", .none),
        Control("AU-10", title: "Non-repudiation", level: "NIST H; class D", .au10),
        Control("AU-10(1)", title: "Association of Identities", level: "NIST none; class none", .au10),
        Control(
            "AU-10(2)", title: "Validate Binding of Information Producer Identity", level: "NIST none; class none",
            .au10),
        Control("AU-10(3)", title: "Chain of Custody", level: "NIST none; class none", .au10),
        Control(
            "AU-10(4)", title: "Validate Binding of Information Reviewer Identity", level: "NIST none; class none",
            .au10),
        Control("AU-11", title: "Audit Record Retention", level: "NIST L/M/H; class B/C/D", .au11),
        Control("AU-12", title: "Audit Record Generation", level: "NIST L/M/H; class B/C/D", .au2),
        Control("AU-12(1)", title: "System-wide and Time-correlated Audit Trail", level: "NIST H; class D", .none),
        Control("AU-12(3)", title: "Changes by Authorized Individuals", level: "NIST H; class D", .none),
        Control("CA-2", title: "Control Assessments", level: "NIST L/M/H; class B/C/D", .none),
        Control("CA-5", title: "Plan of Action and Milestones", level: "NIST L/M/H; class none", .ca5),
        Control("CA-7", title: "Continuous Monitoring", level: "NIST L/M/H; class B/C/D", .ca5),
        Control("CA-7(4)", title: "Risk Monitoring", level: "NIST L/M/H; class B/C/D", .ca5),
        Control("CM-3", title: "Configuration Change Control", level: "NIST M/H; class C/D", .cm3),
        Control(
            "CM-3(1)", title: "Automated Documentation, Notification, and Prohibition of Changes",
            level: "NIST H; class D", .cm3),
        Control(
            "CM-3(2)", title: "Testing, Validation, and Documentation of Changes", level: "NIST M/H; class C/D", .cm3),
        Control("CM-3(4)", title: "Security and Privacy Representatives", level: "NIST M/H; class C/D", .none),
        Control("CM-3(6)", title: "Cryptography Management", level: "NIST H; class D", .none),
        Control("CM-4", title: "Impact Analyses", level: "NIST L/M/H; class B/C/D", .cm3),
        Control("CM-5", title: "Access Restrictions for Change", level: "NIST L/M/H; class B/C/D", .cm5),
        Control("CM-5(1)", title: "Automated Access Enforcement and Audit Records", level: "NIST H; class C/D", .cm5),
        Control("CM-5(4)", title: "Dual Authorization", level: "NIST none; class none", .cm5),
        Control(
            "CM-5(5)", title: "Privilege Limitation for Production and Operation", level: "NIST none; class C/D", .cm5),
        Control("CM-14", title: "Signed Components", level: "NIST none; class D", .cm14),
        Control(
            "IA-2", title: "Identification and Authentication (Organizational Users)", level: "NIST L/M/H; class B/C/D",
            .ia2),
        Control(
            "IA-2(1)", title: "Multi-factor Authentication to Privileged Accounts", level: "NIST L/M/H; class B/C/D",
            .ia2),
        Control("IA-2(8)", title: "Access to Accounts — Replay Resistant", level: "NIST L/M/H; class B/C/D", .ia2),
        Control("IA-2(12)", title: "Acceptance of PIV Credentials", level: "NIST L/M/H; class B/C/D", .ia2),
        Control("IA-4", title: "Identifier Management", level: "NIST L/M/H; class B/C/D", .none),
        Control("IA-5", title: "Authenticator Management", level: "NIST L/M/H; class B/C/D", .none),
        Control("IA-9", title: "Service Identification and Authentication", level: "NIST none; class none", .ia2),
        Control("IA-11", title: "Re-authentication", level: "NIST L/M/H; class B/C/D", .ia2),
        Control("IR-4", title: "Incident Handling", level: "NIST L/M/H; class B/C/D", .ir4),
        Control("IR-5", title: "Incident Monitoring", level: "NIST L/M/H; class B/C/D", .ir4),
        Control("IR-6", title: "Incident Reporting", level: "NIST L/M/H; class B/C/D", .ir4),
        Control("SA-9", title: "External System Services", level: "NIST L/M/H; class B/C/D", .sa9),
        Control("SA-10", title: "Developer Configuration Management", level: "NIST M/H; class C/D", .sa9),
        Control(
            "SC-12", title: "Cryptographic Key Establishment and Management", level: "NIST L/M/H; class B/C/D", .sc12),
        Control("SC-13", title: "Cryptographic Protection", level: "NIST L/M/H; class B/C/D", .sc12),
        Control(
            "SC-45(1)", title: "Synchronization with Authoritative Time Source", level: "NIST none; class C/D", .au8),
        Control("SI-4", title: "System Monitoring", level: "NIST L/M/H; class B/C/D", .cm14),
        Control("SI-4(20)", title: "Privileged Users", level: "NIST H; class D", .cm14),
        Control("SI-7", title: "Software, Firmware, and Information Integrity", level: "NIST M/H; class C/D", .cm14),
        Control("SI-7(1)", title: "Integrity Checks", level: "NIST M/H; class C/D", .cm14),
        Control("SI-7(6)", title: "Cryptographic Protection", level: "NIST none; class none", .none),
        Control("SI-7(7)", title: "Integration of Detection and Response", level: "NIST M/H; class C/D", .cm14),
    ]

    private static let indicators: [Control] = [
        Control(
            "KSI-IAM-JIT", title: "Authorizing Just-in-Time", level: "key security indicator",
            evidence: "Per-action, expiring grants for people and non-user accounts",
            test: "Metric: % privileged executions with an approval in force; median grant life",
            rules: ["R01", "R06"]),
        Control(
            "KSI-IAM-ELP", title: "Ensuring Least Privilege", level: "key security indicator",
            evidence: "Scope asked vs used", test: "Metric: unused-scope ratio",
            rules: ["R04"]),
        Control(
            "KSI-IAM-SNU", title: "Securing Non-User Authentication", level: "key security indicator",
            evidence: "Agent credential type per request", test: "Metric: % requests with a strong workload identity",
            rules: ["R08"]),
        Control(
            "KSI-IAM-SUS", title: "Responding to Suspicious Activity", level: "key security indicator",
            evidence: "Revocations, time to effect", test: "Metric: minutes alert -> revoke",
            rules: ["R16"]),
        Control(
            "KSI-MLA-OSM", title: "Operating SIEM Capability", level: "key security indicator",
            evidence: "Append-only proofs, witness agreement", test: "Metric: hours since last verified root",
            rules: ["R13"]),
        Control(
            "KSI-MLA-LET", title: "Logging Event Types", level: "key security indicator",
            evidence: "Event types list; review entries", test: "Metric: types silent > N days; reviews on time",
            rules: []),
        Control(
            "KSI-MLA-RVL", title: "Reviewing Logs", level: "key security indicator",
            evidence: "Event types list; review entries", test: "Metric: types silent > N days; reviews on time",
            rules: []),
        Control(
            "KSI-MLA-ALA", title: "Authorizing Log Access", level: "key security indicator",
            evidence: "Who read or exported the log", test: "Metric: reads without grant",
            rules: ["R15"]),
        Control(
            "KSI-CMT-LMC", title: "Logging Changes", level: "key security indicator",
            evidence: "Change approvals, tests attached, rule trend", test: "Metric: unmatched changes (R14)",
            rules: ["R14"]),
        Control(
            "KSI-CMT-VTD", title: "Validating Throughout Deployment", level: "key security indicator",
            evidence: "Change approvals, tests attached, rule trend", test: "Metric: unmatched changes (R14)",
            rules: ["R02"]),
        Control(
            "KSI-CMT-RVP", title: "Reviewing Change Procedures", level: "key security indicator",
            evidence: "Change approvals, tests attached, rule trend", test: "Metric: unmatched changes (R14)",
            rules: ["R07"]),
        Control(
            "KSI-SVC-VRI", title: "Validating Resource Integrity", level: "key security indicator",
            evidence: "Approved digest = run digest", test: "Metric: mismatches",
            rules: ["R02"]),
        Control(
            "KSI-INR-RPI", title: "Reviewing Past Incidents", level: "key security indicator",
            evidence: "Break-glass and exceptions reviewed", test: "Metric: overdue reviews",
            rules: ["R10"]),
        Control(
            "KSI-INR-AAR", title: "Generating After Action Reports", level: "key security indicator",
            evidence: "Break-glass and exceptions reviewed", test: "Metric: overdue reviews",
            rules: ["R10"]),
    ]
}

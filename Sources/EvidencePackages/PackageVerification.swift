import ApprovalEvents
import LedgerCrypto
import MerkleTree
import Reporting
import SignedNotes
import Verification

/// What a package was found to be.
public struct PackageVerdict: Sendable {
    public let report: VerificationReport
    /// The report made again from the evidence; nil where the evidence does not hold.
    public let content: ComplianceReport?
    public let head: TrustedHead?
}

extension EvidencePackage {
    /// Puts every question to the package (`schemas/package.md`, "Verification").
    ///
    /// - Parameters:
    ///   - later: for a package under a key that is retired by now: a head under a key of the trust file.
    ///   - nonce: the text that the reader gave before the package was made; given, it must be in it.
    ///   - roots: the reader's CA file for time authorities; given, the package's head must have a timestamp.
    public func verify(
        under trust: TLogPolicy, through later: LaterHead? = nil, nonce: Text? = nil,
        timestampRoots roots: TimestampRoots? = nil
    ) -> PackageVerdict {
        var report = VerificationReport()
        let problems = EvidenceBag(found: files).problems()
        report.add(
            "bag", "every file is there, whole, and in the manifests",
            problems.isEmpty ? .holds : .fails(reason: Self.listed(problems)))
        let scope = files["data/00-scope/scope.json"].flatMap(PackageScope.init(parsing:))
        report.add(
            "scope", "the package says what it is about",
            scope == nil ? .fails(reason: "data/00-scope/scope.json is missing or cannot be read") : .holds)
        if let nonce {
            let claim = "the package was made for the given nonce"
            report.add(
                "nonce", claim,
                scope?.nonce == nonce ? .holds : .fails(reason: "it holds \(scope?.nonce.map(\.string) ?? "none")"))
        }
        let evidence = readEvidence(ExtractVerifier(trust: trust, through: later), scope, into: &report)
        let made = evidence.flatMap { evidence in
            scope.map { regenerate(evidence, $0, into: &report) }
        }
        if made == nil {
            report.add(
                "regenerated", "everything else in it follows from the entries",
                .notChecked(reason: "the entries do not hold"))
        }
        if let roots { report.add(timestamp(of: evidence?.head, under: roots)) }
        return PackageVerdict(report: report, content: made, head: evidence?.head)
    }

    private func timestamp(of head: TrustedHead?, under roots: TimestampRoots) -> Check {
        let claim = "a time authority of the CA file stamped the package's head"
        func check(_ outcome: Outcome, _ when: String = "") -> Check { Check("timestamps", claim + when, outcome) }
        guard let head else { return check(.notChecked(reason: "the entries do not hold")) }
        guard let answer = files[Self.timestampPath(head.head)] else {
            return check(.notChecked(reason: "there is no \(Self.timestampPath(head.head))"))
        }
        do {
            let token = try HeadTimestamp.verify(answer, of: head.head, origin: head.origin, under: roots)
            return check(.holds, ": it existed at \(Timestamp(milliseconds: token.time).ledgerForm)")
        } catch {
            return check(.fails(reason: "\(Self.timestampPath(head.head)): \(error)"))
        }
    }

    private func readEvidence(
        _ verifier: ExtractVerifier, _ scope: PackageScope?, into report: inout VerificationReport
    ) -> VerifiedEvidence? {
        guard let parts = ExtractParts.joined(files) else {
            report.add("extract", "the package holds an extract", .fails(reason: "a file of data/10-ledger is missing"))
            return nil
        }
        var verifier = verifier
        var hash = SHA256()
        do {
            var splitter = LineSplitter()
            for part in parts {
                hash.update(part)
                try splitter.read(part) { verifier.read(line: $0) }
            }
            try splitter.finish()
            report.add("extract", "the package holds an extract", .holds)
        } catch {
            report.add("extract", "the package holds an extract", .fails(reason: "\(error)"))
        }
        let isSame = hash.finalize() == scope?.extractDigest
        report.add(
            "extract-digest", "it is the extract that the scope names",
            isSame ? .holds : .fails(reason: "its digest is another"))
        let verdict = verifier.finish()
        report.add(verdict.report)
        return verdict.evidence
    }

    /// Makes the package again from its own entries and compares every byte.
    private func regenerate(
        _ evidence: VerifiedEvidence, _ scope: PackageScope, into report: inout VerificationReport
    ) -> ComplianceReport {
        let claim = "everything else in it follows from the entries: made again, it has the same bytes"
        let content = ComplianceReport(evidence: evidence, framework: scope.framework)
        guard scope.generator.string == ComplianceReport.generator else {
            report.add(
                "regenerated", claim,
                .notChecked(reason: "it was made by \(scope.generator), this is \(ComplianceReport.generator)"))
            return content
        }
        let extract = ExtractParts.joined(files) ?? []
        let parts = ExtractParts(extract.flatMap { $0 }, opening: Int(evidence.scope.opening))
        // Custody and verifiers lie under data/ too, and so in the manifest, but follow from nothing here.
        let beside = files.filter { path, _ in path.hasPrefix("data/8") || path.hasPrefix("data/9") }
        let again = EvidencePackage(extract: parts, evidence: evidence, scope: scope, beside: beside)
        var differences = again.files.keys.sorted().filter { files[$0] != again.files[$0] }
        let others = files.keys.filter { again.files[$0] == nil || beside[$0] != nil }.sorted()
        // The folders that follow from the entries hold nothing else; signatures stand outside of them.
        differences += others.filter { $0.hasPrefix("data/") && beside[$0] == nil }
        report.add(
            "regenerated", claim,
            differences.isEmpty ? .holds : .fails(reason: "other bytes: \(Self.listed(differences))"))
        let outside = others.filter { !differences.contains($0) }
        if !outside.isEmpty {
            report.add(
                "outside", "files beside the report hold",
                .notChecked(reason: "this version does not look into \(Self.listed(outside))"), isAsked: false)
        }
        return content
    }

    private static func listed(_ items: [String]) -> String {
        let rest = items.count > 20 ? " and \(items.count - 20) more" : ""
        return items.prefix(20).joined(separator: ", ") + rest
    }
}

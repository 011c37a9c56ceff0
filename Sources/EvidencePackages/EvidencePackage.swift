import ApprovalEvents
import LedgerCrypto
import MerkleTree
import Reporting
import SignedNotes
import Verification

/// An evidence package: a bag with an extract, the populations, the results and the report, in a ZIP archive.
/// `schemas/package.md` specifies it. Everything under `data/` is a function of the extract and `scope.json`: the same
/// scope gives the same bytes on any machine, so a reader makes it again and compares.
public struct EvidencePackage: Hashable, Sendable {
    /// Paths below the bag's folder.
    public let files: [String: [UInt8]]
    /// The bag's folder.
    public let folder: String

    public enum Failure: Error, Sendable, CustomStringConvertible {
        /// The extract does not hold: no package is made of it.
        case notEvidence(VerificationReport)

        public var description: String {
            switch self {
            case .notEvidence(let report):
                report.checks.compactMap { check in
                    guard case .fails(let reason) = check.outcome else { return nil }
                    return "\(check.claim): \(reason)"
                }.joined(separator: "; ")
            }
        }
    }

    /// Makes the package of an extract.
    ///
    /// - Parameters:
    ///   - extract: the whole extract (`schemas/extract.md`).
    ///   - trust: under which the extract must hold; nothing of it enters the package.
    ///   - nonce: a text of the reader's choosing.
    public init(extract: [UInt8], trust: TLogPolicy, framework: Framework, nonce: Text? = nil) throws {
        var verifier = ExtractVerifier(trust: trust)
        var splitter = LineSplitter()
        try splitter.read(extract) { verifier.read(line: $0) }
        try splitter.finish()
        let verdict = verifier.finish()
        guard let evidence = verdict.evidence else { throw Failure.notEvidence(verdict.report) }
        let scope = PackageScope(framework: framework, nonce: nonce, extractDigest: .sha256(extract))
        self.init(
            extract: ExtractParts(extract, opening: Int(evidence.scope.opening)), evidence: evidence, scope: scope)
    }

    /// - Parameter beside: files under `data/` that do not follow from the entries; they are in the manifest.
    init(
        extract: ExtractParts, evidence: VerifiedEvidence, scope: PackageScope, beside: [String: [UInt8]] = [:]
    ) {
        let report = ComplianceReport(evidence: evidence, framework: scope.framework)
        var files: [String: [UInt8]] = [
            "README.txt": PackageText.readme(report, scope),
            "index.html": report.html,
            "data/00-scope/scope.json": scope.formatted,
            "data/00-scope/control-matrix.csv": CSVTable.controls(report, withResults: false).bytes,
            "data/00-scope/limitations.md": PackageText.limitations(report),
            "data/20-populations/populations.json": report.populationsValue.canonicalBytes,
            "data/40-results/figures.json": report.figuresValue.canonicalBytes,
            "data/40-results/rules.json": report.rulesValue.canonicalBytes,
            "data/40-results/report.json": report.json,
            "data/40-results/exceptions.csv": CSVTable.exceptions(report).bytes,
        ]
        files.merge(extract.files) { first, _ in first }
        files.merge(beside) { first, _ in first }
        for population in report.populations {
            files["data/20-populations/\(population.fileName)"] = CSVTable.population(population).bytes
        }
        let place = scope.framework == .soc2 ? "data/70-soc2" : "data/60-fedramp"
        files["\(place)/matrix.csv"] = CSVTable.controls(report, withResults: true).bytes
        let head = evidence.head.head
        folder = "approval-evidence_\(scope.framework.rawValue)_ts\(head.size)_\(head.root.hex.prefix(8))"
        let info = [
            (label: "Bag-Software-Agent", value: ComplianceReport.generator),
            (label: "External-Identifier", value: "\(head.root.hex):\(evidence.scope.first)-\(evidence.scope.end)"),
        ]
        self.files = EvidenceBag(completing: files, info: info).files
    }

    /// The package with a time authority's answer for its head beside it, and the text that was stamped. They stand
    /// outside of the manifests, for they follow from nothing in the package.
    public func adding(timestamp answer: [UInt8], of head: TreeHead, origin: [UInt8]) throws -> EvidencePackage {
        var files = files
        files[Self.timestampPath(head)] = answer
        files["timestamps/\(head.size).txt"] = try Checkpoint(origin: origin, head: head).formatted
        return EvidencePackage(found: files, folder: folder)
    }

    static func timestampPath(_ head: TreeHead) -> String { "timestamps/\(head.size).tsr" }

    /// Files as they were found, with nothing checked.
    public init(found files: [String: [UInt8]], folder: String) {
        (self.files, self.folder) = (files, folder)
    }

    /// The archive, deterministic.
    public func archive() throws -> [UInt8] { try zip().formatted() }

    /// Hands the archive on, a piece at a time, so that it is not held twice.
    public func writeArchive(_ write: ([UInt8]) throws -> Void) throws { try zip().write(write) }

    private func zip() throws -> ZipArchive {
        try ZipArchive(
            members: files.sorted { $0.key < $1.key }.map {
                ZipArchive.Member(path: "\(folder)/\($0.key)", bytes: $0.value)
            })
    }

    /// Opens an archive. Every member must lie in one folder; what the files are worth, `verify` says.
    public init(archive bytes: [UInt8]) throws(ZipArchive.Failure) {
        let archive = try ZipArchive(parsing: bytes)
        var files: [String: [UInt8]] = [:]
        var folders: Set<String> = []
        for member in archive.members {
            guard let slash = member.path.firstIndex(of: "/") else { throw .badPath(member.path) }
            folders.insert(String(member.path[..<slash]))
            files[String(member.path[member.path.index(after: slash)...])] = member.bytes
        }
        guard let folder = folders.first, folders.count == 1 else { throw .unsupported("more than one folder") }
        self.init(found: files, folder: folder)
    }
}

/// An extract as files: header, earlier entries, entries. One after the other they are the extract, byte for byte.
struct ExtractParts: Hashable, Sendable {
    let files: [String: [UInt8]]

    static let order = ["data/10-ledger/extract.json", "data/10-ledger/opening.jsonl", "data/10-ledger/entries.jsonl"]

    /// - Parameter extract: verified before.
    init(_ extract: [UInt8], opening: Int) {
        let lines = extract.indices.lazy.filter { extract[$0] == 0x0A }
        var ends = lines.prefix(opening + 1).makeIterator()
        let header = ends.next().map { $0 + 1 } ?? extract.count
        var last = header
        while let end = ends.next() { last = end + 1 }
        files = [
            Self.order[0]: Array(extract[..<header]),
            Self.order[1]: Array(extract[header..<last]),
            Self.order[2]: Array(extract[last...]),
        ]
    }

    /// The parts of a package, in order; nil where one is missing.
    static func joined(_ files: [String: [UInt8]]) -> [[UInt8]]? {
        let parts = order.compactMap { files[$0] }
        return parts.count == order.count ? parts : nil
    }
}

extension PopulationCount {
    fileprivate var fileName: String {
        let words = population.title.lowercased().map { $0.isLetter ? $0 : "-" }
        return "\(id)-\(String(words)).csv"
    }
}

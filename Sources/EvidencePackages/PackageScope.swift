import ApprovalEvents
import LedgerCrypto
import Reporting
import Verification

/// `data/00-scope/scope.json`: everything that a package is a function of, beside the log itself.
struct PackageScope: Hashable, Sendable {
    static let format: Text = "countersign-package/1"

    let framework: Framework
    /// A text of the reader's choosing. It shows him that the package was made after he chose it.
    let nonce: Text?
    /// What made the package; another version may word things otherwise.
    let generator: Text
    /// SHA-256 of the extract, whole.
    let extractDigest: Digest

    var formatted: [UInt8] {
        var object: JSONObject = [
            "format": .string(Self.format), "framework": .string(Text(framework.rawValue)),
            "generator": .string(generator), "extract_digest": .string(Text("sha256:\(extractDigest.hex)")),
        ]
        if let nonce { object["nonce"] = .string(nonce) }
        return JSONValue.object(object).canonicalBytes
    }

    init(framework: Framework, nonce: Text?, extractDigest: Digest) {
        self.framework = framework
        self.nonce = nonce
        self.extractDigest = extractDigest
        generator = Text(ComplianceReport.generator)
    }

    init?(parsing bytes: [UInt8]) {
        guard case .object(let object) = try? JSONValue(parsing: bytes, maxDepth: 3),
            object["format"] == .string(Self.format), case .string(let name) = object["framework"],
            let framework = Framework(rawValue: name.string), case .string(let generator) = object["generator"],
            case .string(let digest) = object["extract_digest"], digest.string.hasPrefix("sha256:"),
            let extractDigest = Digest(hex: digest.string.dropFirst(7))
        else { return nil }
        if let nonce = object["nonce"] {
            guard case .string(let text) = nonce else { return nil }
            self.nonce = text
        } else {
            nonce = nil
        }
        (self.framework, self.generator, self.extractDigest) = (framework, generator, extractDigest)
        guard formatted == bytes else { return nil }
    }
}

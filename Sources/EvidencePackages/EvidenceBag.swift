import LedgerCrypto

/// A BagIt 1.0 bag (RFC 8493): files under `data/`, and beside them what says that they are whole. Anybody checks one
/// with `sha256sum -c manifest-sha256.txt`, without a tool of ours.
struct EvidenceBag: Hashable, Sendable {
    /// Paths below the bag's folder, each once.
    private(set) var files: [String: [UInt8]]

    static let declaration = Array("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".utf8)
    static let manifestPath = "manifest-sha256.txt"
    static let tagManifestPath = "tagmanifest-sha256.txt"

    /// A bag of these files, completed: declaration, `bag-info.txt` and both manifests.
    init(completing files: [String: [UInt8]], info: [(label: String, value: String)]) {
        let payload = files.filter { $0.key.hasPrefix("data/") }
        let size = payload.values.reduce(0) { $0 + $1.count }
        var all = files
        all["bagit.txt"] = Self.declaration
        all["bag-info.txt"] = Array(
            (info + [(label: "Payload-Oxum", value: "\(size).\(payload.count)")])
                .map { "\($0.label): \($0.value)\n" }.joined().utf8)
        all[Self.manifestPath] = Self.manifest(of: payload)
        all[Self.tagManifestPath] = Self.manifest(of: all.filter { !$0.key.hasPrefix("data/") })
        self.files = all
    }

    /// Files as they were found.
    init(found files: [String: [UInt8]]) {
        self.files = files
    }

    private static func manifest(of files: [String: [UInt8]]) -> [UInt8] {
        Array(files.sorted { $0.key < $1.key }.map { "\(Digest.sha256($0.value).hex)  \($0.key)\n" }.joined().utf8)
    }

    /// Whether the bag is complete and valid (RFC 8493 §3): each way in which it is not, by file.
    func problems() -> [String] {
        var problems: [String] = []
        if files["bagit.txt"] != Self.declaration { problems.append("bagit.txt is missing or another version") }
        let payload = Set(files.keys.filter { $0.hasPrefix("data/") })
        problems += check(Self.manifestPath, covers: payload)
        let tags = Set(files.keys.filter { !$0.hasPrefix("data/") && $0 != Self.tagManifestPath })
        problems += check(Self.tagManifestPath, covers: tags.filter(Self.isOurs))
        return problems
    }

    /// Tag files that a tag manifest must name. Signatures and timestamps come later and stand outside it.
    private static func isOurs(_ path: String) -> Bool {
        ["bagit.txt", "bag-info.txt", manifestPath, "README.txt", "index.html"].contains(path)
    }

    private func check(_ manifest: String, covers expected: Set<String>) -> [String] {
        guard let bytes = files[manifest] else { return ["\(manifest) is missing"] }
        var problems: [String] = []
        var named: Set<String> = []
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: true) {
            // 64 digits, two spaces, a path.
            guard line.count > 66, line.dropFirst(64).prefix(2).elementsEqual([0x20, 0x20]),
                let digest = Digest(hex: String(decoding: line.prefix(64), as: UTF8.self))
            else {
                problems.append("\(manifest) has a line that is none")
                continue
            }
            let path = String(decoding: line.dropFirst(66), as: UTF8.self)
            if !named.insert(path).inserted { problems.append("\(manifest) names \(path) twice") }
            guard let content = files[path] else {
                problems.append("\(path) is missing")
                continue
            }
            if Digest.sha256(content) != digest { problems.append("\(path) was changed") }
        }
        for path in expected.subtracting(named).sorted() { problems.append("\(path) is not in \(manifest)") }
        return problems
    }
}

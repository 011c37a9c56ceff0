import Foundation
import LedgerCrypto
import MerkleTree
import TestMaterial
import Testing

/// The probes of transparency-dev/merkle, most of them wrong on purpose.
@Suite("Published probes", .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.skipNote)))
struct PublishedVectorTests {
    private struct Inclusion: Decodable {
        let leafIdx, treeSize: UInt64
        let root, leafHash: Data
        let proof: [Data]?
        let wantErr: Bool
    }

    private struct Consistency: Decodable {
        let size1, size2: UInt64
        let root1, root2: Data
        let proof: [Data]?
        let wantErr: Bool
    }

    @Test("all 98 inclusion probes are judged as published")
    func inclusion() throws {
        var judgedOtherwise: [String] = []
        let probes = try probes("inclusion", as: Inclusion.self)
        #expect(probes.count == 98)
        for (name, probe) in probes {
            var passes = false
            if let hashes = digests(probe.proof), let leaf = Digest(probe.leafHash), let root = Digest(probe.root) {
                passes = holds { () throws(ProofError) in
                    try InclusionProof(hashes: hashes).verify(
                        leaf: leaf, at: LeafIndex(probe.leafIdx),
                        in: TreeHead(size: TreeSize(probe.treeSize), root: root))
                }
            }
            if passes == probe.wantErr { judgedOtherwise.append(name) }
        }
        #expect(judgedOtherwise.isEmpty)
    }

    @Test("all 98 consistency probes are judged as published, but for one with roots that are not 32 bytes")
    func consistency() throws {
        var judgedOtherwise: [String] = []
        let probes = try probes("consistency", as: Consistency.self)
        #expect(probes.count == 98)
        for (name, probe) in probes {
            var passes = false
            if let hashes = digests(probe.proof), let root1 = Digest(probe.root1), let root2 = Digest(probe.root2) {
                passes = holds { () throws(ProofError) in
                    try ConsistencyProof(hashes: hashes).verify(
                        from: TreeHead(size: TreeSize(probe.size1), root: root1),
                        to: TreeHead(size: TreeSize(probe.size2), root: root2))
                }
            }
            if passes == probe.wantErr { judgedOtherwise.append(name) }
        }
        // Published as right, with equal texts for roots; refused here, where a root is a digest.
        #expect(judgedOtherwise == ["additional/sizes-are-equal-one-and-proof-is-empty.json"])
    }

    private func digests(_ proof: [Data]?) -> [Digest]? {
        let digests = (proof ?? []).map { Digest($0) }
        return digests.contains(nil) ? nil : digests.compactMap(\.self)
    }

    private func probes<Probe: Decodable>(_ kind: String, as type: Probe.Type) throws -> [(name: String, Probe)] {
        let folder = SharedData.url("vectors/transparency-dev-merkle/testdata/\(kind)")
        let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return try names.filter { $0.hasSuffix(".json") }.sorted().map { name in
            (name, try JSONDecoder().decode(type, from: Data(contentsOf: folder.appendingPathComponent(name))))
        }
    }
}

import LedgerCrypto
import MerkleTree
import SignedNotes
import TestMaterial
import Testing

@Suite("Proofs of logging")
struct TLogProofTests {
    struct File: Decodable {
        let vkey: String
        let cases: [Case]
    }

    struct Case: Decodable {
        let why: String
        let proof: Shown
        let entry: String?
        let verdict: String?
        let malformed: Bool?
    }

    @Test("Our vectors are read, written back and verified as they say")
    func vectors() throws {
        let file = try Vectors.load("proofs.json", as: File.self)
        let policy = try TLogPolicy(logs: [TLogPolicy.Log(key: try vkey(file.vkey))])
        for vector in file.cases {
            let bytes = vector.proof.bytes
            guard vector.malformed != true else {
                #expect(throws: NoteError.self, "\(vector.why)") { try TLogProof(parsing: bytes) }
                continue
            }
            let proof = try TLogProof(parsing: bytes)
            #expect(proof.formatted == bytes)
            let leaf = TreeHash.leaf([UInt8](text: try #require(vector.entry)))
            var verdict = "holds"
            do throws(NoteError) {
                let found = try proof.verify(leaf: leaf, under: policy)
                #expect(try found.checkpoint == Checkpoint(parsing: proof.note.text))
            } catch .notIncluded { verdict = "not included" } catch { verdict = "no trust" }
            #expect(verdict == vector.verdict, "\(vector.why)")
        }
    }

    @Test("A proof that is damaged anywhere does not show the entry, but for its unauthenticated extra data")
    func damaged() throws {
        let file = try Vectors.load("proofs.json", as: File.self)
        let policy = try TLogPolicy(logs: [TLogPolicy.Log(key: try vkey(file.vkey))])
        let vector = try #require(file.cases.first { $0.why == "with extra data" })
        let meant = try TLogProof(parsing: vector.proof.bytes)
        let leaf = TreeHash.leaf([UInt8](text: try #require(vector.entry)))
        damage(vector.proof.bytes) { bytes in
            guard let read = try? TLogProof(parsing: bytes) else { return }
            #expect(read.formatted == bytes)
            guard (try? read.verify(leaf: leaf, under: policy)) != nil else { return }
            #expect(read.extra != meant.extra)
            #expect(read.index == meant.index && read.proof == meant.proof && read.note == meant.note)
        }
    }

    @Test("Every changed bit of every hash is found")
    func flippedHashes() throws {
        let file = try Vectors.load("proofs.json", as: File.self)
        let policy = try TLogPolicy(logs: [TLogPolicy.Log(key: try vkey(file.vkey))])
        let vector = try #require(file.cases.first { $0.why == "entry 35 of 70" })
        let good = try TLogProof(parsing: vector.proof.bytes)
        let leaf = TreeHash.leaf([UInt8](text: try #require(vector.entry)))
        for position in good.proof.hashes.indices {
            for bit in 0..<256 {
                var hashes = good.proof.hashes
                var bytes = hashes[position].bytes
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                hashes[position] = try #require(Digest(bytes))
                let proof = try TLogProof(
                    index: good.index, proof: InclusionProof(hashes: hashes), note: good.note)
                #expect(throws: NoteError.self) { try proof.verify(leaf: leaf, under: policy) }
            }
        }
    }
}

import LedgerCrypto
import MerkleTree
import SignedNotes
import TestMaterial
import Testing

@Suite("Checkpoints")
struct CheckpointTests {
    struct Case: Decodable {
        let text: Shown
        let ok: Bool
        let why: String?
    }

    @Test("Our vectors are read or refused as they say, and written back byte for byte")
    func vectors() throws {
        for vector in try Vectors.load("checkpoints.json", as: [Case].self) {
            let bytes = vector.text.bytes
            if vector.ok {
                let checkpoint = try Checkpoint(parsing: bytes)
                #expect(checkpoint.formatted == bytes)
            } else {
                #expect(throws: NoteError.self, "\(vector.why ?? "")") { try Checkpoint(parsing: bytes) }
            }
        }
    }

    @Test("A checkpoint says the head that it was made of")
    func roundTrip() throws {
        var random = SeededRandom(seed: 12)
        for shift in 0..<63 {
            let root = try #require(Digest(random.bytes(32)))
            let head = TreeHead(size: TreeSize(1 << UInt64(shift)), root: root)
            let checkpoint = try Checkpoint(origin: [UInt8](text: "log.example/é"), head: head)
            let read = try Checkpoint(parsing: checkpoint.formatted)
            #expect(read == checkpoint)
            #expect(read.head == head)
            #expect(read.extensions.isEmpty)
        }
        #expect(try Checkpoint(origin: [UInt8](text: "log"), head: .empty).head == .empty)
    }

    @Test("A checkpoint that is damaged anywhere is refused or says something else")
    func damaged() throws {
        let good = try Vectors.load("checkpoints.json", as: [Case].self)[2].text.bytes
        let meant = try Checkpoint(parsing: good)
        damage(good) { bytes in
            guard let read = try? Checkpoint(parsing: bytes) else { return }
            #expect(read != meant)
            #expect(read.formatted == bytes)
        }
    }

    @Test("What cannot be written is no checkpoint", arguments: ["", "two\nlines", "tab\t", "\u{0}"])
    func origins(origin: String) {
        #expect(throws: NoteError.self) { try Checkpoint(origin: [UInt8](text: origin), head: .empty) }
    }

    @Test("Sizes from 2^63 on, and an empty tree with a root of its own, are no checkpoint")
    func heads() {
        let origin = [UInt8](text: "log")
        let root = Digest.sha256([1])
        #expect(throws: NoteError.self) {
            try Checkpoint(origin: origin, head: TreeHead(size: TreeSize(1 << 63), root: root))
        }
        #expect(throws: NoteError.self) {
            try Checkpoint(origin: origin, head: TreeHead(size: TreeSize(0), root: root))
        }
    }
}

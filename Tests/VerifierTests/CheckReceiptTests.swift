import ApprovalEvents
import Foundation
import LedgerCrypto
import MerkleTree
import SignedNotes
import TestLog
import TestMaterial
import Testing
import Verification

/// `tools/check-receipt`: a receipt in the hands of somebody who has a shell, openssl and sha256sum.
@Suite("A receipt is checked without our tools") struct CheckReceiptTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func check(_ receipt: [UInt8], _ trust: [UInt8], shell: String = "sh") throws -> Ran {
        try folder.write("receipt", receipt)
        try folder.write("trust", trust)
        let tool = Checkout.root.appendingPathComponent("tools/check-receipt").path
        return try Command.run(#require(Command.find(shell)), [tool, "receipt", "trust"], in: folder)
    }

    /// A receipt of a log whose key has the algorithm, and its trust file.
    private func receipt(_ algorithm: SignatureAlgorithm, disclosing: Bool = false) throws -> ([UInt8], [UInt8]) {
        let log = try TestLog.threeDays()
        let signer = try NoteSigner(name: log.origin.bytes, key: PrivateKey(generating: algorithm))
        let text = try Checkpoint(origin: log.origin.bytes, head: log.head()).formatted
        let proof = try TLogProof(
            index: LeafIndex(5), proof: log.inclusion(5), note: SignedNote(signing: text, with: [signer]))
        let receipt = Receipt(entry: log.entries[5].bytes, disclosures: [], proof: proof)
        return (receipt.formatted, Array("log ".utf8) + signer.verifierKey.formatted + Array("\nquorum none\n".utf8))
    }

    @Test("holds under a key of either algorithm, and prints the entry", arguments: SignatureAlgorithm.allCases)
    func good(algorithm: SignatureAlgorithm) throws {
        let (receipt, trust) = try receipt(algorithm)
        for shell in ["sh", "bash"] {
            let ran = try check(receipt, trust, shell: shell)
            #expect(ran.code == 0 && ran.errors.hasPrefix("holds: entry 5 of "), "\(ran)")
            #expect(Array(ran.output.utf8.dropLast()) == (try Receipt(parsing: receipt).entry))
        }
    }

    @Test("fails with one byte changed, wherever it is", arguments: SignatureAlgorithm.allCases)
    func damaged(algorithm: SignatureAlgorithm) throws {
        let (receipt, trust) = try receipt(algorithm)
        let text = String(decoding: receipt, as: UTF8.self)
        let lines = text.components(separatedBy: "\\n")
        let origin = try #require(lines.lastIndex { !$0.contains(" ") && $0.contains("example.com") })
        func changing(_ line: Int, at place: Int) -> String {
            var lines = lines
            var bytes = Array(lines[line].utf8)
            bytes[place] = bytes[place] == UInt8(ascii: "1") ? UInt8(ascii: "2") : UInt8(ascii: "1")
            lines[line] = String(decoding: bytes, as: UTF8.self)
            return lines.joined(separator: "\\n")
        }
        let keyID = try #require(Array(lines[origin + 4].utf8).lastIndex(of: 0x20)) + 2
        let damages = [
            ("entry", text.replacing("specversion", with: "specversiom"), "does not lead"),
            ("proof", changing(2, at: 7), "does not lead"),
            ("origin", changing(origin, at: 0), "is of the log"),
            ("size", changing(origin + 1, at: 0), "broken"),
            ("root", changing(origin + 2, at: 9), "broken"),
            ("key id", changing(origin + 4, at: keyID), "no trusted key signed"),
            ("signature", changing(origin + 4, at: lines[origin + 4].utf8.count - 40), "broken"),
        ]
        for (what, damaged, reason) in damages {
            #expect(damaged != text, "\(what)")
            let ran = try check(Array(damaged.utf8), trust)
            #expect(ran.code == 1 && ran.output.isEmpty && ran.errors.contains(reason), "\(what): \(ran)")
        }
        let other = try self.receipt(algorithm).1
        #expect(try check(receipt, other).errors.contains("no trusted key signed"))
    }

    /// What the script leaves to its reader, as it says itself: what was submitted, and what an entry has to hold.
    private static let beyond: Set<String> = [
        "kept back, so the event cannot be compared", "another event", "an event of another id",
        "an event with an attribute more", "an event that is none", "an entry not in the canonical form",
        "an entry without a time of sealing", "an entry with a time of another form", "an entry with a short salt",
        "an entry without an id", "an entry with an unknown member", "an entry that is no object",
    ]

    @Test("and is judged as it is meant, in seventy forms, most of them wrong") func vectors() throws {
        let file = try Checkout.bytes("Tests/Vectors/receipts/receipts.json")
        let cases = try #require(try JSONValue(parsing: file).asObject?["cases"]?.asArray).compactMap(\.asObject)
        var judged = 0
        for one in cases {
            func text(_ name: Text) throws -> [UInt8] { try #require(one[name]?.asString).bytes }
            let name = String(decoding: try text("name"), as: UTF8.self)
            let ran = try check(text("receipt"), text("trust"))
            let expected = ["holds": 0, "fails": 1, "not checked": 4][
                String(decoding: try text("verdict"), as: UTF8.self)]
            #expect(Self.beyond.contains(name) ? ran.code == 0 : ran.code == Int32(expected ?? -1), "\(name): \(ran)")
            judged += 1
        }
        #expect(judged > 70)
    }

    @Test("but not where the trust file asks for witnesses, and not without files") func unasked() throws {
        let (receipt, trust) = try receipt(.ed25519)
        let witness = try TestLog.key("witness")
        let vkey = try VerifierKey(
            name: Array("w".utf8), type: .cosignature, material: #require(witness.publicKey.rawEd25519))
        let asking = Array(
            String(decoding: trust, as: UTF8.self).replacing(
                "quorum none", with: "witness w \(String(decoding: vkey.formatted, as: UTF8.self))\nquorum w"
            ).utf8)
        let ran = try check(receipt, asking)
        #expect(ran.code == 4 && ran.errors.contains("not checked: the witnesses"), "\(ran)")
        let tool = Checkout.root.appendingPathComponent("tools/check-receipt").path
        #expect(try Command.run(#require(Command.find("sh")), [tool, "none", "trust"], in: folder).code == 2)
    }
}

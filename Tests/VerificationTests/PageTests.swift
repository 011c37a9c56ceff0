import ApprovalEvents
import LedgerCrypto
import MerkleTree
import SignedNotes
import TestMaterial
import Testing
import Verification

/// The examples of the format pages, held to the code.
@Suite("The format pages") struct PageTests {
    /// The block of a page that is marked so.
    func example(_ page: String, _ mark: String) throws -> [UInt8] {
        let text = String(decoding: try Checkout.bytes("schemas/\(page)"), as: UTF8.self)
        let start = try #require(text.firstRange(of: "```json \(mark)\n")).upperBound
        let end = try #require(text[start...].firstRange(of: "\n```")).lowerBound
        return Array(text[start..<end].utf8)
    }

    @Test("show a receipt that holds for the event they show") func receipt() throws {
        let receipt = try Receipt(parsing: example("receipt.md", "receipt"))
        #expect(receipt.formatted == (try example("receipt.md", "receipt")))
        let text = String(decoding: try Checkout.bytes("schemas/receipt.md"), as: UTF8.self)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("log ") })
        let trust = try TLogPolicy(parsing: Array("\(line)\nquorum none\n".utf8))
        let verdict = receipt.verify(under: trust, submitted: try example("receipt.md", "event"))
        #expect(verdict.report.verdict == .holds, "\(verdict.report)")
    }

    @Test("show an extract's header in its one form") func extract() throws {
        let line = try example("extract.md", "header")
        let header = try ExtractHeader(parsing: line)
        #expect(header.carried == 0..<2948 && header.formatted == line)
        for length in line.indices {
            #expect(throws: ExtractError.self) { try ExtractHeader(parsing: Array(line[..<length])) }
        }
    }

    @Test("show a timestamp that holds for the head that they show") func timestamp() throws {
        let page = String(decoding: try Checkout.bytes("schemas/timestamps.md"), as: UTF8.self)
        func block(_ mark: String) throws -> String {
            let start = try #require(page.firstRange(of: "```\(mark)\n")).upperBound
            let end = try #require(page[start...].firstRange(of: "```")).lowerBound
            return String(page[start..<end])
        }
        let text = Array(try block("text").utf8)
        #expect(try text == Checkout.bytes("Tests/Vectors/timestamps/7.txt"))
        #expect(page.contains("`\(Digest.sha256(text).hex)`"))
        let answer = try #require(Base64.decode(Array(try block("answer").utf8.filter { $0 != 0x0A })))
        #expect(try answer == Checkout.bytes("Tests/Vectors/timestamps/7.tsr"))
        let roots = try TimestampRoots(pem: Checkout.bytes("Tests/Vectors/timestamps/ca.pem"))
        let head = try Checkpoint(parsing: text)
        let token = try HeadTimestamp.verify(answer, of: head.head, origin: head.origin, under: roots)
        #expect(Timestamp(milliseconds: token.time).ledgerForm == "2026-11-25T11:40:08.930Z")
        let other = TreeHead(size: TreeSize(8), root: head.head.root)
        #expect(throws: TimestampError.self) {
            try HeadTimestamp.verify(answer, of: other, origin: head.origin, under: roots)
        }
    }
}

import ApprovalEvents
import LedgerCrypto
import MerkleTree
import TestMaterial
import Testing

@Suite("The page schemas/entry.md")
struct EntryPageTests {
    /// The lines of the page's block that begins with this word.
    private func block(_ name: String) throws -> String {
        let lines = String(decoding: try Checkout.bytes("schemas/entry.md"), as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0.hasPrefix("```") && $0.hasSuffix(" \(name)") })
        return lines[(start + 1)...].prefix { $0 != "```" }.joined(separator: "\n")
    }

    @Test("shows an example that is so")
    func example() throws {
        let event = try ApprovalEvent.parse(structured: Array(block("submission").utf8), rules: .standard)
        let text = try block("entry")
        let read = try LedgerEntry(parsing: Array(text.utf8))
        let sealed = try LedgerEntry.seal(event, time: read.ledgerTime, caller: read.caller, salt: read.salt)
        #expect(String(decoding: sealed.bytes, as: UTF8.self) == text)
        #expect(TreeHash.leaf(sealed.bytes).hex == (try block("leaf")))
        #expect(String(decoding: event.canonicalSubmission, as: UTF8.self) == (try block("canonical-submission")))
        #expect(read.submission(disclosing: event.disclosures) == event.canonicalSubmission)
    }
}

import ApprovalEvents
import SignedNotes
import TestMaterial
import Testing
import Verification

/// Receipts that a second implementation wrote (`tools/make-receipt-vectors`), most of them wrong.
@Suite("Receipts written by another hand") struct ReceiptVectorTests {
    let cases: [JSONObject]

    init() throws {
        let file = try Checkout.bytes("Tests/Vectors/receipts/receipts.json")
        let document = try #require(JSONValue(parsing: file).asObject)
        cases = try #require(document["cases"]?.asArray).compactMap(\.asObject)
    }

    @Test("are judged as they are meant") func verdicts() throws {
        #expect(cases.count > 70)
        for one in cases {
            func text(_ name: Text) throws -> [UInt8] { try #require(one[name]?.asString).bytes }
            let trust = try TLogPolicy(parsing: text("trust"))
            let event = one["event"]?.asString?.bytes
            let verdict =
                if let receipt = try? Receipt(parsing: text("receipt")) {
                    receipt.verify(under: trust, submitted: event).report.verdict
                } else {
                    VerificationReport.Verdict.fails
                }
            let expected = String(decoding: try text("verdict"), as: UTF8.self)
            #expect(verdict.rawValue == expected, "\(one["name"]?.asString ?? "")")
        }
    }
}

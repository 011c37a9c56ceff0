import ApprovalEvents
import LedgerCrypto
import MerkleTree
import SignedNotes
import TestLog
import Testing
import Verification

@Suite("A receipt") struct ReceiptTests {
    let log: TestLog
    let receipt: Receipt

    init() throws {
        log = try TestLog.threeDays()
        receipt = try log.receipt(5)
    }

    @Test("is read back as it was written") func roundTrip() throws {
        #expect(try Receipt(parsing: receipt.formatted) == receipt)
    }

    @Test("holds under the log's trust file, and says where the entry stands") func holds() throws {
        let verdict = try receipt.verify(under: log.trust)
        #expect(verdict.report.verdict == .holds, "\(verdict.report)")
        #expect(verdict.index == LeafIndex(5))
        #expect(verdict.entry == log.entries[5])
        #expect(verdict.report["witnesses"] != .holds, "nobody asked for witnesses: that is said")
    }

    @Test("holds under every head since") func everyHead() throws {
        for size in 6...log.entries.count {
            let verdict = try log.receipt(5, size).verify(under: log.trust)
            #expect(verdict.report.verdict == .holds)
        }
    }

    @Test("may be pretty-printed on its way") func spacing() throws {
        var text = "{\n"
        for (name, value) in [("proof", 1), ("format", 0), ("disclosures", 2), ("entry", 3)] {
            let object = try #require(JSONValue(parsing: receipt.formatted).asObject)
            let member = try #require(object[Text(name)])
            let bytes = String(decoding: member.canonicalBytes, as: UTF8.self)
            text += "  \"\(name)\" :  \(bytes)\(value == 3 ? "" : ",")\n"
        }
        #expect(try Receipt(parsing: Array((text + "}\n").utf8)) == receipt)
    }

    @Test("cut short anywhere is none") func everyPrefix() {
        let bytes = receipt.formatted
        for length in bytes.indices {
            #expect(throws: ReceiptError.self) { try Receipt(parsing: Array(bytes[..<length])) }
        }
    }

    @Test("with any byte changed does not hold") func everyByte() throws {
        let bytes = receipt.formatted
        let trust = try log.trust
        for position in bytes.indices {
            var changed = bytes
            changed[position] ^= 1
            guard let other = try? Receipt(parsing: changed) else { continue }
            #expect(other.verify(under: trust).report.verdict == .fails, "byte \(position)")
        }
    }

    @Test("fails at another index, and with a longer or shorter proof") func proofs() throws {
        let trust = try log.trust
        func verdict(_ index: Int, _ hashes: [Digest]) throws -> VerificationReport.Verdict {
            let proof = try TLogProof(
                index: LeafIndex(UInt64(index)), proof: InclusionProof(hashes: hashes), note: receipt.proof.note)
            let other = Receipt(entry: receipt.entry, disclosures: [], proof: proof)
            return other.verify(under: trust).report.verdict
        }
        let hashes = receipt.proof.proof.hashes
        #expect(try verdict(5, hashes) == .holds)
        for index in 0..<log.entries.count + 3 where index != 5 { #expect(try verdict(index, hashes) == .fails) }
        #expect(try verdict(5, hashes + [hashes[0]]) == .fails)
        #expect(try verdict(5, Array(hashes.dropLast())) == .fails)
        #expect(try verdict(5, Array(hashes.dropFirst())) == .fails)
        #expect(try verdict(5, hashes.reversed()) == .fails)
    }

    @Test("of another log fails, and so does one under another key of the same name") func wrongTrust() throws {
        let other = try TestLog.threeDays(origin: "example.com/other")
        let verdict = try receipt.verify(under: other.trust)
        #expect(verdict.report.verdict == .fails)
        #expect(verdict.head == nil && verdict.index == nil, "nothing is said of where it stands")
        let impostor = try TestLog(key: "impostor")
        #expect(try receipt.verify(under: impostor.trust).report.verdict == .fails)
    }

    @Test("for the event that was submitted says so, for any other it fails") func submissions() throws {
        let action = Story.action("customers")
        let data: JSONValue = [
            "requester": Story.human("okta:dana"), "action": action, "action_digest": Story.digest(action),
        ]
        let time = TestLog.start + 8 * TestLog.hour
        let sent = Story.submission(
            "approval.requested", data, id: "apr_0_good-request", subject: "apr_0_good", time: time)
        let kept = try log.receipt(1)
        #expect(try kept.verify(under: log.trust, submitted: sent).report["submission"] == .holds)
        let trust = try log.trust
        for position in sent.indices {
            var changed = sent
            changed[position] ^= 1
            // `bpplication/json` is JSON too: the same event, in its one form.
            if let same = try? ApprovalEvent.parse(structured: changed, rules: .standard),
                same.canonicalSubmission == sent
            {
                continue
            }
            let outcome = kept.verify(under: trust, submitted: changed).report["submission"]
            guard case .fails = outcome else {
                Issue.record("byte \(position): \(String(describing: outcome))")
                continue
            }
        }
    }

    @Test(
        "says what is wrong with what is none",
        arguments: [
            ("[]", "one JSON object"), ("{}", "format"), (#"{"format":"countersign-receipt/2"}"#, "format"),
            (#"{"index":5,"receipt":{}}"#, "member `receipt`"), (#"{"format":"countersign-receipt/1"}"#, "entry"),
            (#"{"format":"countersign-receipt/1","entry":1}"#, "type"), ("x", "JSON"),
            (#"{"format":"countersign-receipt/1","entry":"{}","disclosures":[],"proof":"x"}"#, "tlog-proof"),
            (#"{"format":"countersign-receipt/1","format":"countersign-receipt/1"}"#, "JSON"),
        ])
    func complaints(text: String, part: String) {
        do {
            _ = try Receipt(parsing: Array(text.utf8))
            Issue.record("accepted")
        } catch {
            #expect(error.description.contains(part), "\(error)")
        }
    }
}

@Suite("Disclosures in a receipt") struct ReceiptDisclosureTests {
    let log: TestLog
    let disclosure: Disclosure
    let sent: [UInt8]

    init() throws {
        let action = Story.action("customers")
        disclosure = Disclosure(salt: Array(repeating: 7, count: 16), name: "reason", value: "because")
        let data: JSONValue = [
            "reviewer": Story.human("okta:lee"), "decision": "approve", "action_digest": Story.digest(action),
            "channel": ["kind": "web"], "_sd": [.string(disclosure.digest)],
        ]
        var object = try #require(
            JSONValue(parsing: Story.submission("approval.reviewed", data, id: "v", subject: "c", time: TestLog.start))
                .asObject)
        object["disclosures"] = .string(Text(disclosure.text.string + "~"))
        sent = JSONValue.object(object).canonicalBytes
        var log = try TestLog()
        try log.append(ApprovalEvent.parse(structured: sent, rules: .standard))
        self.log = log
    }

    @Test("hold where they open a digest of the entry") func opened() throws {
        let receipt = try log.receipt(1, disclosures: [disclosure.text])
        let report = try receipt.verify(under: log.trust, submitted: sent).report
        #expect(report.verdict == .holds, "\(report)")
    }

    @Test("may be left out: the receipt holds, and the event that was sent is still the one") func withheld() throws {
        let receipt = try log.receipt(1, disclosures: [disclosure.text]).withoutDisclosures
        #expect(try receipt.verify(under: log.trust, submitted: sent).report.verdict == .holds)
    }

    @Test("that a comparison needs and that are not there leave it open") func unknown() throws {
        var object = try #require(JSONValue(parsing: sent).asObject)
        object["disclosures"] = nil
        var data = try #require(object["data"]?.asObject)
        data["_sd"] = nil
        data["reason"] = "because"
        object["data"] = .object(data)
        let open = JSONValue.object(object).canonicalBytes
        let trust = try log.trust
        func verdict(_ disclosures: [Text]) throws -> VerificationReport.Verdict {
            try log.receipt(1, disclosures: disclosures).verify(under: trust, submitted: open).report.verdict
        }
        #expect(try verdict([disclosure.text]) == .holds)
        #expect(try verdict([]) == .notChecked)
    }

    @Test("fail where they open nothing, stand twice or are none") func wrong() throws {
        let trust = try log.trust
        let other = Disclosure(salt: Array(repeating: 8, count: 16), name: "reason", value: "because")
        for texts in [[other.text], [disclosure.text, disclosure.text], ["~"], [""]] as [[Text]] {
            #expect(try log.receipt(1, disclosures: texts).verify(under: trust).report.verdict == .fails)
        }
        #expect(try log.receipt(0, disclosures: [disclosure.text]).verify(under: trust).report.verdict == .fails)
    }
}

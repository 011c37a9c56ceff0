import ApprovalEvents
import LedgerCrypto
import Testing

@Suite("Disclosures")
struct DisclosureTests {
    private func violations(_ event: JSONObject, disclosing: [Disclosure]) -> [String] {
        event.changing([("disclosures", SampleSubmission.list(disclosing))]).violations()
    }

    @Test("are read and hashed as RFC 9901 has it")
    func published() throws {
        let text: Text = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
        let disclosure = try #require(Disclosure(text))
        #expect(disclosure.name == "family_name" && disclosure.value == "Möbius")
        #expect(disclosure.digest == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0")
        #expect(disclosure.text == text)
        let made = Disclosure(salt: SampleSubmission.salt(9), name: "reason", value: "why")
        #expect(Disclosure(made.text) == made)
    }

    @Test("of another form are none")
    func badForms() {
        func text(_ json: String) -> Text { Text(Base64URL.string(Array(json.utf8))) }
        let salt = "AAAAAAAAAAAAAAAAAAAAAA"
        #expect(Disclosure(text("[\"\(salt)\",\"a\",1]")) != nil)
        for bad in [
            "[\"\(salt)\",\"a\"]", "[\"\(salt)\",\"a\",1,2]", "[\"\(salt)\",1,1]", "[1,\"a\",1]", "{}", "\"a\"", "[",
            "[\"\(salt.dropLast())\",\"a\",1]", "[\"\(salt.dropLast())!\",\"a\",1]", "[\"\(salt)\",\"_sd\",1]",
            "[\"\(salt)\",\"...\",1]", "[\"\(salt)\",\"a\",9007199254740993]", "[\"\(salt)\",\"a\",{\"b\":1,\"b\":2}]",
        ] {
            #expect(Disclosure(text(bad)) == nil, "\(bad)")
        }
        #expect(Disclosure(Text(text("[\"\(salt)\",\"a\",1]").string + "=")) == nil)
        #expect(Disclosure("") == nil)
    }

    @Test("leave the canonical submission as if nothing had been concealed, and are never sealed")
    func putBack() throws {
        let (event, disclosures) = SampleSubmission.concealed()
        let open = try SampleSubmission.requested().parsed()
        let given = event.changing([("disclosures", SampleSubmission.list(disclosures.reversed()))])
        let parsed = try given.parsed()
        #expect(parsed.canonicalSubmission == open.canonicalSubmission)
        #expect(Set(parsed.disclosures) == Set(disclosures))
        #expect(parsed.attributes["disclosures"] == nil)
        #expect(parsed.attributes["data"] == event["data"])
        guard case .approvalRequested(let payload) = parsed.payload else {
            Issue.record("another payload")
            return
        }
        #expect(payload.action.parameters == nil && payload.action.concealed.count == 2)
        #expect(try event.parsed().disclosures.isEmpty, "a source may keep all of them to itself")
    }

    @Test("may be some of all")
    func partly() throws {
        let (event, disclosures) = SampleSubmission.concealed()
        let parsed = try event.changing([("disclosures", SampleSubmission.list([disclosures[2]]))]).parsed()
        let data = try JSONValue(parsing: parsed.canonicalSubmission).asObject?["data"]?.asObject
        #expect(data?["context"]?.asObject?["_sd"] == nil)
        #expect(data?["context"]?.asObject?["justification"] != nil)
        #expect(data?["action"]?.asObject?["_sd"]?.asArray?.count == 2)
        #expect(violations(event, disclosing: [disclosures[1]]) == ["/data/action/nonce open-nonce"])
    }

    @Test("must be a list of them")
    func lists() {
        let (event, disclosures) = SampleSubmission.concealed()
        let one = disclosures[0].text.string
        for text in ["", "~", one, "~\(one)~", "\(one)~~", "\(one)~\(one)", "\(one) ~", "x~", "\(one)~x~"] {
            let given = event.changing([("disclosures", .string(Text(text)))])
            #expect(given.violations() == ["/disclosures disclosure-form"], "\(text)")
        }
        #expect(event.changing([("disclosures", [])]).violations() == ["/disclosures attribute-type"])
    }

    @Test("are refused where they open nothing, twice, or what cannot be concealed")
    func wrongOnes() throws {
        let (event, disclosures) = SampleSubmission.concealed()
        let stranger = Disclosure(salt: SampleSubmission.salt(7), name: "nonce", value: "AAECAwQFBgcICQoLDA0ODw")
        #expect(violations(event, disclosing: disclosures + [stranger]) == ["/disclosures disclosure-unused"])
        #expect(violations(event, disclosing: disclosures + [disclosures[0]]) == ["/disclosures disclosure-twice"])
        #expect(
            violations(event, disclosing: [stranger, disclosures[2], disclosures[2]])
                == ["/disclosures disclosure-twice", "/disclosures disclosure-unused"])

        func concealing(_ hidden: Disclosure, in place: Text, keeping: JSONObject) -> JSONObject {
            var data = SampleSubmission.requested()["data"]?.asObject ?? [:]
            data[place] = .object(keeping.changing([("_sd", [.string(hidden.digest)])]))
            return SampleSubmission.requested().changing([("data", .object(data))])
        }
        let ticket = Disclosure(salt: SampleSubmission.salt(8), name: "ticket", value: "ML-77")
        let wrongName = concealing(ticket, in: "context", keeping: [:])
        #expect(wrongName.violations() == [])
        #expect(violations(wrongName, disclosing: [ticket]) == ["/disclosures disclosure-not-concealable"])
        let reason = Disclosure(salt: SampleSubmission.salt(8), name: "justification", value: "why")
        let taken = concealing(reason, in: "context", keeping: ["justification": "because"])
        #expect(violations(taken, disclosing: [reason]) == ["/disclosures disclosure-name-taken"])
        let empty = Disclosure(salt: SampleSubmission.salt(8), name: "justification", value: "")
        let invalid = concealing(empty, in: "context", keeping: [:])
        #expect(violations(invalid, disclosing: [empty]) == ["/data/context/justification text-not-empty"])
    }

    @Test("of a whole action are held to its digest")
    func actionDigest() {
        let (event, disclosures) = SampleSubmission.concealed()
        var data = event["data"]?.asObject ?? [:]
        data["action_digest"] = SampleSubmission.digest(["verb": "other"])
        let other = event.changing([("data", .object(data))])
        #expect(other.violations() == [], "concealed, nobody can tell")
        #expect(violations(other, disclosing: disclosures) == ["/data/action_digest digest-matches"])
    }

    @Test("no digest stands twice in an event")
    func digestTwice() {
        let (event, disclosures) = SampleSubmission.concealed()
        var data = event["data"]?.asObject ?? [:]
        data["context"] = ["_sd": [.string(disclosures[0].digest)]]
        #expect(event.changing([("data", .object(data))]).violations() == ["/data digest-twice"])
    }
}

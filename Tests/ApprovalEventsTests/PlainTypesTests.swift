import ApprovalEvents
import Foundation
import LedgerCrypto
import TestMaterial
import Testing

@Suite("Instants, pointers, ids and digests")
struct PlainTypesTests {
    @Test("instants are read and written in one form")
    func instants() throws {
        for text: Text in [
            "1970-01-01T00:00:00Z", "2026-11-22T03:00:00.123Z", "2024-02-29T23:59:59.999999999Z",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59.9Z", "1969-12-31T23:59:59.001Z", "2000-02-29T12:00:00.10Z",
        ] {
            #expect(try #require(Timestamp(text)).text == text)
        }
        for text: Text in [
            "", "2026-11-22", "2026-11-22T03:00:00", "2026-11-22T03:00:00z", "2026-11-22 03:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z", "1900-02-29T00:00:00Z",
            "2026-11-22T24:00:00Z", "2026-11-22T03:60:00Z", "2026-11-22T03:00:60Z", "2026-11-22T03:00:00.Z",
            "2026-11-22T03:00:00.1234567890Z", "2026-11-22T03:00:00,5Z", "+026-11-22T03:00:00Z",
            "2026-11-22T03:00:00+00:00",
            "2026-11-22T03:00:00ZZ", " 2026-11-22T03:00:00Z", "２026-11-22T03:00:00Z",
        ] {
            #expect(Timestamp(text) == nil, "\(text)")
        }
        #expect(Timestamp("2026-11-22T03:00:00.1Z") == Timestamp("2026-11-22T03:00:00.100Z"))
        #expect(Timestamp(milliseconds: -1).ledgerForm == "1969-12-31T23:59:59.999Z")
        #expect(Timestamp("2026-11-22T03:00:00.123999Z")?.ledgerForm == "2026-11-22T03:00:00.123Z")
    }

    @Test("instants agree with Foundation's calendar")
    func calendar() throws {
        var random = SeededRandom(seed: 86_400)
        for _ in 0..<2000 {
            let milliseconds = Int64.random(in: -62_167_219_200_000...253_402_300_799_999, using: &random)
            let instant = Timestamp(milliseconds: milliseconds)
            #expect(instant.milliseconds == milliseconds)
            #expect(Timestamp(instant.ledgerForm) == instant)
            // Foundation's calendar is Julian before 1582.
            guard milliseconds > -12_219_292_800_000 else { continue }
            let date = Date(timeIntervalSince1970: Double(instant.seconds))
            #expect(date.formatted(.iso8601) == String(instant.ledgerForm.string.prefix(19)) + "Z")
        }
    }

    @Test("instants are in order")
    func order() throws {
        let earlier = try #require(Timestamp("2026-11-22T03:00:00.999999999Z"))
        let later = try #require(Timestamp("2026-11-22T03:00:01Z"))
        #expect(earlier < later && later > earlier && earlier != later)
    }

    @Test("pointers are written as RFC 6901 has it")
    func pointers() {
        let pointer = JSONPointer.root.appending("a/b").appending(0).appending("m~n").appending("")
        #expect(pointer.description == "/a~1b/0/m~0n/")
        #expect(JSONPointer.root.description.isEmpty)
        #expect(pointer.inside(JSONPointer.root.appending(3)).description == "/3/a~1b/0/m~0n/")
        #expect(pointer == JSONPointer(pointer.steps))
    }

    @Test("principal ids have a system and an id in it")
    func principals() {
        for good: Text in ["okta:00uMARIA", "slack:T04ACME/U07MARIA", "os:root@host", "a:b:c", "x:é ü"] {
            #expect(PrincipalID(good)?.text == good)
        }
        for bad: Text in ["", ":", "a:", ":b", "a", "a b:c", "é:a", "a:\n", "a:\u{85}"] {
            #expect(PrincipalID(bad) == nil)
        }
        #expect(PrincipalID("slack:T04/U07:x")?.system == "slack")
    }

    @Test("digests are sha256: and 64 lower-case digits")
    func digests() {
        let digest = ContentDigest(Digest.sha256(Array("abc".utf8)))
        let text: Text = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(digest.text == text && ContentDigest(text) == digest)
        for bad in [
            text.string.uppercased(), String(text.string.dropLast()), text.string + "0",
            "sha512" + text.string.dropFirst(6),
            String(text.string.dropFirst(7)), "sha256:" + String(repeating: "g", count: 64),
        ] {
            #expect(ContentDigest(Text(bad)) == nil)
        }
    }

    @Test("objects keep unique names in canonical order")
    func objects() {
        var object: JSONObject = ["b": 1, "a": 2]
        object["c"] = 3
        object["a"] = nil
        object["aa"] = 4
        object["b"] = 5
        #expect(object.names == ["aa", "b", "c"])
        #expect(object == ["c": 3, "b": 5, "aa": 4])
        #expect(JSONObject([("a", 1), ("b", 2), ("a", 3)]) == nil)
        #expect(object["x"] == nil && object["b"]?.asInteger == 5)
    }
}

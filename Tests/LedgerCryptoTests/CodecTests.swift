import Foundation
import LedgerCrypto
import TestMaterial
import Testing

@Suite("Base64 and hexadecimal have one text for each byte string")
struct CodecTests {
    /// RFC 4648 §10.
    static let known: [(bytes: String, text: String)] = [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ]

    @Test("The RFC's examples", arguments: known)
    func standardExamples(bytes: String, text: String) {
        #expect(Base64.string(bytes.utf8) == text)
        #expect(Base64.decode(text) == [UInt8](bytes.utf8))
        let unpadded = text.filter { $0 != "=" }
        #expect(Base64URL.string(bytes.utf8) == unpadded)
        #expect(Base64URL.decode(unpadded) == [UInt8](bytes.utf8))
        if unpadded != text {
            #expect(Base64.decode(unpadded) == nil)
            #expect(Base64URL.decode(text) == nil)
        }
    }

    @Test("Every length comes back, as Foundation reads it too")
    func roundTrips() {
        var random = SeededRandom(seed: 4)
        for count in 0...300 {
            let bytes = random.bytes(count)
            #expect(Base64.string(bytes) == Data(bytes).base64EncodedString())
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
            #expect(Hex.decode(Hex.encode(bytes)) == bytes)
        }
    }

    @Test(
        "A second text for the same bytes is refused",
        arguments: [
            "Zh==", "Zm9=", "AA=A", "AAA", "AA", "A", "=", "====", "A===", "AAAA=", "AAAA====", "AA==AA==", "Zg=\n",
            "Zm9v\n", " Zm9v", "Zm-_", "Zm9\u{e9}",
        ])
    func otherTexts(text: String) { #expect(Base64.decode(text) == nil) }

    @Test("What decodes is what encoding would have written, for every text of four characters out of a few")
    func canonical() {
        let alphabet = [UInt8]("AQgZm9/+-_= \n".utf8)
        for first in alphabet {
            for second in alphabet {
                for third in alphabet {
                    for fourth in alphabet {
                        let text = [first, second, third, fourth]
                        for length in 0...4 {
                            let cut = [UInt8](text.prefix(length))
                            if let bytes = Base64.decode(cut) { #expect(Base64.encode(bytes) == cut) }
                            if let bytes = Base64URL.decode(cut) { #expect(Base64URL.encode(bytes) == cut) }
                        }
                    }
                }
            }
        }
    }

    @Test("Hexadecimal is lower-case and even", arguments: ["A0", "0", "000", "0g", "+1", " 0", "0x"])
    func hexRefused(text: String) { #expect(Hex.decode(text) == nil) }
}

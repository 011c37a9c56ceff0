import LedgerCrypto
import Testing

@Suite("Names of keys on tokens") struct PKCS11URITests {
    @Test(
        "are read as RFC 7512 writes them, and kept as they were written",
        arguments: [
            ("pkcs11:token=ledger;object=log", nil),
            ("pkcs11:object=log?pin-source=file:/run/pin", "/run/pin"),
            ("pkcs11:id=%01%02;token=My%20token?pin-source=/run/a%20b&module-path=/usr/lib/x.so", "/run/a b"),
        ] as [(String, String?)])
    func read(_ text: String, _ pinFile: String?) throws {
        let uri = try PKCS11URI(text)
        #expect(uri.text == text && uri.pinFile == pinFile)
    }

    @Test(
        "are refused where they say anything else, a PIN above all",
        arguments: [
            "", "pkcs11:", "pkcs11:token=ledger", "PKCS11:object=a", "log.pem", "pkcs11:object=a b",
            "pkcs11:object=a\n",
            "pkcs11:object=a?pin-value=1234", "pkcs11:object=a;pin-value=1234", "pkcs11:object=a?pin-source=pin",
            "pkcs11:object=a?pin-source=/a&pin-source=/b", "pkcs11:object=a?slot=1", "pkcs11:object=a?",
            "pkcs11:object=a?&",
            "pkcs11:object=a?pin-source=/a%0A", "pkcs11:object=a?pin-source=/a%2", "pkcs11:object=a?pin-source=/a%ff",
            "pkcs11:object=a?pin-source", "pkcs11:object=ä",
        ])
    func refused(_ text: String) {
        #expect(throws: CryptoError.self) { try PKCS11URI(text) }
    }

    @Test("of nothing are refused in words, without anybody being asked")
    func nothing() throws {
        let uri = try PKCS11URI("pkcs11:object=nothing?module-path=/nowhere.so")
        #expect { try PrivateKey(token: uri, pin: [0x31]) } throws: { "\($0)".contains("finds no private key") }
        #expect(throws: CryptoError.self) { try PrivateKey(token: uri, pin: [0x31, 0, 0x32]) }
    }
}

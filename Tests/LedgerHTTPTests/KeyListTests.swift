import LedgerCrypto
import LedgerHTTP
import SignedNotes
import Testing

@Suite("The list of keys") struct KeyListTests {
    private static func key(_ name: String = "test.example/log") throws -> VerifierKey {
        try VerifierKey(name: Array(name.utf8), key: PrivateKey(generating: .ed25519).publicKey)
    }

    private static func list() throws -> KeyList {
        try KeyList([
            LogKey(role: .retired, verifier: key(), reference: nil),
            LogKey(role: .log, verifier: key(), reference: .file("log.pem")),
            LogKey(
                role: .beside, verifier: key(), reference: .token(PKCS11URI("pkcs11:token=t;object=o?pin-source=/p"))),
            LogKey(role: .comingLog, verifier: key(), reference: .file("0123abcd.pem")),
        ])
    }

    @Test func `comes back from its file`() throws {
        let list = try Self.list()
        #expect(try KeyList(parsing: list.formatted) == list)
        #expect(list.signing.count == 3 && list.trusted.count == 2 && list.newest == list.keys[1])
    }

    @Test func `has one form: no prefix and no changed byte is the same list`() throws {
        let list = try Self.list()
        let file = list.formatted
        for length in 0..<file.count {
            // What ends with a line is a shorter list, where it still has a log key.
            let prefix = try? KeyList(parsing: Array(file.prefix(length)))
            #expect(prefix == nil || file[length - 1] == UInt8(ascii: "\n"))
        }
        for place in file.indices {
            for bit in [1, 0x20, 0x80] as [UInt8] {
                var changed = file
                changed[place] ^= bit
                guard let other = try? KeyList(parsing: changed) else { continue }
                #expect(other != list && other.formatted == changed)
            }
        }
    }

    @Test func `is none with other numbers of log keys, other names, or a key twice`() throws {
        let (one, two, three) = (try Self.key(), try Self.key(), try Self.key())
        func log(_ key: VerifierKey) -> LogKey { LogKey(role: .log, verifier: key, reference: .file("a.pem")) }
        #expect(try KeyList([log(one), log(two)]).trusted == [one, two])
        let gone = LogKey(role: .retired, verifier: one, reference: nil)
        for keys in [
            [], [gone], [log(one), log(one)], [log(one), gone], [log(one), log(two), log(three)],
            [log(one), log(try Self.key("other.example/log"))],
            [LogKey(role: .log, verifier: one, reference: nil)],
            [log(two), LogKey(role: .retired, verifier: one, reference: .file("a.pem"))],
        ] {
            #expect(throws: KeyList.Malformed.self) { try KeyList(keys) }
        }
    }

    @Test func `names files by plain names only`() {
        for name in ["../log.pem", "/etc/log.pem", ".pem", "a", "LOG.pem", "a b.pem", "pkcs11:", "keys/log.pem", ""] {
            #expect(KeyReference(name) == nil, "\(name)")
        }
        #expect(KeyReference("log.pem") == .file("log.pem"))
    }
}

import LedgerCrypto
import TestMaterial
import Testing

@Suite("Digests are SHA-256, held as 32 bytes")
struct DigestTests {
    /// FIPS 180-4's own examples, and the empty message.
    static let known: [(message: String, hex: String)] = [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ]

    @Test("The standard's examples hash as it says", arguments: known)
    func standardExamples(message: String, hex: String) {
        #expect(Digest.sha256([UInt8](message.utf8)).hex == hex)
        var hasher = SHA256()
        for byte in message.utf8 { hasher.update([byte]) }
        #expect(hasher.finalize().hex == hex)
    }

    @Test("A hasher is ready for the next message after each digest")
    func reuse() {
        var hasher = SHA256()
        for (message, hex) in DigestTests.known + DigestTests.known {
            hasher.update([UInt8](message.utf8))
            #expect(hasher.finalize().hex == hex)
        }
    }

    @Test("A message hashes the same however it is cut")
    func cuts() {
        var random = SeededRandom(seed: 1)
        let message = random.bytes(300)
        let whole = Digest.sha256(message)
        for cut in 0...message.count {
            var hasher = SHA256()
            hasher.update([UInt8](message[..<cut]))
            message[cut...].withUnsafeBytes { hasher.update($0) }
            #expect(hasher.finalize() == whole)
        }
    }

    @Test("Threads do not disturb each other's hashes")
    func threads() async {
        await withTaskGroup(of: Bool.self) { group in
            for seed in 0..<16 {
                group.addTask {
                    var random = SeededRandom(seed: UInt64(seed))
                    return (0..<500).allSatisfy { _ in
                        let message = random.bytes(65)
                        var hasher = SHA256()
                        hasher.update(message)
                        return Digest.sha256(message) == hasher.finalize()
                    }
                }
            }
            for await agrees in group { #expect(agrees) }
        }
    }

    @Test("Bytes, hexadecimal and memory give the same digest back")
    func roundTrips() throws {
        var random = SeededRandom(seed: 2)
        for _ in 0..<100 {
            let bytes = random.bytes(32)
            let digest = try #require(Digest(bytes))
            #expect(digest.bytes == bytes)
            #expect(Digest(hex: digest.hex) == digest)
            #expect(Digest(bytes.lazy.map { $0 }) == digest)
            #expect(bytes.withUnsafeBytes { Digest(loading: $0) } == digest)
            var appended: [UInt8] = [1]
            digest.append(to: &appended)
            #expect(appended == [1] + bytes)
            var stored = [UInt8](repeating: 0, count: 33)
            stored.withUnsafeMutableBytes { digest.store(into: UnsafeMutableRawBufferPointer(rebasing: $0[1...])) }
            #expect(stored == [0] + bytes)
        }
    }

    @Test("Digests are ordered as their bytes are")
    func order() throws {
        var random = SeededRandom(seed: 3)
        for position in 0..<32 {
            var bytes = random.bytes(32)
            bytes[position] = 7
            let low = try #require(Digest(bytes))
            bytes[position] = 200
            for later in (position + 1)..<33 where later < 32 { bytes[later] = 0 }
            let high = try #require(Digest(bytes))
            #expect(low < high)
            #expect(!(high < low))
        }
    }

    @Test("Anything but 32 bytes or 64 lower-case digits is no digest")
    func refused() {
        for count in [0, 1, 31, 33, 64] { #expect(Digest([UInt8](repeating: 0, count: count)) == nil) }
        let hex = String(repeating: "0a", count: 32)
        #expect(Digest(hex: hex) != nil)
        for wrong in [hex.uppercased(), String(hex.dropLast()), hex + "00", String(hex.dropLast(2)) + "+1", ""] {
            #expect(Digest(hex: wrong) == nil)
        }
    }
}
